// plan/shadow_arena.h
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "ir/graph.h"

namespace thimble::plan {

/// What every byte of an arena holds: which byte of which tensor, or nothing of meaning. Kept as runs of consecutive
/// bytes of one tensor, so that rows cost a few operations and not one a byte.
class ShadowArena {
 public:
  /// Byte `byte` of `tensor`, or garbage where `tensor` is ir::no_tensor. Numbers behind those of the graph's tensors
  /// may stand for other things that an arena holds.
  struct Content {
    ir::TensorId tensor = ir::no_tensor;
    std::int64_t byte = 0;
  };

  /// The first byte of a range that holds something else than it should.
  struct Mismatch {
    std::int64_t address = 0;
    Content expected;
    Content held;
  };

  explicit ShadowArena(std::int64_t bytes);

  /// From now on [address, address + bytes) holds `content` and the bytes that follow it in the tensor.
  void write(std::int64_t address, std::int64_t bytes, Content content);

  /// From now on [address, address + bytes) holds garbage.
  void spoil(std::int64_t address, std::int64_t bytes);

  /// The first byte of [address, address + bytes) that does not hold `content` and what follows it.
  std::optional<Mismatch> mismatch(std::int64_t address, std::int64_t bytes, Content content) const;

 private:
  /// Content of a run's bytes: byte index = address + shift. Garbage always has shift 0, so that equal runs join.
  struct Run {
    ir::TensorId tensor = ir::no_tensor;
    std::int64_t shift = 0;
    bool operator==(const Run&) const = default;
  };
  using Runs = std::map<std::int64_t, Run>;  ///< By first address; a run ends where the next one begins.

  Runs::iterator split(std::int64_t address);
  void assign(std::int64_t address, std::int64_t bytes, Run run);

  Runs runs_;
};

}  // namespace thimble::plan
