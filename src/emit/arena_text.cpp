#include "emit/arena_text.h"

#include <fmt/format.h>

#include "emit/names.h"

namespace thimble::emit {
namespace {

bool has_regions(const plan::Plan& plan) { return !plan.regions.empty(); }

/// "arena" or "arena[1]"
std::string piece(const plan::Plan& plan, plan::ArenaByte byte) {
  return has_regions(plan) ? fmt::format("arena[{}]", byte.region) : "arena";
}

std::string plus(std::int64_t offset) { return offset == 0 ? "" : fmt::format(" + {}", offset); }

}  // namespace

std::string in_arena(const plan::Plan& plan, std::int64_t offset) {
  const plan::ArenaByte byte = plan.byte_at(offset);
  const bool needs_cast = has_regions(plan) && byte.offset > 0;
  return (needs_cast ? "(int8_t*)" : "") + piece(plan, byte) + plus(byte.offset);
}

std::string in_arena_as(const plan::Plan& plan, std::int64_t offset, const std::string& type) {
  const plan::ArenaByte byte = plan.byte_at(offset);
  return fmt::format("({}*){}{}", type, piece(plan, byte), plus(byte.offset));
}

std::string layer_arena(const plan::Plan& plan) { return has_regions(plan) ? "void* const* arena" : "int8_t* arena"; }

std::string public_arena(const Source& source) {
  return has_regions(source.plan) ? fmt::format("void* const arena[{}_arenas]", source.options.name) : "void* arena";
}

std::string read_arena(const Source& source) {
  return has_regions(source.plan) ? public_arena(source) : "const void* arena";
}

std::string arena_constants(const Source& source) {
  const std::string& name = source.options.name;
  const plan::Plan& plan = source.plan;
  if (!has_regions(plan))
    return fmt::format("/* Activations and scratch. */\nenum {{ {}_arena_bytes = {} }};\n\n", name, plan.arena_bytes);
  std::string out =
      fmt::format("/* Activations and scratch: {}_arenas pieces, and the bytes of each. */\nenum {{\n", name);
  for (std::size_t i = 0; i < plan.regions.size(); ++i)
    out += fmt::format("  {}_arena_{}_bytes = {}, /* {} */\n", name, i, plan.regions[i].bytes,
                       comment_text(plan.regions[i].name));
  return out + fmt::format("  {0}_arena_bytes = {1}, /* together */\n  {0}_arenas = {2}\n}};\n\n", name,
                           plan.arena_bytes, plan.regions.size());
}

std::vector<std::pair<std::string, std::string>> arena_checks(const Source& source) {
  const std::string& name = source.options.name;
  const plan::Plan& plan = source.plan;
  std::vector<std::pair<std::string, std::string>> checks{
      {"arena", fmt::format("{}_arena_bytes == {}", name, plan.arena_bytes)}};
  if (has_regions(plan)) checks.emplace_back("arenas", fmt::format("{}_arenas == {}", name, plan.regions.size()));
  for (std::size_t i = 0; i < plan.regions.size(); ++i)
    checks.emplace_back(fmt::format("arena_{}", i),
                        fmt::format("{}_arena_{}_bytes == {}", name, i, plan.regions[i].bytes));
  return checks;
}

std::string arena_definition(const Source& source, const std::string& indent) {
  const std::string& name = source.options.name;
  const std::vector<target::MemoryRegion>& regions = source.plan.regions;
  if (regions.empty()) return fmt::format("{}static int32_t arena[({}_arena_bytes + 3) / 4];\n", indent, name);
  std::string out;
  std::string pieces;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    out += fmt::format("{}static int32_t arena_{}[({}_arena_{}_bytes + 3) / 4];\n", indent, i, name, i);
    pieces += fmt::format("{}arena_{}", i == 0 ? "" : ", ", i);
  }
  return out + fmt::format("{}static void* const arena[{}_arenas] = {{{}}};\n", indent, name, pieces);
}

std::string arena_notes(const Source& source) {
  const std::vector<target::MemoryRegion>& regions = source.plan.regions;
  if (regions.empty()) return "";
  std::string places;
  for (std::size_t i = 0; i < regions.size(); ++i)
    places += fmt::format(" *   arena_{} in {}\n", i, comment_text(regions[i].name));
  return fmt::format(
      " *\n * The arena is in {} pieces, because no single memory of the board holds it. Give each the section that "
      "your\n"
      " * linker script has where the plan wants it, or any other place:\n{}",
      regions.size(), places);
}

}  // namespace thimble::emit
