// target/cores.h
#pragma once

#include <string>
#include <vector>

#include "target/board.h"

namespace thimble::target {

/// The cores that boards name.
std::vector<std::string> core_names();

/// Whether it issues one instruction a cycle, not two: THIMBLE_SINGLE_ISSUE of kernels/generic/types.h.
bool issues_singly(const Core& core);

/// The core of this name with this FPU (-mfpu; empty for none). @throws Error naming the nearest core.
Core core(const std::string& name, const std::string& fpu);

}  // namespace thimble::target
