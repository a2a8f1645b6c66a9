#include "emulate/unicorn.h"

#include <array>
#include <cstring>
#include <exception>
#include <map>
#include <memory>

#include <unicorn/unicorn.h>

#include "base/error.h"
#include "emulate/elf.h"
#include "emulate/harness.h"

namespace thimble::emulate {

namespace {

constexpr std::uint32_t megabyte = 1U << 20;

/// Execution ends where it reaches this address. In the hook of an exception, uc_emu_stop does not end it.
constexpr std::uint32_t end_address = 4 * megabyte - 16;

/// Files and exit of boards/firmware/semihosting.c, in memory.
class Semihosting {
 public:
  Semihosting(uc_engine* core, FirmwareFiles& files) : core_(core), files_(files) {}

  /// The call of r0 with the arguments at r1; the result goes to r0.
  void call();

  bool exited = false;
  int status = 0;

 private:
  struct Handle {
    std::string name;
    std::size_t at = 0;
  };
  std::uint32_t open(std::uint32_t name, std::uint32_t mode, std::uint32_t length);
  std::uint32_t read(Handle& handle, std::uint32_t to, std::uint32_t bytes);
  std::uint32_t write(Handle& handle, std::uint32_t from, std::uint32_t bytes);
  std::uint32_t seek(Handle& handle, std::uint32_t position) const;
  std::vector<std::byte> memory(std::uint32_t address, std::uint32_t bytes) const;

  uc_engine* core_;
  FirmwareFiles& files_;
  std::vector<Handle> handles_;
};

void check(uc_err error, const char* doing) {
  if (error != UC_ERR_OK) fail("Unicorn cannot {}: {}", doing, uc_strerror(error));
}

std::uint32_t reg(uc_engine* core, int id) {
  std::uint32_t value = 0;
  check(uc_reg_read(core, id, &value), "read a register");
  return value;
}

void set_reg(uc_engine* core, int id, std::uint32_t value) {
  check(uc_reg_write(core, id, &value), "write a register");
}

std::vector<std::byte> Semihosting::memory(std::uint32_t address, std::uint32_t bytes) const {
  std::vector<std::byte> content(bytes);
  check(uc_mem_read(core_, address, content.data(), bytes), "read memory");
  return content;
}

void Semihosting::call() {
  constexpr std::uint32_t sys_open = 0x01, sys_close = 0x02, sys_write = 0x05, sys_read = 0x06;
  constexpr std::uint32_t sys_seek = 0x0A, sys_exit = 0x20;
  const std::uint32_t operation = reg(core_, UC_ARM_REG_R0);
  std::array<std::uint32_t, 3> argument{};
  check(uc_mem_read(core_, reg(core_, UC_ARM_REG_R1), argument.data(), sizeof argument), "read memory");
  std::uint32_t result = 0;
  switch (operation) {
    case sys_open:
      result = open(argument[0], argument[1], argument[2]);
      break;
    case sys_read:
      result = read(handles_.at(argument[0]), argument[1], argument[2]);
      break;
    case sys_write:
      result = write(handles_.at(argument[0]), argument[1], argument[2]);
      break;
    case sys_seek:
      result = seek(handles_.at(argument[0]), argument[1]);
      break;
    case sys_close:
      break;
    case sys_exit:
      exited = true;
      status = static_cast<int>(argument[1]);
      set_reg(core_, UC_ARM_REG_PC, end_address | 1U);
      break;
    default:
      fail("the firmware makes the semihosting call {:#x}, which is not emulated", operation);
  }
  set_reg(core_, UC_ARM_REG_R0, result);
}

std::uint32_t Semihosting::open(std::uint32_t name, std::uint32_t mode, std::uint32_t length) {
  constexpr std::uint32_t first_writing_mode = 4;
  const std::vector<std::byte> bytes = memory(name, length);
  const std::string key(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (mode >= first_writing_mode) {
    files_[key].clear();
  } else if (!files_.contains(key)) {
    return static_cast<std::uint32_t>(-1);
  }
  handles_.push_back({key, 0});
  return static_cast<std::uint32_t>(handles_.size() - 1);
}

std::uint32_t Semihosting::read(Handle& handle, std::uint32_t to, std::uint32_t bytes) {
  const std::vector<std::byte>& file = files_.at(handle.name);
  const std::size_t there = std::min<std::size_t>(bytes, file.size() - handle.at);
  check(uc_mem_write(core_, to, file.data() + handle.at, there), "write memory");
  handle.at += there;
  return static_cast<std::uint32_t>(bytes - there);
}

std::uint32_t Semihosting::write(Handle& handle, std::uint32_t from, std::uint32_t bytes) {
  const std::vector<std::byte> content = memory(from, bytes);
  std::vector<std::byte>& file = files_.at(handle.name);
  file.insert(file.end(), content.begin(), content.end());
  return 0;
}

std::uint32_t Semihosting::seek(Handle& handle, std::uint32_t position) const {
  if (position > files_.at(handle.name).size()) return static_cast<std::uint32_t>(-1);
  handle.at = position;
  return 0;
}

/// What the hooks reach. An exception must not pass through Unicorn: it waits here.
struct Machine {
  uc_engine* core = nullptr;
  MarkCounter counter;
  std::unique_ptr<Semihosting> semihosting;
  std::exception_ptr failure;
  std::vector<std::byte> code = std::vector<std::byte>(4 * megabyte);  ///< The memory at 0, in which all code is.
};

template <typename Action>
void guarded(Machine& machine, Action action) {
  try {
    action();
  } catch (...) {
    machine.failure = std::current_exception();
    const std::uint32_t end = end_address | 1U;
    uc_reg_write(machine.core, UC_ARM_REG_PC, &end);
  }
}

void on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* user) {
  Machine& machine = *static_cast<Machine*>(user);
  guarded(machine, [&] {
    if (address + size > machine.code.size()) fail("the firmware executes {:#x}, where no code is", address);
    machine.counter.execute(static_cast<std::uint32_t>(address), std::span(machine.code).subspan(address, size));
  });
}

/// Unicorn leaves a BKPT's exception to us, with the program counter on the BKPT.
void on_exception(uc_engine* core, std::uint32_t number, void* user) {
  constexpr std::uint32_t breakpoint = 7;
  Machine& machine = *static_cast<Machine*>(user);
  guarded(machine, [&] {
    if (number != breakpoint) fail("the firmware faulted in Unicorn at {:#x}", reg(core, UC_ARM_REG_PC));
    set_reg(core, UC_ARM_REG_PC, (reg(core, UC_ARM_REG_PC) + 2) | 1U);
    machine.semihosting->call();
  });
}

using Core = std::unique_ptr<uc_engine, decltype(&uc_close)>;

Core open_core(const target::Board& board) {
  uc_engine* opened = nullptr;
  check(uc_open(UC_ARCH_ARM, static_cast<uc_mode>(UC_MODE_THUMB | UC_MODE_MCLASS), &opened), "start");
  Core core(opened, uc_close);
  const std::map<std::string, int> models = {
      {"cortex-m3", UC_CPU_ARM_CORTEX_M3}, {"cortex-m4", UC_CPU_ARM_CORTEX_M4}, {"cortex-m7", UC_CPU_ARM_CORTEX_M7}};
  const auto model = models.find(board.core.qemu_core);
  if (model == models.end()) fail("{}: Unicorn has no {}", board.name, board.core.qemu_core);
  check(uc_ctl_set_cpu_model(core.get(), model->second), "choose the core");
  return core;
}

/// The memory of the MPS2 machines (target/cores.cpp), and a page for the core's own registers.
void map_memory(uc_engine* core, std::span<std::byte> code, const target::Board& board) {
  check(uc_mem_map_ptr(core, 0x00000000, code.size(), UC_PROT_READ | UC_PROT_EXEC, code.data()), "map memory");
  check(uc_mem_map(core, 0x20000000, 4 * megabyte, UC_PROT_READ | UC_PROT_WRITE), "map memory");
  check(uc_mem_map(core, board.core.large_memory_origin, 16 * megabyte, UC_PROT_READ | UC_PROT_WRITE), "map memory");
  check(uc_mem_map(core, 0xE000E000, 0x1000, UC_PROT_READ | UC_PROT_WRITE), "map memory");
}

}  // namespace

UnicornRun run_in_unicorn(const std::filesystem::path& elf, const target::Board& board, FirmwareFiles files) {
  Machine machine;
  const Core core = open_core(board);
  map_memory(core.get(), machine.code, board);
  for (const Segment& segment : read_segments(elf)) {
    check(uc_mem_write(core.get(), segment.address, segment.bytes.data(), segment.bytes.size()), "load the firmware");
  }
  machine.core = core.get();
  machine.semihosting = std::make_unique<Semihosting>(core.get(), files);
  uc_hook blocks = 0, exceptions = 0;
  check(uc_hook_add(core.get(), &blocks, UC_HOOK_BLOCK, reinterpret_cast<void*>(on_block), &machine, 1, 0), "hook");
  check(uc_hook_add(core.get(), &exceptions, UC_HOOK_INTR, reinterpret_cast<void*>(on_exception), &machine, 1, 0),
        "hook");

  std::array<std::uint32_t, 2> vectors{};  // The stack pointer and the reset handler.
  check(uc_mem_read(core.get(), 0, vectors.data(), sizeof vectors), "read the vectors");
  set_reg(core.get(), UC_ARM_REG_SP, vectors[0]);
  const uc_err ended = uc_emu_start(core.get(), vectors[1], end_address, 0, 0);
  if (machine.failure) std::rethrow_exception(machine.failure);
  if (ended != UC_ERR_OK) {
    fail("the firmware faulted in Unicorn at {:#x}: {}", reg(core.get(), UC_ARM_REG_PC), uc_strerror(ended));
  }
  if (!machine.semihosting->exited) fail("the firmware did not end in Unicorn");
  if (machine.semihosting->status != 0) fail("in Unicorn: {}", harness_failure(machine.semihosting->status));
  return {machine.counter.counts(), machine.counter.profile(), std::move(files)};
}

}  // namespace thimble::emulate
