#include "emulate/pipeline_model.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "target/board.h"

namespace thimble::emulate {

namespace fs = std::filesystem;

namespace {

/// Calls `visit(name, field)` for every number of a model.
template <typename Model, typename Visit>
void visit_fields(Model& model, Visit visit) {
  visit("issue_width", model.issue_width);
  visit("loads_a_cycle", model.loads_a_cycle);
  visit("simd_first", model.simd_first);
  visit("load_latency", model.load_latency);
  visit("narrow_load_latency", model.narrow_load_latency);
  visit("multiply_latency", model.multiply_latency);
  visit("saturate_latency", model.saturate_latency);
  visit("float_latency", model.float_latency);
  visit("address_early", model.address_early);
  visit("shifted_early", model.shifted_early);
  visit("accumulator_late", model.accumulator_late);
  visit("store_data_late", model.store_data_late);
  visit("load_extra", model.load_extra);
  visit("pipelined_loads", model.pipelined_loads);
  visit("words_a_cycle", model.words_a_cycle);
  visit("multiple_extra", model.multiple_extra);
  visit("store_extra", model.store_extra);
  visit("register_store_extra", model.register_store_extra);
  visit("multiply_accumulate_extra", model.multiply_accumulate_extra);
  visit("long_multiply_extra", model.long_multiply_extra);
  visit("divide_extra", model.divide_extra);
  visit("float_divide_extra", model.float_divide_extra);
  visit("taken_branch", model.taken_branch);
  visit("unaligned_target", model.unaligned_target);
  visit("indirect_branch", model.indirect_branch);
  visit("mispredicted_branch", model.mispredicted_branch);
  visit("branch_wait", model.branch_wait);
  visit("load_wait", model.load_wait);
  visit("memory_factor", model.memory_factor);
}

template <typename Field>
void read_field(const Json& json, Field& field) {
  constexpr double most = 1000;
  if constexpr (std::is_same_v<Field, bool>) {
    if (!json.is_boolean()) fail("must be true or false");
  } else {
    const bool is_one = std::is_same_v<Field, double> ? json.is_number() : json.is_number_integer();
    if (!is_one || json.get<double>() < 0 || json.get<double>() > most) fail("must be a number from 0 to 1000");
  }
  field = json.get<Field>();
}

fs::path model_file(const std::string& core) {
  return target::data_folder() / "boards" / "pipelines" / (core + ".json");
}

}  // namespace

PipelineModel read_pipeline_model(const fs::path& file) {
  const Json json = read_json(file);
  if (!json.is_object() || !json.contains("core") || !json["core"].is_string()) {
    fail("{}: must be an object with \"core\"", file.string());
  }
  PipelineModel model;
  model.core = json["core"];
  std::vector<std::string> names = {"core"};
  visit_fields(model, [&](const char* name, auto& field) {
    names.emplace_back(name);
    if (!json.contains(name)) return;
    try {
      read_field(json[name], field);
    } catch (const Error& error) {
      fail("{}: \"{}\" {}", file.string(), name, error.what());
    }
  });
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(names, key) != names.end()) continue;
    throw Error(fmt::format("{}: there is no field \"{}\"", file.string(), key),
                fmt::format("did you mean \"{}\"? docs/cycles.md lists them", nearest(key, names)));
  }
  if (model.issue_width < 1 || model.words_a_cycle < 1) {
    fail("{}: \"issue_width\" and \"words_a_cycle\" must be at least 1", file.string());
  }
  return model;
}

Json to_json(const PipelineModel& model) {
  Json json = {{"core", model.core}};
  visit_fields(model, [&](const char* name, const auto& field) { json[name] = field; });
  return json;
}

bool has_pipeline_model(const std::string& core) { return fs::exists(model_file(core)); }

PipelineModel pipeline_model(const std::string& core) {
  if (!has_pipeline_model(core)) fail("there is no pipeline model of the {}", core);
  return read_pipeline_model(model_file(core));
}

}  // namespace thimble::emulate
