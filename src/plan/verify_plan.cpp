// plan/verify_plan.cpp
#include "plan/verify_plan.h"

#include <algorithm>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "plan/plan_layout.h"
#include "plan/row_reads.h"
#include "plan/shadow_arena.h"

namespace thimble::plan {
namespace {

/// Bytes of a tensor that are consecutive in the arena too: byte `byte` of the tensor is at `address`.
struct Piece {
  std::int64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t byte = 0;
};

bool overlap(const Piece& a, const Piece& b) {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

/// The tensor whose bytes a tensor's equal: row r those from byte offset + r * row_bytes on.
struct Source {
  ir::TensorId tensor = ir::no_tensor;
  std::int64_t offset = 0;
  std::int64_t row_bytes = 0;
};

/// Concatenations of images along rows or columns: what is read once, by one of them, is a part of its output.
void add_parts(const ir::Graph& graph, std::vector<Source>& sources) {
  std::vector<int> readers(graph.tensors.size(), 0);
  for (const ir::Op& op : graph.ops)
    for (const ir::TensorId id : op.inputs)
      if (id != ir::no_tensor) ++readers[static_cast<std::size_t>(id)];
  for (const ir::TensorId id : graph.outputs) ++readers[static_cast<std::size_t>(id)];
  for (auto op = graph.ops.rbegin(); op != graph.ops.rend(); ++op) {
    const auto* concat = std::get_if<ir::Concat>(&op->kind);
    if (concat == nullptr || (concat->axis != 1 && concat->axis != 2) || !is_image(graph.tensor(op->outputs.at(0))))
      continue;
    Source next = sources[static_cast<std::size_t>(op->outputs[0])];
    for (const ir::TensorId part : op->inputs) {
      const ir::Tensor& tensor = graph.tensor(part);
      const std::int64_t row_bytes = tensor.bytes() / tensor.shape[1];
      if (readers[static_cast<std::size_t>(part)] == 1) sources[static_cast<std::size_t>(part)] = next;
      next.offset += concat->axis == 1 ? tensor.shape[1] * next.row_bytes : row_bytes;
    }
  }
}

/// What each tensor's bytes equal: reshapes and concatenations change no byte, whether a step copies them or not.
std::vector<Source> sources_of(const ir::Graph& graph) {
  std::vector<Source> sources;
  for (std::size_t id = 0; id < graph.tensors.size(); ++id)
    sources.push_back({static_cast<ir::TensorId>(id), 0, row_bytes_of(graph.tensors[id])});
  for (const ir::Op& op : graph.ops)
    if (std::holds_alternative<ir::Reshape>(op.kind) && !graph.tensor(op.inputs.at(0)).is_constant())
      sources[static_cast<std::size_t>(op.outputs.at(0))].tensor =
          sources[static_cast<std::size_t>(op.inputs[0])].tensor;
  add_parts(graph, sources);
  return sources;
}

/// Executes a plan on bytes that know what they are.
class Execution {
 public:
  Execution(const ir::Graph& graph, const Plan& plan)
      : graph_(graph),
        plan_(plan),
        arena_(plan.arena_bytes),
        sources_(sources_of(graph)),
        place_(graph.tensors.size()) {
    for (const Placement& placement : plan.placements) place_[static_cast<std::size_t>(placement.tensor)] = &placement;
  }

  void run() {
    for (const ir::TensorId id : graph_.inputs)
      if (!plan_.takes_rows_of(id)) supply_input(id);
    for (stage_ = 0; stage_ < static_cast<int>(plan_.stages.size()); ++stage_) {
      const Stage& stage = plan_.stages[static_cast<std::size_t>(stage_)];
      for (int iteration = 0; iteration < stage.iterations; ++iteration)
        for (step_ = 0; step_ < static_cast<int>(stage.steps.size()); ++step_)
          run_step(stage.steps[static_cast<std::size_t>(step_)], iteration);
    }
    for (const auto& [input, row] : next_row_)
      if (row < place(input).rows)
        fail("plan: input \"{}\" has {} rows, steps take {} of them", graph_.tensor(input).name, place(input).rows,
             row);
    for (const ir::TensorId id : graph_.outputs) expect_output(id);
  }

 private:
  const Placement& place(ir::TensorId id) const { return *place_[static_cast<std::size_t>(id)]; }
  const Buffer& buffer_of(ir::TensorId id) const { return plan_.buffers[static_cast<std::size_t>(place(id).buffer)]; }

  std::int64_t row_bytes(ir::TensorId id) const { return row_bytes_of(graph_.tensor(id)); }
  const Source& source(ir::TensorId id) const { return sources_[static_cast<std::size_t>(id)]; }

  /// Where bytes [begin, end) of a tensor lie. A dense tensor that is there as a whole is one piece, others are one a
  /// row.
  std::vector<Piece> pieces(ir::TensorId id, std::int64_t begin, std::int64_t end) const {
    const Placement& placement = place(id);
    const std::int64_t base = buffer_of(id).offset + placement.offset;
    const std::int64_t bytes = row_bytes(id);
    const bool is_dense = placement.row_bytes == bytes && source(id).row_bytes == bytes;
    if (placement.ring_rows == placement.rows && is_dense) return {{base + begin, end - begin, begin}};
    std::vector<Piece> pieces;
    while (begin < end) {
      const std::int64_t row = begin / bytes;
      const std::int64_t stop = std::min(end, (row + 1) * bytes);
      const std::int64_t slot = (row * placement.ring_step + placement.ring_shift) % placement.ring_rows;
      pieces.push_back({base + slot * placement.row_bytes + begin % bytes, stop - begin, begin});
      begin = stop;
    }
    return pieces;
  }

  /// Of bytes in one row, or of any in a dense tensor.
  ShadowArena::Content content(ir::TensorId id, std::int64_t byte) const {
    const Source& of = source(id);
    const std::int64_t bytes = row_bytes(id);
    return {of.tensor, of.offset + byte / bytes * of.row_bytes + byte % bytes};
  }

  std::optional<ShadowArena::Mismatch> find_mismatch(ir::TensorId id, std::span<const Piece> where) const {
    for (const Piece& piece : where)
      if (auto found = arena_.mismatch(piece.address, piece.bytes, content(id, piece.byte))) return found;
    return std::nullopt;
  }

  void write(ir::TensorId id, std::span<const Piece> where) {
    for (const Piece& piece : where) arena_.write(piece.address, piece.bytes, content(id, piece.byte));
  }

  void supply_input(ir::TensorId id) {
    if (place(id).ring_rows != place(id).rows)
      fail("plan: input \"{}\" is not there as a whole", graph_.tensor(id).name);
    if (buffer_of(id).first_stage > 0)
      fail("plan: input \"{}\" is written before stage 0, its buffer is live from stage {}", graph_.tensor(id).name,
           buffer_of(id).first_stage);
    write(id, pieces(id, 0, graph_.tensor(id).bytes()));
  }

  void expect_output(ir::TensorId id) const {
    const std::string& name = graph_.tensor(id).name;
    if (place(id).ring_rows != place(id).rows) fail("plan: output \"{}\" is not there as a whole", name);
    if (buffer_of(id).last_stage + 1 < static_cast<int>(plan_.stages.size()))
      fail("plan: output \"{}\" must stay to the end, its buffer is live to stage {} of {}", name,
           buffer_of(id).last_stage, plan_.stages.size());
    if (const auto found = find_mismatch(id, pieces(id, 0, graph_.tensor(id).bytes())))
      fail("plan: at the end, {}", describe(name, *found));
  }

  void run_step(const Step& step, int iteration) {
    const int first = step.rows.first + iteration * step.rows.advance;
    if (step.input != ir::no_tensor) {
      take_rows(step.input, first, step.rows.count);
      return;
    }
    const ir::Op& op = graph_.ops[static_cast<std::size_t>(step.op)];
    if (step.scratch_buffer >= 0) require_live(plan_.buffers[static_cast<std::size_t>(step.scratch_buffer)], op);
    if (step.kernel.accumulates) {
      accumulate(step, op, first, step.rows.count);
      return;
    }
    require_live(buffer_of(op.outputs[0]), op);
    if (computed_by_channels(graph_, step)) {
      compute_by_channels(step, op, first, step.rows.count);
      return;
    }
    if (!computed_by_rows(graph_, op)) {
      compute(step, op, reads_of_all(graph_, op), first, step.rows.count);
      return;
    }
    if (step.kernel.kept_bytes > 0) expect_kept(step, op, first);
    for (int row = first; row < first + step.rows.count; ++row)
      compute(step, op, reads_of_row(graph_, op, row), row, 1);
    if (step.kernel.kept_bytes > 0)
      arena_.write(plan_.scratch_of(step), step.kernel.kept_bytes, sums(step, first + step.rows.count));
  }

  /// The rows that a block in tiles keeps must be there when row `first` is computed; with row 0 they begin.
  void expect_kept(const Step& step, const ir::Op& op, int first) {
    const std::int64_t scratch = plan_.scratch_of(step);
    if (first == 0) arena_.write(scratch, step.kernel.kept_bytes, sums(step, 0));
    if (const auto found = arena_.mismatch(scratch, step.kernel.kept_bytes, sums(step, first)))
      fail("{}: the rows kept before it should be at arena byte {}, which holds {}", where(op, first), found->address,
           describe(found->held));
  }

  /// The caller writes input rows [first, first + count). It has each of them once, from the first to the last.
  void take_rows(ir::TensorId id, int first, int count) {
    const std::string& name = graph_.tensor(id).name;
    require_live(buffer_of(id), name);
    int& next = next_row_[id];
    if (first != next)
      fail("plan: stage {}, step {} takes row {} of input \"{}\" when row {} is next", stage_, step_, first, name,
           next);
    next += count;
    const std::int64_t bytes = row_bytes(id);
    write(id, pieces(id, first * bytes, (first + count) * bytes));
  }

  /// What the scratch of an operator holds that has summed up `rows` rows, or keeps of them what later ones need.
  ShadowArena::Content sums(const Step& step, int rows) const {
    return {static_cast<ir::TensorId>(graph_.tensors.size()) + step.op, rows * step.kernel.scratch_bytes};
  }

  /// Adds input rows [first, first + count), each as a whole, to the sums of the rows before, and writes the output
  /// from them after the last row. The scratch must hold the sums from one step to the next.
  void accumulate(const Step& step, const ir::Op& op, int first, int count) {
    const std::int64_t scratch = plan_.scratch_of(step);
    const std::int64_t bytes = step.kernel.scratch_bytes;
    if (first > 0)
      if (const auto found = arena_.mismatch(scratch, bytes, sums(step, first)))
        fail("{}: the sums of the rows before it should be at arena byte {}, which holds {}", where(op, first),
             found->address, describe(found->held));
    // With the first row the sums begin: the rows must lie outside of them even then.
    arena_.write(scratch, bytes, sums(step, first));
    const ir::TensorId input = op.inputs[0];
    const std::int64_t of_row = row_bytes(input);
    const Read read{input, first * of_row, (first + count) * of_row, false};
    const std::vector<Piece> needed = expect_read(op, first, read);
    arena_.write(scratch, bytes, sums(step, first + count));
    if (first + count < place(input).rows) return;
    require_live(buffer_of(op.outputs[0]), op);
    const std::vector<Piece> written = pieces(op.outputs[0], 0, graph_.tensor(op.outputs[0]).bytes());
    check_apart_from_scratch(step, op, first, written);
    check_not_overwritten(step, op, first, read, needed, written);
    write(op.outputs[0], written);
  }

  /// Computes output rows [first, first + count) in one piece: everything is read before the first byte and after the
  /// last byte is written.
  void compute(const Step& step, const ir::Op& op, const std::vector<Read>& reads, int first, int count) {
    const std::int64_t of_row = row_bytes(op.outputs[0]);
    const std::vector<Piece> written = pieces(op.outputs[0], first * of_row, (first + count) * of_row);
    use_scratch(step, op, first, written);
    for (const Read& read : reads) {
      const std::vector<Piece> needed = expect_read(op, first, read);
      check_not_overwritten(step, op, first, read, needed, written);
    }
    write(op.outputs[0], written);
  }

  /// Computes output rows [first, first + count) for a few channels, then all of them again for the next few. For each
  /// few channels the kernel copies their bytes of the input's rows in order, for each output row those up to its last,
  /// and then writes the row. So all of the input must be there from the start, and an output row may lie over an input
  /// row only if that has been copied, and channel over channel: no bytes but those of the same few channels. And as a
  /// kernel may do the rows up to a ring's end first, and then those behind it, only if no later row reads it.
  void compute_by_channels(const Step& step, const ir::Op& op, int first, int count) {
    const std::int64_t of_row = row_bytes(op.outputs[0]);
    std::vector<std::vector<Piece>> written;
    for (int row = first; row < first + count; ++row) {
      written.push_back(pieces(op.outputs[0], row * of_row, (row + 1) * of_row));
      use_scratch(step, op, row, written.back());
    }
    struct Needed {
      Piece piece;
      int by = 0;  ///< Index of the output row.
    };
    std::vector<Needed> needed;
    std::vector<std::int64_t> copied;  ///< Up to which byte of the input, when each output row is written.
    for (int row = first; row < first + count; ++row) {
      std::int64_t end = copied.empty() ? 0 : copied.back();
      for (const Read& read : reads_of_row(graph_, op, row)) {
        for (const Piece& piece : expect_read(op, row, read)) needed.push_back({piece, row - first});
        end = std::max(end, read.end);
      }
      copied.push_back(end);
    }
    const bool is_straight = count == 1 || place(op.outputs[0]).ring_rows == place(op.outputs[0]).rows;
    const bool may_overlap = step.kernel.in_place && keeps_channels(graph_, op);
    const std::int64_t channels = graph_.tensor(op.outputs[0]).shape.back();
    for (std::size_t i = 0; i < written.size(); ++i)
      for (const Piece& out : written[i])
        for (const auto& [in, by] : needed) {
          if (!overlap(in, out)) continue;
          const bool same_channels = ((in.address - in.byte) - (out.address - out.byte)) % channels == 0;
          const bool is_copied = in.byte + in.bytes <= copied[i] && (is_straight || by <= static_cast<int>(i));
          if (may_overlap && same_channels && is_copied) continue;
          fail_overwritten(op, first + static_cast<int>(i), op.inputs[0], in, out);
        }
    for (const std::vector<Piece>& row : written) write(op.outputs[0], row);
  }

  /// A step's scratch holds garbage before and after each piece of its work, and is no part of what it writes.
  void use_scratch(const Step& step, const ir::Op& op, int row, std::span<const Piece> written) {
    if (step.scratch_buffer < 0) return;
    const std::int64_t kept = step.kernel.kept_bytes;
    arena_.spoil(plan_.scratch_of(step) + kept, step.kernel.scratch_bytes - kept);
    check_apart_from_scratch(step, op, row, written);
  }

  void check_apart_from_scratch(const Step& step, const ir::Op& op, int row, std::span<const Piece> written) const {
    const Piece scratch{plan_.scratch_of(step), step.kernel.scratch_bytes, 0};
    for (const Piece& piece : written)
      if (overlap(piece, scratch)) fail("{} writes over its own scratch", where(op, row));
  }

  /// The bytes of a read, which must be there.
  std::vector<Piece> expect_read(const ir::Op& op, int row, const Read& read) const {
    require_live(buffer_of(read.tensor), op);
    std::vector<Piece> needed = pieces(read.tensor, read.begin, read.end);
    if (const auto found = find_mismatch(read.tensor, needed))
      fail("{}: {}", where(op, row), describe(graph_.tensor(read.tensor).name, *found));
    return needed;
  }

  void check_not_overwritten(const Step& step, const ir::Op& op, int row, const Read& read,
                             std::span<const Piece> needed, std::span<const Piece> written) const {
    for (const Piece& in : needed)
      for (const Piece& out : written) {
        if (!overlap(in, out)) continue;
        const bool exactly_in_place = in.address - in.byte == out.address - out.byte;
        if (step.kernel.in_place && read.pixel_for_pixel && exactly_in_place) continue;
        fail_overwritten(op, row, read.tensor, in, out);
      }
  }

  [[noreturn]] void fail_overwritten(const ir::Op& op, int row, ir::TensorId input, const Piece& in,
                                     const Piece& out) const {
    fail("{} writes over bytes of \"{}\" that it still reads, at arena byte {}", where(op, row),
         graph_.tensor(input).name, std::max(in.address, out.address));
  }

  void require_live(const Buffer& buffer, const ir::Op& op) const { require_live(buffer, graph_.name_of(op)); }

  void require_live(const Buffer& buffer, const std::string& user) const {
    if (buffer.first_stage <= stage_ && stage_ <= buffer.last_stage) return;
    fail("plan: stage {}, step {} (\"{}\") uses buffer \"{}\", which is live in stages [{}, {}]", stage_, step_, user,
         buffer.name, buffer.first_stage, buffer.last_stage);
  }

  std::string where(const ir::Op& op, int row) const {
    return fmt::format("plan: stage {}, step {} (\"{}\", row {})", stage_, step_, graph_.name_of(op), row);
  }

  std::string describe(const ShadowArena::Content& held) const {
    if (held.tensor == ir::no_tensor) return "garbage";
    const auto tensors = static_cast<ir::TensorId>(graph_.tensors.size());
    if (held.tensor < tensors) return fmt::format("byte {} of \"{}\"", held.byte, graph_.tensor(held.tensor).name);
    return fmt::format("sums of \"{}\"", graph_.name_of(graph_.ops[static_cast<std::size_t>(held.tensor - tensors)]));
  }

  std::string describe(const std::string& name, const ShadowArena::Mismatch& found) const {
    return fmt::format("byte {} of \"{}\" should be at arena byte {}, which holds {}", found.expected.byte, name,
                       found.address, describe(found.held));
  }

  const ir::Graph& graph_;
  const Plan& plan_;
  ShadowArena arena_;
  std::vector<Source> sources_;           ///< By tensor.
  std::vector<const Placement*> place_;   ///< By tensor.
  std::map<ir::TensorId, int> next_row_;  ///< Of the inputs of which steps take rows.
  int stage_ = 0;
  int step_ = 0;
};

}  // namespace

void verify_plan(const ir::Graph& graph, const Plan& plan) {
  check_layout(graph, plan);
  Execution(graph, plan).run();
}

}  // namespace thimble::plan
