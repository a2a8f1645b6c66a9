// emit/emit.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::emit {

struct File {
  std::string path;  ///< Relative to the output folder.
  std::string content;
};

struct EmitOptions {
  std::string name;   ///< C identifier that prefixes everything: "person" gives person.h, person_invoke(), ...
  std::string board;  ///< Named in the header's comment.
};

/// A valid C identifier made of a model's or a file's name.
std::string c_identifier(const std::string& name);

/// The C program of a plan: <name>.h, <name>.c, <name>_weights.h, the kernel headers that it uses under kernels/,
/// main.c, CMakeLists.txt and plan.json. @throws Error if the graph holds what generated code cannot do.
std::vector<File> emit_program(const ir::Graph& graph, const plan::Plan& plan, const EmitOptions& options);

/// Writes all files or none: into a hidden folder inside `folder`, then renamed file by file once nothing stands in the
/// way.
/// @throws Error if the folder cannot be written.
void write_files(const std::vector<File>& files, const std::filesystem::path& folder);

}  // namespace thimble::emit
