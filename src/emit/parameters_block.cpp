// emit/parameters_block.cpp: blocks in tiles.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "emit/parameters.h"
#include "ir/tiled_block.h"
#include "target/block_choice.h"

namespace thimble::emit {

OpCode block_code(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                  const std::string& prefix) {
  struct Part {
    const char* parameters;
    const char* function;
  };
  constexpr Part parts[] = {{"expansion", "expand"}, {"filter", "run_filter"}, {"projection", "project"}};
  const auto& block = std::get<ir::TiledBlock>(op.kind);
  const target::BlockScratch scratch = target::block_scratch(graph, op);
  OpCode block_code;
  block_code.by_rows = true;
  DriverCall& call = block_code.calls.emplace_back();
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_tiles";
  const auto layers = ir::layers_of(op);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Part& part = parts[i];
    const target::KernelChoice& of_layer = kernel.layers.at(i);
    OpCode layer = convolution_code(graph, layers[i], of_layer, fmt::format("{}_{}", prefix, part.parameters));
    const std::string name = fmt::format("p_{}", part.parameters);
    p.set(part.parameters, "&" + name);
    p.set(part.function, of_layer.kernel + "_rows");
    call.parts.emplace_back(name, std::move(layer.calls.at(0).parameters));
    std::ranges::move(layer.constants, std::back_inserter(block_code.constants));
  }
  p.set("rows", block.rows);
  p.set("columns", block.columns);
  p.set("tile_columns", scratch.tile_columns);
  p.set("kept_rows", ir::kept_rows(graph, op));
  p.set("tile", scratch.tile);
  p.set("filtered", scratch.filtered);
  p.set("rest", scratch.rest);
  return block_code;
}

}  // namespace thimble::emit
