// emit/files_of_program.h
#pragma once

#include <set>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "emit/ends.h"
#include "emit/program.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::emit {

/// What every printer of a file needs.
struct Source {
  const ir::Graph& graph;
  const plan::Plan& plan;
  const EmitOptions& options;
  const Program& program;
  const std::vector<End>& ends;
};

/// <name>.h: the API.
std::string header_text(const Source& source);
/// <name>.c: a function for each layer, and the invocation.
std::string program_text(const Source& source);
/// <name>_weights.h: the constants, for <name>.c alone.
std::string weights_text(const Source& source);
/// main.c: the least program that uses the model.
std::string example_text(const Source& source);
/// CMakeLists.txt: a library and the example.
std::string cmake_text(const Source& source);

/// The headers that <name>.c includes, relative to the output folder: those of the row kernels and of the conversions.
std::set<std::string> included_kernels(const Source& source);
/// The same and all that they include, each with its text.
std::vector<File> kernel_files(const Source& source);

}  // namespace thimble::emit
