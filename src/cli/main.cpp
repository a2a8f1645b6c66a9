#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/verbs.h"

namespace {

int report(const thimble::Error& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  if (!error.hint().empty()) fmt::print(stderr, "  hint: {}\n", error.hint());
  return static_cast<int>(error.code());
}

/// CLI11 asks for a verb where it does not know the word that is there.
std::string message_of(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  if (!app.get_subcommands().empty() || argc < 2 || argv[1][0] == '-') return error.what();
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) verbs.push_back(verb->get_name());
  const std::string meant = thimble::nearest(argv[1], verbs);
  return fmt::format("there is no verb \"{}\"{}", argv[1],
                     meant.empty() ? "" : fmt::format(", did you mean {}?", meant));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Thimble: the most accurate network that fits your microcontroller, as plain C.", "thimble");
  app.require_subcommand(1);
  app.set_version_flag("--version", "thimble 0.1.0");
  app.failure_message(CLI::FailureMessage::help);
  app.footer(
      "Exit codes: 0 done; 1 the answer is no: it does not fit, outputs differ, too inaccurate;\n"
      "2 bad input or usage; 3 an outside program is missing");
  thimble::cli::add_compile(app);
  thimble::cli::add_run(app);
  thimble::cli::add_bench(app);
  thimble::cli::add_plan(app);
  thimble::cli::add_patches(app);
  thimble::cli::add_inspect(app);
  thimble::cli::add_search(app);
  thimble::cli::add_train(app);
  thimble::cli::add_quantize(app);
  thimble::cli::add_eval(app);
  thimble::cli::add_report(app);
  thimble::cli::add_profile(app);
  thimble::cli::add_export(app);
  thimble::cli::add_calibrate(app);
  thimble::cli::add_fit(app);
  thimble::cli::add_study(app);
  thimble::cli::add_boards(app);
  thimble::cli::add_datasets(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\n  hint: thimble --help, or thimble VERB --help, lists the options\n",
               message_of(error, app, argc, argv));
    return static_cast<int>(thimble::Exit::bad_input);
  } catch (const thimble::Error& error) {
    return report(error);
  } catch (const std::exception& error) {
    return report(thimble::Error(error.what()));
  }
  return 0;
}
