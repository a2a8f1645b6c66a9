#include "cost/cost_table.h"

#include <cmath>
#include <mutex>

#include "base/error.h"

namespace thimble::cost {

namespace {

template <typename T>
T field(const Json& json, const char* name, std::string_view where) {
  try {
    return json.at(name).get<T>();
  } catch (const Json::exception&) {
    fail("{}: \"{}\" is missing, or not what it must be", where, name);
  }
}

double number(const Json& value, std::string_view where) {
  if (value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0) return value.get<double>();
  fail("{}: must be a number, at least 0", where);
}

KernelCost parse_kernel(const Json& json, bool has_cycles, const std::string& where) {
  KernelCost kernel;
  kernel.error.samples = field<int>(json, "samples", where);
  kernel.error.mean_instructions = field<double>(json, "mean_error", where);
  kernel.error.worst_instructions = field<double>(json, "worst_error", where);
  if (has_cycles) {
    kernel.error.mean_cycles = field<double>(json, "mean_error_cycles", where);
    kernel.error.worst_cycles = field<double>(json, "worst_error_cycles", where);
  }
  const Json loops = field<Json>(json, "loops", where);
  for (const auto& [loop, cost] : loops.items()) {
    if (!cost.is_array() || cost.size() != (has_cycles ? 2U : 1U)) {
      fail("{}: \"{}\" must be [instructions{}]", where, loop, has_cycles ? ", cycles" : "");
    }
    LoopCost parsed{loop, {number(cost[0], where), has_cycles ? number(cost[1], where) : 0}};
    kernel.loops.push_back(std::move(parsed));
  }
  return kernel;
}

/// The core whose table stands for this one.
std::string table_name(const target::Core& core) {
  if (core.qemu_machine.empty()) return core.dsp ? "cortex-m7" : "cortex-m0plus";
  return core.name;
}

/// Ten-thousandths are enough for a sum of a million iterations, and files stay readable.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

}  // namespace

CostTable read_cost_table(const std::filesystem::path& file) {
  const Json json = read_json(file);
  const std::string name = file.string();
  CostTable table;
  table.core = field<std::string>(json, "core", name);
  table.compiler = field<std::string>(json, "compiler", name);
  table.cycles = field<std::string>(json, "cycles", name);
  const Json kernels = field<Json>(json, "kernels", name);
  for (const auto& [kernel, cost] : kernels.items()) {
    table.kernels[kernel] = parse_kernel(cost, table.has_cycles(), fmt::format("{}: {}", name, kernel));
  }
  return table;
}

Json to_json(const CostTable& table) {
  Json kernels = Json::object();
  for (const auto& [name, kernel] : table.kernels) {
    Json loops = Json::object();
    for (const LoopCost& loop : kernel.loops) {
      loops[loop.loop] = Json::array({rounded(loop.each.instructions)});
      if (table.has_cycles()) loops[loop.loop].push_back(rounded(loop.each.cycles));
    }
    Json& json = kernels[name];
    json["samples"] = kernel.error.samples;
    json["mean_error"] = rounded(kernel.error.mean_instructions);
    json["worst_error"] = rounded(kernel.error.worst_instructions);
    if (table.has_cycles()) {
      json["mean_error_cycles"] = rounded(kernel.error.mean_cycles);
      json["worst_error_cycles"] = rounded(kernel.error.worst_cycles);
    }
    json["loops"] = std::move(loops);
  }
  return {
      {"core", table.core}, {"compiler", table.compiler}, {"cycles", table.cycles}, {"kernels", std::move(kernels)}};
}

const CostTable& cost_table(const target::Core& core) {
  static std::mutex mutex;
  static std::map<std::string, CostTable> tables;
  const std::string name = table_name(core);
  const std::lock_guard lock(mutex);
  auto found = tables.find(name);
  if (found == tables.end()) {
    const auto file = target::data_folder() / "boards" / "costs" / (name + ".json");
    if (!std::filesystem::exists(file)) {
      throw Error(fmt::format("no cost table of {}: {} is missing", name, file.string()),
                  fmt::format("`thimble fit --core {} -o {}` makes it", name, file.string()));
    }
    found = tables.emplace(name, read_cost_table(file)).first;
  }
  return found->second;
}

}  // namespace thimble::cost
