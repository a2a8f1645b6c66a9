// search/layer_table.h
#pragma once

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "ir/netconfig_layers.h"
#include "target/board.h"

namespace thimble::search {

/// What the compiler says of one layer by itself: its kernel's memory and time on a core.
struct LayerCost {
  std::int64_t scratch_bytes = 0;      ///< Of the kernel that runs over all rows.
  std::int64_t row_scratch_bytes = 0;  ///< Of the one that runs row by row in a stream.
  bool in_place = false;               ///< The kernel over all rows may write over its input.
  bool row_in_place = false;           ///< The kernel of a stream may, row over row.
  bool sums_rows = false;              ///< In a stream it takes the rows of its input and sums them up.
  std::int64_t constant_bytes = 0;     ///< Weights and biases, or the table of a function.
  double cycles = 0;                   ///< Instructions, on cores whose cost table has no cycles.
  double row_cycles = 0;               ///< The same, one row at a time.
  int channels = 0;                    ///< That are requantized: those of layers with weights.
  int kernel = 0;                      ///< Index in target::all_kernels().
};

/// The layers of a design space recur by the thousand: each is asked for once, by its shape. Safe to share by threads.
class LayerTable {
 public:
  explicit LayerTable(target::Core core) : core_(std::move(core)) {}

  const target::Core& core() const { return core_; }

  /// @throws Error if no kernel can run the layer. The reference stays valid.
  const LayerCost& of(const ir::NetLayer& layer);

 private:
  LayerCost measure(const ir::NetLayer& layer) const;

  target::Core core_;
  std::shared_mutex mutex_;
  std::unordered_map<std::uint64_t, std::unique_ptr<LayerCost>> costs_;
};

}  // namespace thimble::search
