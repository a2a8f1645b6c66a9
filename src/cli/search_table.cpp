#include "cli/search_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "cli/sizes.h"
#include "emit/names.h"
#include "search/statistics.h"

namespace thimble::cli {

namespace {

using emit::grouped;

std::int64_t count(const Json& json) { return json.is_number() ? std::llround(json.get<double>()) : 0; }

std::string percent(const Json& share) { return fmt::format("{:.2f} %", 100 * share.get<double>()); }

std::string line(const std::string& what, const std::string& value, const std::string& note = {}) {
  return fmt::format("  {:<60} {:>12}{}{}\n", what, value, note.empty() ? "" : "  ", note);
}

std::string bytes(const std::string& what, const Json& value, const Json& limit = {}) {
  return line(what, grouped(count(value)) + " B", limit.is_null() ? "" : fmt::format("of {} B", grouped(count(limit))));
}

/// Mean and range of several final trainings, or "".
std::string trainings(const std::string& whose, const Json& accuracy) {
  if (!accuracy.contains("trainings")) return {};
  std::vector<double> int8;
  for (const Json& training : accuracy.at("trainings")) int8.push_back(training.at("int8_simulated").get<double>());
  const auto [least, most] = std::ranges::minmax(int8);
  return line(fmt::format("{}int8 simulated, mean of {} trainings", whose, int8.size()), percent(search::mean_of(int8)),
              fmt::format("{} to {}", percent(least), percent(most)));
}

std::string accuracies(const Json& target) {
  const Json& accuracy = target.at("accuracy");
  std::string text =
      "Accuracy\n" + line("held-back samples, the supernet's weights", percent(accuracy.at("held_back")));
  if (accuracy.contains("float")) text += line("test samples, float after fine-tuning", percent(accuracy.at("float")));
  text += trainings("", accuracy);
  if (!target.contains("measured")) return text;
  const Json& measured = target.at("measured");
  const auto on = [&](const char* where, const char* what) {
    const Json& eval = measured.at(where);
    return line(fmt::format("{}, {} test samples", what, grouped(count(eval.at("samples")))),
                percent(eval.at("accuracy")));
  };
  text += on("int8", "int8, the C on this computer");
  text += on("core", "int8, the firmware on the emulated core");
  return text + line("outputs on the core that differ from the reference",
                     grouped(count(measured.at("core").at("differ_from_reference"))));
}

std::string measured_costs(const Json& target) {
  const Json& bench = target.at("measured").at("bench");
  const Json& limits = target.at("limits");
  std::string text = "Peak SRAM\n";
  for (const char* part : {"arena", "io", "static", "state", "stack"})
    if (count(bench.at("sram").at(part)) > 0) text += bytes(part, bench.at("sram").at(part));
  text += bytes("total", bench.at("sram").at("total"), limits.at("sram")) + "Flash\n";
  for (const char* part : {"weights", "code"}) text += bytes(part, bench.at("flash").at(part));
  text += bytes("total", bench.at("flash").at("total"), limits.at("flash"));
  if (!bench.at("fits").get<bool>()) text += "  which is more than there is\n";
  text += fmt::format("One inference (--optimize {} --compiler-level {})\n", bench.at("optimize").get<std::string>(),
                      bench.at("compiler_level").get<std::string>());
  text += line("multiply-accumulates", grouped(count(bench.at("macs").at("model"))));
  text += line("instructions", grouped(count(bench.at("instructions"))));
  if (!bench.at("latency_ms").is_number()) return text;
  const double ms = bench.at("latency_ms").get<double>();
  return text + line("cycles, estimated", grouped(count(bench.at("cycles"))),
                     fmt::format("{:.1f} ms at {:g} MHz, {:.1f} a second", ms, target.at("clock_mhz").get<double>(),
                                 1000 / ms));
}

std::string predicted_costs(const Json& target) {
  const Json& predicted = target.at("predicted");
  return "Predicted\n" + bytes("arena", predicted.at("sram"), target.at("limits").at("sram")) +
         bytes("flash", predicted.at("flash"), target.at("limits").at("flash")) +
         line("multiply-accumulates", grouped(count(predicted.at("macs")))) +
         line("cycles", grouped(count(predicted.at("cycles"))),
              fmt::format("{:.1f} ms, {:.1f} a second", predicted.at("ms").get<double>(),
                          predicted.at("fps").get<double>()));
}

std::string target_line(const Json& target) {
  const std::string name = target.at("name").get<std::string>();
  if (!target.contains("accuracy")) return fmt::format("  {:<36} hardly any network fits\n", name);
  const Json& predicted = target.at("predicted");
  const Json& accuracy = target.at("accuracy");
  const std::string int8 = accuracy.contains("int8_simulated") ? percent(accuracy.at("int8_simulated")) : "";
  return fmt::format("{} {:<36} {:>9} {:>9} {:>9} {:>9} {:>7.2f} {:>8.1f} {:>7.1f}\n",
                     target.value("on_front", false) ? '*' : ' ', name, percent(accuracy.at("held_back")), int8,
                     grouped(count(predicted.at("sram"))), grouped(count(predicted.at("flash"))),
                     predicted.at("macs").get<double>() / 1e6, predicted.at("ms").get<double>(),
                     predicted.at("fps").get<double>());
}

}  // namespace

std::string table_of_target(const Json& target) {
  std::string text = fmt::format(
      "{}, {} of SRAM, {} of flash\n  network {}\n", target.at("board").get<std::string>(),
      size_text(count(target.at("limits").at("sram"))), size_text(count(target.at("limits").at("flash"))),
      target.value("network", Json()).is_string() ? target.at("network").get<std::string>() : "none that fits");
  if (!target.contains("accuracy")) return text;
  return text + accuracies(target) + (target.contains("measured") ? measured_costs(target) : predicted_costs(target));
}

std::string table_of_targets(const Json& targets) {
  std::string text = fmt::format("  {:<36} {:>9} {:>9} {:>9} {:>9} {:>7} {:>8} {:>7}\n", "one supernet for",
                                 "held back", "int8 test", "arena B", "flash B", "MMAC", "ms", "fps");
  for (const Json& target : targets) text += target_line(target);
  return text + "  * no other one is at least as good in accuracy, arena, flash and time; all predicted\n";
}

std::string table_of_front(const std::vector<search::Candidate>& front, const Json& target) {
  const double clock = target.at("clock_mhz").get<double>();
  std::string text =
      fmt::format("  {:>9} {:>9} {:>9} {:>7} {:>8}  {}\n", "held back", "arena B", "flash B", "MMAC", "ms", "network");
  for (const search::Candidate& candidate : front) {
    const std::string network = search::text_of(candidate.genome);
    text +=
        fmt::format("{} {:>7.2f} % {:>9} {:>9} {:>7.2f} {:>8.1f}  {}\n", network == target.at("network") ? '*' : ' ',
                    100 * candidate.fitness, grouped(candidate.cost.sram_bytes), grouped(candidate.cost.flash_bytes),
                    static_cast<double>(candidate.cost.macs) / 1e6, candidate.cost.cycles / clock / 1000, network);
  }
  return text;
}

std::string table_of_baselines(const Json& baselines) {
  std::string text;
  for (const Json& baseline : baselines) {
    const std::string name = fmt::format("baseline {}, {} planner", baseline.at("name").get<std::string>(),
                                         baseline.at("planner").get<std::string>());
    if (baseline.at("resolution") == 0) {
      text += line(name, "does not fit");
      continue;
    }
    if (!baseline.contains("accuracy")) {
      text += line(name, "not trained");
      continue;
    }
    const Json& accuracy = baseline.at("accuracy");
    text += line(name, percent(accuracy.at("int8_simulated")),
                 fmt::format("int8 (float {}), {} x {:g}, {:.2f} MMAC", percent(accuracy.at("float")),
                             baseline.at("resolution").get<int>(), baseline.at("width").get<double>(),
                             baseline.at("predicted").at("macs").get<double>() / 1e6)) +
            trainings("  ", accuracy);
  }
  return text;
}

}  // namespace thimble::cli
