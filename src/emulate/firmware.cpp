#include "emulate/firmware.h"

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>
#include <string_view>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "plan/planner.h"
#include "plan/regions.h"

namespace thimble::emulate {

namespace fs = std::filesystem;

namespace {

constexpr const char* compiler = "arm-none-eabi-gcc";
constexpr const char* package = "gcc-arm-none-eabi libnewlib-arm-none-eabi";

/// What harness and model may use of the stack together; the model's share is measured, plan::stack_bytes at most.
constexpr std::int64_t stack_bytes = 3072;

/// Variables of the harness, about.
constexpr std::int64_t harness_bytes = 512;

void write_sources(const ir::Graph& graph, const plan::Plan& plan, const fs::path& folder,
                   const FirmwareOptions& options) {
  std::vector<emit::File> files = harness_files(graph, plan, options.harness);
  const fs::path firmware = target::data_folder() / "boards" / "firmware";
  for (const char* name : {"startup.c", "semihosting.h", "semihosting.c", "marks.h", "measure.h", "measure.c",
                           "sections.ld", "board.ld", "large.ld"}) {
    files.push_back({name, read_text(firmware / name)});
  }
  emit::write_files(files, folder);
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

std::vector<std::string> compile_command(const plan::Plan& plan, const target::Board& board,
                                         const FirmwareOptions& options) {
  std::vector<std::string> command = {compiler};
  append(command, board.core.compile_flags);
  append(command, harness_flags(options.harness));
  append(command, words_of(options.optimize));
  append(command, {"-ffunction-sections", "-fdata-sections", "-fno-common"});
  command.emplace_back("-DHARNESS_ARENA_ATTRIBUTE=__attribute__((section(\".arena\")))");
  for (std::size_t i = 1; i < plan.regions.size(); ++i)
    command.push_back(fmt::format("-DHARNESS_ARENA_{0}_ATTRIBUTE=__attribute__((section(\".arena_{0}\")))", i));
  if (options.measure) append(command, {"-include", "measure.h"});
  if (options.layers) command.emplace_back("-DMEASURE_LAYERS");
  return command;
}

/// The board's SRAM; a little of the emulated machine's beyond it where the harness, which is no part of what is
/// measured, would not find room beside the arena.
std::int64_t linked_sram(const plan::Plan& plan, const target::Board& board) {
  const std::int64_t arena = plan::bytes_in(plan, board.sram_region);
  const bool fits = arena + plan::stack_bytes <= board.sram_bytes;
  return fits ? std::max(board.sram_bytes, arena + stack_bytes + harness_bytes) : board.sram_bytes;
}

const target::MemoryRegion& region_of(const target::Board& board, const std::string& name) {
  const auto found = std::ranges::find(board.regions, name, &target::MemoryRegion::name);
  if (found == board.regions.end()) fail("{}: has no memory \"{}\", where the plan's arena lies", board.name, name);
  return *found;
}

/// The emulated machine has the stack in the first region of an arena, and room for a few others (boards/firmware/
/// board.ld).
void check_regions(const plan::Plan& plan, const target::Board& board) {
  constexpr std::int64_t most_bytes = 512 * 1024;
  if (plan.regions.empty() || board.large_memory) return;
  if (plan.regions[0].name != board.sram_region)
    fail("{}: a firmware has the stack in {}, where the plan has nothing", board.name, board.sram_region);
  if (plan.regions.size() > plan::most_memories)
    fail("{}: an arena in {} memories cannot be emulated, {} are possible", board.name, plan.regions.size(),
         plan::most_memories);
  for (std::size_t i = 1; i < plan.regions.size(); ++i)
    if (const std::int64_t bytes = region_of(board, plan.regions[i].name).bytes; bytes > most_bytes)
      fail("{}: {}, a second memory of {} bytes, cannot be emulated, {} are possible", board.name, plan.regions[i].name,
           bytes, most_bytes);
}

std::vector<std::string> link_command(const plan::Plan& plan, const target::Board& board,
                                      const std::vector<std::string>& objects) {
  std::vector<std::string> command = {compiler};
  append(command, board.core.compile_flags);
  append(command, {"-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"});
  const auto define = [&](const char* symbol, std::int64_t value) {
    command.push_back(fmt::format("-Wl,--defsym={}={}", symbol, value));
  };
  define("firmware_stack_bytes", stack_bytes);
  if (board.large_memory) {
    define("firmware_extra_origin", board.core.large_memory_origin);
  } else {
    define("firmware_flash_bytes", board.flash_bytes);
    define("firmware_sram_bytes", linked_sram(plan, board));
    for (std::size_t i = 1; i < plan.regions.size(); ++i)
      define(fmt::format("firmware_region_{}_bytes", i).c_str(), region_of(board, plan.regions[i].name).bytes);
  }
  append(command, {"-L.", "-T", board.large_memory ? "large.ld" : "board.ld"});
  append(command, objects);
  append(command, {"-o", "firmware.elf"});
  return command;
}

std::string first_error(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("error") != std::string::npos) return line;
  }
  return text.substr(0, text.find('\n'));
}

/// What a memory region of board.ld or large.ld is, for messages.
std::string describe_region(const std::string& region, const plan::Plan& plan, const target::Board& board) {
  if (board.large_memory)
    return fmt::format("the emulator's {} memory", region == "FLASH" ? "code" : region == "SRAM" ? "data" : "extra");
  constexpr std::string_view other = "REGION_";
  if (region.starts_with(other)) {
    const auto index = static_cast<std::size_t>(std::stoi(region.substr(other.size())));
    const target::MemoryRegion& memory = region_of(board, plan.regions.at(index).name);
    return fmt::format("{} of {} bytes", memory.name, memory.bytes);
  }
  return region == "FLASH" ? fmt::format("flash of {} bytes", board.flash_bytes)
                           : fmt::format("SRAM of {} bytes", board.sram_bytes);
}

/// Turns the linker's complaints about full memory regions into ours, and an arena that leaves too little of the SRAM
/// for what generated programs have beside it into another.
void throw_if_too_large(const std::string& linker_output, const plan::Plan& plan, const target::Board& board,
                        const std::string& model) {
  const std::regex complaint("region [`'](\\w+)' overflowed by ([0-9]+) bytes");
  std::vector<std::string> exceeded;
  const auto add = [&](const std::string& region, std::int64_t bytes) {
    exceeded.push_back(fmt::format("its {} is exceeded by {} bytes", describe_region(region, plan, board), bytes));
  };
  const std::int64_t excess = plan::bytes_in(plan, board.sram_region) + plan::stack_bytes - board.sram_bytes;
  const bool is_exceeded = !board.large_memory && excess > 0;
  for (std::sregex_iterator match(linker_output.begin(), linker_output.end(), complaint), end; match != end; ++match) {
    if ((*match)[1] != "SRAM" || !is_exceeded) add((*match)[1], std::stoll((*match)[2]));
  }
  if (is_exceeded) add("SRAM", excess);
  if (exceeded.empty()) return;
  throw Error(fmt::format("{}: the firmware does not fit {}: {}", model, board.name, fmt::join(exceeded, ", ")),
              board.large_memory ? "" : "a larger board (thimble boards), or --ignore-budget to measure it anyway",
              Exit::answer_is_no);
}

}  // namespace

fs::path build_firmware(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                        const fs::path& folder, const FirmwareOptions& options) {
  if (board.is_host) {
    throw Error(fmt::format("{}: is this computer; a firmware needs a board with an emulated core", board.name),
                "`thimble boards` lists them");
  }
  check_regions(plan, board);
  write_sources(graph, plan, folder, options);
  std::vector<std::string> sources = harness_sources(options.harness);
  append(sources, {"startup.c", "semihosting.c"});
  if (options.measure) sources.emplace_back("measure.c");

  std::vector<std::string> objects;
  for (const std::string& source : sources) {
    objects.push_back(source.substr(0, source.size() - 2) + ".o");
    std::vector<std::string> command = compile_command(plan, board, options);
    append(command, {"-c", source, "-o", objects.back()});
    const ProcessResult result = run_process(command, package, folder);
    if (result.status != 0)
      fail("{}: {} does not compile for {}: {}", graph.name, source, board.name, first_error(result.err));
  }
  const ProcessResult linked = run_process(link_command(plan, board, objects), package, folder);
  throw_if_too_large(linked.err, plan, board, graph.name);
  if (linked.status != 0)
    fail("{}: the firmware does not link for {}: {}", graph.name, board.name, first_error(linked.err));
  return folder / "firmware.elf";
}

FirmwareSizes firmware_sizes(const fs::path& elf) {
  constexpr std::array<std::string_view, 7> stored_sections = {".vectors",   ".model_rodata", ".model_text", ".text",
                                                               ".ARM.exidx", ".model_data",   ".data"};
  const ProcessResult listing = run_process({"arm-none-eabi-size", "-A", elf.string()}, package);
  FirmwareSizes sizes;
  std::istringstream lines(listing.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string section;
    std::int64_t bytes = 0;
    if (!(words >> section >> bytes)) continue;
    if (section == ".model_rodata") sizes.model_constants = bytes;
    if (section == ".model_text") sizes.model_code = bytes;
    if (section == ".model_data" || section == ".model_bss") sizes.model_static += bytes;
    if (std::ranges::find(stored_sections, section) != stored_sections.end()) sizes.image += bytes;
  }
  return sizes;
}

std::string firmware_flags(const target::Board& board, const std::string& optimize) {
  const ProcessResult version = run_process({compiler, "-dumpfullversion"}, package);
  return fmt::format("{} {} {} {}", compiler, version.out.substr(0, version.out.find('\n')),
                     fmt::join(board.core.compile_flags, " "), optimize);
}

}  // namespace thimble::emulate
