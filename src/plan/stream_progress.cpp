#include "plan/stream_progress.h"

#include <algorithm>

namespace thimble::plan {

StreamProgress::StreamProgress(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work)
    : graph_(graph),
      stream_(stream),
      readers_(graph.tensors.size()),
      rows_(graph.tensors.size(), 0),
      oldest_(graph.tensors.size(), no_row),
      done_(graph.ops.size(), 0),
      end_(graph.ops.size(), 0) {
  for (const int index : stream.ops) {
    const ir::Op& op = op_at(index);
    for (std::size_t i = 0; i < op.inputs.size(); ++i)
      if (op.inputs[i] != ir::no_tensor && !graph.tensor(op.inputs[i]).is_constant())
        readers_[static_cast<std::size_t>(op.inputs[i])].push_back({index, i});
  }
  for (const RowWork& piece : work)
    if (piece.op != RowWork::from_caller) end_[static_cast<std::size_t>(piece.op)] = piece.rows.end;
  for (const int index : stream.ops) find_oldest(op_at(index));
}

int StreamProgress::rows_held(ir::TensorId tensor) const {
  const auto index = static_cast<std::size_t>(tensor);
  return rows_[index] - std::min(oldest_[index], rows_[index]);
}

void StreamProgress::finish(const RowWork& work) {
  rows_[static_cast<std::size_t>(work.tensor)] = work.rows.end;
  if (work.op == RowWork::from_caller) return;
  done_[static_cast<std::size_t>(work.op)] = work.rows.end;
  find_oldest(op_at(work.op));
}

int StreamProgress::oldest_read(const Reader& reader, int row) const {
  if (row >= end_[static_cast<std::size_t>(reader.op)]) return no_row;
  return rows_read(graph_, stream_, reader.op, reader.input, {row, row + 1}).first;
}

int StreamProgress::oldest_read(const Reader& reader) const {
  return oldest_read(reader, done_[static_cast<std::size_t>(reader.op)]);
}

/// For each input of an operator the first row that is still to be read.
void StreamProgress::find_oldest(const ir::Op& op) {
  for (const ir::TensorId id : op.inputs) {
    if (id == ir::no_tensor) continue;
    int& oldest = oldest_[static_cast<std::size_t>(id)];
    oldest = no_row;
    for (const Reader& reader : readers_of(id)) oldest = std::min(oldest, oldest_read(reader));
  }
}

}  // namespace thimble::plan
