// thimble-train: the half of Thimble that needs libtorch. `thimble train` runs it, as git runs its sub-commands.

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <malloc.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/train_search.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_layers.h"
#include "train/run.h"

namespace {

using namespace thimble;

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void interrupt(int) {
  if (interrupted) std::_Exit(130);  // The second Ctrl-C does not wait for the step to end.
  interrupted = true;
}

/// What the command line says; an absent value leaves the recipe's.
struct TrainArguments {
  std::string recipe, folder, json, device = "cpu";
  std::optional<std::string> network, dataset, init, split, normalization, teacher;
  std::optional<int> epochs, batch, channels, resolution, quantization_epochs;
  std::optional<double> minutes, learning_rate, momentum, width, validation;
  std::optional<std::uint64_t> seed;
  int threads = 0;
  bool resume = false;
};

template <typename T, typename U>
void replace(T& field, const std::optional<U>& given) {
  if (given) field = *given;
}

train::Recipe recipe_of(const TrainArguments& given) {
  train::Recipe recipe;
  if (given.resume) {
    recipe = train::recorded_recipe(given.folder);
  } else if (!given.recipe.empty()) {
    recipe = train::read_recipe(train::find_recipe(given.recipe));
  }
  replace(recipe.network, given.network);
  replace(recipe.dataset, given.dataset);
  replace(recipe.init, given.init);
  replace(recipe.split, given.split);
  replace(recipe.normalization, given.normalization);
  replace(recipe.validation, given.validation);
  replace(recipe.distillation.teacher, given.teacher);
  replace(recipe.quantization.epochs, given.quantization_epochs);
  replace(recipe.epochs, given.epochs);
  replace(recipe.minutes, given.minutes);
  replace(recipe.batch, given.batch);
  replace(recipe.schedule.peak, given.learning_rate);
  replace(recipe.sgd.momentum, given.momentum);
  replace(recipe.seed, given.seed);
  replace(recipe.network_options.width, given.width);
  replace(recipe.network_options.channels, given.channels);
  replace(recipe.network_options.resolution, given.resolution);
  return recipe;
}

int train_command(const TrainArguments& given) {
  train::RunOptions options;
  options.folder = given.folder;
  options.resume = given.resume;
  options.trainer.threads = given.threads;
  options.trainer.cuda = given.device == "cuda";
  options.trainer.interrupted = &interrupted;
  const train::RunResult result = train::run(recipe_of(given), options);
  if (!given.json.empty()) write_json(given.json, train::to_json(result));
  if (!result.training.finished) {
    fmt::print("interrupted; saved. Go on with: thimble train --resume -o {}\n", given.folder);
    return 130;
  }
  const train::EpochResult& last = result.training.last;
  fmt::print("{}: {:.2f} MMAC, {} parameters; {} {}accuracy {:.2f}%, loss {:.4f}; {} epochs in {:.0f} s\n",
             result.network, static_cast<double>(result.macs) / 1e6, result.parameters,
             result.training.on_validation ? "validation" : "test", result.int8 ? "int8 " : "", 100 * last.accuracy,
             last.loss, last.epoch, last.seconds);
  fmt::print("wrote {}/float.tflite{}\n", given.folder, result.int8 ? " and int8.tflite" : "");
  return 0;
}

int networks_command(const std::string& json_file) {
  Json list = Json::array();
  for (const ir::builders::Entry& entry : ir::builders::names()) {
    const ir::NetConfig config = ir::builders::build(entry.name);
    const std::int64_t macs = ir::macs_of(config);
    const std::int64_t parameters = ir::parameters_of(config);
    fmt::print("{:18} {:8.2f} MMAC {:6.2f} M parameters  {}\n", entry.name, static_cast<double>(macs) / 1e6,
               static_cast<double>(parameters) / 1e6, entry.what);
    list.push_back({{"name", entry.name}, {"macs", macs}, {"parameters", parameters}, {"what", entry.what}});
  }
  if (!json_file.empty()) write_json(json_file, list);
  return 0;
}

void add_train(CLI::App& app, TrainArguments& given) {
  CLI::App* train = app.add_subcommand("train", "Trains a network; writes a checkpoint and float.tflite");
  train->footer(
      "Example:\n"
      "  thimble train --recipe fashion-mnist -o out/\n"
      "  thimble train --arch mcunet-vww0 --data pictures/ --init mcunet-10fps_vww.tflite --epochs 20 -o out/\n"
      "Ctrl-C saves and ends; --resume -o out/ goes on. docs/training.md explains recipes.");
  train->add_option("--recipe", given.recipe,
                    "Recipe: a .toml file or a name (fashion-mnist); the options below change single fields");
  train->add_option("--arch", given.network, "Network: a name (see `networks`) or an arch.json");
  train->add_option("--data", given.dataset, "Dataset: a name, a folder, or files");
  train->add_option("-o,--out", given.folder, "Folder for checkpoint.pt, arch.json, log.jsonl, float.tflite")
      ->required();
  train->add_option("--init", given.init,
                    "Start from the weights of this .tflite (int8 or float), with a new classifier");
  train->add_option("--epochs", given.epochs, "Passes through the training samples");
  train->add_option("--minutes", given.minutes, "Time limit; the learning rate's schedule ends with it");
  train->add_option("--batch", given.batch, "Samples a step");
  train->add_option("--lr", given.learning_rate, "Largest learning rate");
  train->add_option("--momentum", given.momentum, "Momentum of the gradient descent");
  train->add_option("--width", given.width, "Factor on the network's channels");
  train->add_option("--resolution", given.resolution, "Height and width of the input");
  train->add_option("--channels", given.channels, "Channels of the input: 1 (grey) or 3 (RGB)");
  train->add_option("--split", given.split, "Divide all samples anew, such as 70/20/10 (train/validation/test)");
  train->add_option("--qat-epochs", given.quantization_epochs,
                    "Then train this many epochs as int8 will compute, and write int8.tflite");
  train->add_option("--teacher", given.teacher, "Learn from the network of this finished training's folder too");
  train->add_option("--validation", given.validation, "Share of the training samples held out for validation");
  train->add_option("--normalization", given.normalization, "symmetric, unit, raw, imagenet or measured");
  train->add_option("--seed", given.seed, "Seed of weights, order and augmentation: same seed, same result");
  train->add_option("--device", given.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  train->add_option("--threads", given.threads, "Data-parallel workers; 0: one for each core")
      ->check(CLI::Range(0, 1024));
  train->add_flag("--resume", given.resume, "Go on with the training in the output folder");
  train->add_option("--json", given.json, "Write the result to this file");
}

int run(int argc, char** argv) {
  CLI::App app("Trains networks for microcontrollers", "thimble-train");
  app.require_subcommand(1);
  TrainArguments given;
  std::string networks_json;
  add_train(app, given);
  const std::function<int()> search = cli::add_train_search(app, interrupted);
  std::string export_folder;
  CLI::App* exporting =
      app.add_subcommand("export", "Writes float.tflite from a training's checkpoint, also while it runs");
  exporting->footer("Example:\n  thimble-train export out/");
  exporting->add_option("folder", export_folder, "The training's output folder")->required();
  CLI::App* networks = app.add_subcommand("networks", "Lists the networks that have a name");
  networks->footer("Example:\n  thimble-train networks --json networks.json");
  networks->add_option("--json", networks_json, "Write the list to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // Help.
    fmt::print(stderr, "error: {}\n  hint: thimble VERB --help lists the options\n", error.what());
    return static_cast<int>(Exit::bad_input);
  }
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  if (exporting->parsed()) {
    train::export_checkpoint(export_folder);
    fmt::print("wrote {}/float.tflite\n", export_folder);
    return 0;
  }
  if (const int code = search(); code >= 0) return code;
  return networks->parsed() ? networks_command(networks_json) : train_command(given);
}

/// Keeps freed memory in the process. Otherwise glibc gives each step's activations back to the kernel and the next
/// step faults them in again: 40% of the training time of a small network. One arena, because only the main one grows
/// freely.
void keep_freed_memory() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "  hint: {}\n", error.hint());
    return static_cast<int>(error.code());
  } catch (
      const std::exception& error) {  // libtorch's c10::Error: its first line says what, the rest is a stack trace.
    const std::string text = error.what();
    fmt::print(stderr, "error: {}\n", text.substr(0, text.find('\n')));
    return static_cast<int>(Exit::bad_input);
  }
}
