// plan/plan_json.cpp
#include "plan/plan_json.h"

#include <utility>

#include "base/error.h"

namespace thimble::plan {
namespace {

Json to_json(const Buffer& buffer) {
  return {{"name", buffer.name},
          {"bytes", buffer.bytes},
          {"offset", buffer.offset},
          {"first_stage", buffer.first_stage},
          {"last_stage", buffer.last_stage}};
}

Json to_json(const ir::Graph& graph, const Placement& placement) {
  Json json = {{"tensor", placement.tensor},       {"name", graph.tensor(placement.tensor).name},
               {"buffer", placement.buffer},       {"offset", placement.offset},
               {"row_bytes", placement.row_bytes}, {"rows", placement.rows},
               {"ring_rows", placement.ring_rows}};
  if (placement.ring_step != 1) json["ring_step"] = placement.ring_step;
  if (placement.ring_shift > 0) json["ring_shift"] = placement.ring_shift;
  return json;
}

Json to_json(const target::KernelChoice& kernel) {
  Json json = {{"name", kernel.kernel},
               {"folder", kernel.folder},
               {"driver", kernel.driver},
               {"weight_layout", kernel.weight_layout},
               {"scratch_bytes", kernel.scratch_bytes},
               {"in_place", kernel.in_place},
               {"accumulates", kernel.accumulates},
               {"reason", kernel.reason}};
  if (kernel.tile_pixels > 0) json["tile_pixels"] = kernel.tile_pixels;
  if (kernel.packed_channels) json["packed_channels"] = true;
  if (kernel.single_issue) json["single_issue"] = true;
  if (kernel.kept_bytes > 0) json["kept_bytes"] = kernel.kept_bytes;
  for (const target::KernelChoice& layer : kernel.layers) json["layers"].push_back(to_json(layer));
  return json;
}

Json to_json(const RowRange& rows) { return {{"first", rows.first}, {"advance", rows.advance}, {"count", rows.count}}; }

Json to_json(const ir::Graph& graph, const Step& step) {
  if (step.input != ir::no_tensor)
    return {{"input", step.input}, {"name", graph.tensor(step.input).name}, {"rows", to_json(step.rows)}};
  const ir::Op& op = graph.ops.at(static_cast<std::size_t>(step.op));
  return {{"op", step.op},
          {"kind", std::string(ir::name_of(op.kind))},
          {"name", graph.name_of(op)},
          {"rows", to_json(step.rows)},
          {"kernel", to_json(step.kernel)},
          {"scratch_buffer", step.scratch_buffer},
          {"scratch_offset", step.scratch_offset}};
}

template <typename T>
void read(const Json& json, const char* field, T& value) {
  const auto found = json.find(field);
  if (found == json.end()) fail("plan.json: field \"{}\" is missing", field);
  try {
    found->get_to(value);
  } catch (const Json::exception&) {
    fail("plan.json: field \"{}\" is not what it should be: {}", field, found->dump());
  }
}

/// The elements of an array field, each read by `element`.
template <typename T>
void read_list(const Json& json, const char* field, std::vector<T>& list, T (*element)(const Json&)) {
  const auto found = json.find(field);
  if (found == json.end() || !found->is_array()) fail("plan.json: field \"{}\" is missing or not a list", field);
  for (const Json& item : *found) list.push_back(element(item));
}

const Json& object_in(const Json& json, const char* field) {
  const auto found = json.find(field);
  if (found == json.end() || !found->is_object()) fail("plan.json: field \"{}\" is missing or not an object", field);
  return *found;
}

Buffer buffer_from(const Json& json) {
  Buffer buffer;
  read(json, "name", buffer.name);
  read(json, "bytes", buffer.bytes);
  read(json, "offset", buffer.offset);
  read(json, "first_stage", buffer.first_stage);
  read(json, "last_stage", buffer.last_stage);
  return buffer;
}

target::MemoryRegion region_from(const Json& json) {
  target::MemoryRegion region;
  read(json, "name", region.name);
  read(json, "bytes", region.bytes);
  return region;
}

Placement placement_from(const Json& json) {
  Placement placement;
  read(json, "tensor", placement.tensor);
  read(json, "buffer", placement.buffer);
  read(json, "offset", placement.offset);
  read(json, "row_bytes", placement.row_bytes);
  read(json, "rows", placement.rows);
  read(json, "ring_rows", placement.ring_rows);
  if (json.contains("ring_step")) read(json, "ring_step", placement.ring_step);
  if (json.contains("ring_shift")) read(json, "ring_shift", placement.ring_shift);
  return placement;
}

target::KernelChoice kernel_from(const Json& json) {
  target::KernelChoice kernel;
  read(json, "name", kernel.kernel);
  read(json, "folder", kernel.folder);
  read(json, "driver", kernel.driver);
  read(json, "weight_layout", kernel.weight_layout);
  read(json, "scratch_bytes", kernel.scratch_bytes);
  read(json, "in_place", kernel.in_place);
  read(json, "accumulates", kernel.accumulates);
  read(json, "reason", kernel.reason);
  if (json.contains("tile_pixels")) read(json, "tile_pixels", kernel.tile_pixels);
  if (json.contains("packed_channels")) read(json, "packed_channels", kernel.packed_channels);
  if (json.contains("single_issue")) read(json, "single_issue", kernel.single_issue);
  if (json.contains("kept_bytes")) read(json, "kept_bytes", kernel.kept_bytes);
  if (json.contains("layers"))
    for (const Json& layer : json.at("layers")) kernel.layers.push_back(kernel_from(layer));
  return kernel;
}

Step step_from(const Json& json) {
  Step step;
  const Json& rows = object_in(json, "rows");
  read(rows, "first", step.rows.first);
  read(rows, "advance", step.rows.advance);
  read(rows, "count", step.rows.count);
  if (json.contains("input")) {
    step.op = -1;
    read(json, "input", step.input);
    return step;
  }
  read(json, "op", step.op);
  step.kernel = kernel_from(object_in(json, "kernel"));
  read(json, "scratch_buffer", step.scratch_buffer);
  read(json, "scratch_offset", step.scratch_offset);
  return step;
}

Stage stage_from(const Json& json) {
  Stage stage;
  read(json, "iterations", stage.iterations);
  read_list(json, "steps", stage.steps, step_from);
  return stage;
}

}  // namespace

Json to_json(const ir::Graph& graph, const Plan& plan) {
  Json json;
  json["arena_bytes"] = plan.arena_bytes;
  if (!plan.regions.empty()) json["regions"] = Json::array();
  for (const target::MemoryRegion& region : plan.regions)
    json["regions"].push_back({{"name", region.name}, {"bytes", region.bytes}});
  json["buffers"] = Json::array();
  for (const Buffer& buffer : plan.buffers) json["buffers"].push_back(to_json(buffer));
  json["placements"] = Json::array();
  for (const Placement& placement : plan.placements) json["placements"].push_back(to_json(graph, placement));
  json["stages"] = Json::array();
  for (const Stage& stage : plan.stages) {
    Json steps = Json::array();
    for (const Step& step : stage.steps) steps.push_back(to_json(graph, step));
    json["stages"].push_back({{"iterations", stage.iterations}, {"steps", std::move(steps)}});
  }
  return json;
}

Plan plan_from_json(const Json& json) {
  Plan plan;
  read(json, "arena_bytes", plan.arena_bytes);
  if (json.contains("regions")) read_list(json, "regions", plan.regions, region_from);
  read_list(json, "buffers", plan.buffers, buffer_from);
  read_list(json, "placements", plan.placements, placement_from);
  read_list(json, "stages", plan.stages, stage_from);
  return plan;
}

}  // namespace thimble::plan
