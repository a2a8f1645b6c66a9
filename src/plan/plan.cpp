// plan/plan.cpp
#include "plan/plan.h"

#include <algorithm>

namespace thimble::plan {
namespace {

template <typename Holds>
bool has_step(const std::vector<Stage>& stages, const Holds& holds) {
  return std::ranges::any_of(stages, [&](const Stage& stage) { return std::ranges::any_of(stage.steps, holds); });
}

}  // namespace

const Placement* Plan::find(ir::TensorId tensor) const {
  const auto found = std::find_if(placements.begin(), placements.end(),
                                  [tensor](const Placement& placement) { return placement.tensor == tensor; });
  return found == placements.end() ? nullptr : &*found;
}

ArenaByte Plan::byte_at(std::int64_t offset) const {
  ArenaByte byte{0, offset};
  while (byte.region + 1 < static_cast<int>(regions.size())) {
    const std::int64_t bytes = regions[static_cast<std::size_t>(byte.region)].bytes;
    if (byte.offset < bytes) break;
    byte.offset -= bytes;
    ++byte.region;
  }
  return byte;
}

std::int64_t Plan::scratch_of(const Step& step) const {
  return buffers.at(static_cast<std::size_t>(step.scratch_buffer)).offset + step.scratch_offset;
}

bool Plan::takes_rows_of(ir::TensorId input) const {
  return has_step(stages, [input](const Step& step) { return step.input == input; });
}

bool Plan::takes_rows() const {
  return has_step(stages, [](const Step& step) { return step.input != ir::no_tensor; });
}

bool has_shifted_rows(const Plan& plan) {
  return std::ranges::any_of(
      plan.placements, [](const Placement& placement) { return placement.ring_shift > 0 || placement.ring_step != 1; });
}

int rows_of(const ir::Tensor& tensor) { return is_image(tensor) ? tensor.shape[1] : 1; }

std::int64_t row_bytes_of(const ir::Tensor& tensor) {
  if (!is_image(tensor)) return tensor.bytes();
  return ir::bytes_of(tensor.type, std::int64_t{tensor.shape[2]} * tensor.shape[3]);
}

}  // namespace thimble::plan
