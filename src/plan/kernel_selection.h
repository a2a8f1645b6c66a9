// plan/kernel_selection.h
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// What flash may be spent on.
enum class Optimize {
  balanced,  ///< A little more than the model's constants: where it saves most cycles a byte. The default.
  speed,     ///< Whatever the board's flash has.
  size,      ///< Nothing.
};

/// "balanced", "speed", "size".
std::string_view name_of(Optimize optimize);

/// Bytes that kernels' tables and larger weights may take at `balanced`: so many that a whole firmware keeps within the
/// model's constants (plan::constant_bytes) and 64 kB, of which its code may need 38.
inline constexpr std::int64_t balanced_extra_bytes = 26 * 1024;

/// Chooses a kernel for each of `ops` (indices in graph.ops) among target::kernel_candidates: the default, or one with
/// larger weights where the cost model predicts fewer cycles. `extra_flash` goes to the layers that save most cycles a
/// byte first. Returns one for each of graph.ops; those of operators that are not in `ops` are empty.
/// @throws Error naming the layer if an operator has no kernel.
std::vector<target::KernelChoice> select_kernels(const ir::Graph& graph, std::span<const int> ops,
                                                 const target::Core& core, const target::KernelOptions& options,
                                                 std::int64_t extra_flash);

}  // namespace thimble::plan
