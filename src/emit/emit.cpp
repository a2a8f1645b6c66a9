// emit/emit.cpp
#include "emit/emit.h"

#include <fmt/format.h>

#include "base/error.h"
#include "emit/ends.h"
#include "emit/files_of_program.h"
#include "emit/program.h"
#include "plan/plan_json.h"

namespace thimble::emit {

std::vector<File> emit_program(const ir::Graph& graph, const plan::Plan& plan, const EmitOptions& options) {
  if (c_identifier(options.name) != options.name)
    throw Error(fmt::format("\"{}\" cannot be the name of a C program", options.name),
                fmt::format("\"{}\" can", c_identifier(options.name)));
  const std::vector<End> ends = ends_of(graph, plan);
  const Program program = program_of(graph, plan);
  const Source source{graph, plan, options, program, ends};
  std::vector<File> files{{options.name + ".h", header_text(source)},
                          {options.name + ".c", program_text(source)},
                          {options.name + "_weights.h", weights_text(source)},
                          {"main.c", example_text(source)},
                          {"CMakeLists.txt", cmake_text(source)},
                          {"plan.json", plan::to_json(graph, plan).dump(2) + "\n"}};
  for (File& file : kernel_files(source)) files.push_back(std::move(file));
  return files;
}

}  // namespace thimble::emit
