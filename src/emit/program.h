// emit/program.h
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "emit/c_text.h"
#include "emit/parameters.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::emit {

/// A thimble_plane of the generated program.
struct Plane {
  std::string base;  ///< "arena + 27648", or a constant.
  std::int64_t row_bytes = 0;
  int ring = 1;
  int step = 1;
  int shift = 0;
  bool is_shifted = false;  ///< Step and shift are printed: in programs with THIMBLE_SHIFTED_ROWS.
};

/// "{arena + 27648, 96, 3}"
std::string initializer_of(const Plane& plane);

struct LayerCall {
  Parameters parameters;
  std::vector<std::pair<std::string, Parameters>> parts;  ///< What they point to: DriverCall::parts.
  std::vector<Plane> inputs;
  Plane output;
};

/// One operator as a C function. Steps that compute different rows of it call the same function, so a layer that a plan
/// streams in a prologue, a loop and an epilogue has its code once.
struct Layer {
  std::string function;  ///< "conv_2d_3": the operator and its index in the graph.
  int op = 0;
  target::KernelChoice kernel;
  std::vector<LayerCall> calls;
  std::vector<ConstantArray> constants;
  std::string scratch;      ///< "arena + 1024" or "NULL"
  int rows = 1;             ///< Of the output tensor.
  bool takes_rows = false;  ///< Some step computes a part of the rows: the function takes first and count.
  int summed_rows = 0;      ///< Of the input, if the kernel accumulates: `takes_rows` are rows of these then.
};

/// An input of which the caller supplies one row after the other, as a C function that takes some of them.
struct RowInput {
  std::string function;   ///< "take_input"
  std::size_t input = 0;  ///< Index in graph.inputs.
  Plane plane;
};

/// A call in the body of <name>_invoke: of a layer's function, or of one that takes rows of an input.
struct LayerUse {
  bool takes_input = false;
  std::size_t layer = 0;  ///< Index in Program::layers, or in Program::row_inputs.
  plan::RowRange rows;
};

struct ProgramStage {
  int iterations = 1;
  std::vector<LayerUse> uses;
};

/// Everything that is printed of a plan, free of the plan's indirections.
struct Program {
  std::vector<Layer> layers;
  std::vector<RowInput> row_inputs;  ///< In the order of the graph's inputs.
  std::vector<ProgramStage> stages;
};

/// @throws Error naming the layer if generated code cannot express a step.
Program program_of(const ir::Graph& graph, const plan::Plan& plan);

/// Where a tensor begins in the arena. @throws Error if the plan has no place for it.
std::int64_t arena_offset(const ir::Graph& graph, const plan::Plan& plan, ir::TensorId tensor);

}  // namespace thimble::emit
