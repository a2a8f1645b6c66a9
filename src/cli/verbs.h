// cli/verbs.h
#pragma once

#include <CLI/CLI.hpp>

namespace thimble::cli {

/// Each adds one sub-command: its options, its help with an example, and what it does. One file a verb.
void add_compile(CLI::App& app);
void add_run(CLI::App& app);
void add_bench(CLI::App& app);
void add_plan(CLI::App& app);
void add_patches(CLI::App& app);
void add_inspect(CLI::App& app);
void add_quantize(CLI::App& app);
void add_eval(CLI::App& app);
void add_report(CLI::App& app);
void add_profile(CLI::App& app);
void add_export(CLI::App& app);
void add_calibrate(CLI::App& app);
void add_fit(CLI::App& app);
void add_study(CLI::App& app);
/// A study of its own file, of the verb study.
void add_study_patches(CLI::App& study);
void add_boards(CLI::App& app);
void add_datasets(CLI::App& app);

/// Verbs of the training half: they run the program thimble-train, found beside this one or on PATH.
void add_train(CLI::App& app);
/// Of which one stage is here: ranking design spaces.
void add_search(CLI::App& app);

}  // namespace thimble::cli
