#include "emulate/execution_profile.h"

namespace thimble::emulate {

int ExecutionProfile::add(std::uint32_t address, std::span<const std::byte> code) {
  blocks_.push_back({address, {code.begin(), code.end()}, {}});
  return static_cast<int>(blocks_.size()) - 1;
}

}  // namespace thimble::emulate
