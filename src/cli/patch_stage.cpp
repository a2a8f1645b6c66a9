#include "cli/patch_stage.h"

#include <algorithm>
#include <regex>

#include "base/error.h"

namespace thimble::cli {
namespace {

/// The operator of this number in `thimble inspect`.
const ir::Op& layer(const ir::Graph& model, int number) {
  for (std::size_t i = 0; i < model.ops.size(); ++i) {
    const int source = model.tensor(model.ops[i].outputs.at(0)).source_op;
    if ((source >= 0 ? source : static_cast<int>(i)) == number) return model.ops[i];
  }
  throw Error(fmt::format("{}: --patches: there is no layer {}", model.name, number),
              "`thimble inspect` lists every layer and its number");
}

}  // namespace

plan::PatchStage patch_stage(const ir::Graph& model, const std::string& text) {
  static const std::regex form(R"((\d{1,3})x(\d{1,3}):(?:(\d{1,5})-)?(\d{1,5}))");
  std::smatch parts;
  if (!std::regex_match(text, parts, form))
    throw Error(fmt::format("--patches {}: is not a number of patches and a layer", text),
                "\"2x2:11\" runs all layers up to number 11 of `thimble inspect` in 2 x 2 patches");
  plan::PatchStage stage;
  stage.grid = {std::stoi(parts[1]), std::stoi(parts[2])};
  stage.output = layer(model, std::stoi(parts[4])).outputs.at(0);
  if (parts[3].matched) {
    stage.input = layer(model, std::stoi(parts[3])).inputs.at(0);
  } else if (model.inputs.size() == 1) {
    stage.input = model.inputs[0];
  } else {
    fail("{}: --patches: the model has {} inputs: name the first layer too, as in 2x2:0-11", model.name,
         model.inputs.size());
  }
  return stage;
}

}  // namespace thimble::cli
