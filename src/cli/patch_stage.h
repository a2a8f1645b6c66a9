// cli/patch_stage.h
#pragma once

#include <string>

#include "ir/graph.h"
#include "plan/network_plan.h"

namespace thimble::cli {

/// The patch stage that an option names: "2x2:11" is all layers up to number 11 in 2 x 2 patches, "1x3:4-11" those from
/// number 4 on. Layers have the numbers that `thimble inspect` lists. @throws Error if it names no such stage.
plan::PatchStage patch_stage(const ir::Graph& model, const std::string& text);

}  // namespace thimble::cli
