#include "plan/columns.h"

#include <algorithm>

namespace thimble::plan {
namespace {

bool live_together(const LiveRange& a, const LiveRange& b) { return a.first <= b.last && b.first <= a.last; }

void add_part(Column& column, std::span<const LiveRange> buffers, std::size_t index) {
  const LiveRange& buffer = buffers[index];
  column.first = column.parts.empty() ? buffer.first : std::min(column.first, buffer.first);
  column.last = column.parts.empty() ? buffer.last : std::max(column.last, buffer.last);
  column.size = std::max(column.size, buffer.size);
  column.parts.push_back(buffer);
  column.met.push_back(buffer.meets == LiveRange::nothing ? LiveRange{}
                                                          : buffers[static_cast<std::size_t>(buffer.meets)]);
  column.buffers.push_back(index);
}

std::size_t bottom_of(std::span<const LiveRange> buffers, std::size_t buffer) {
  while (buffers[buffer].over != LiveRange::nothing) buffer = static_cast<std::size_t>(buffers[buffer].over);
  return buffer;
}

}  // namespace

std::vector<Column> columns_of(std::span<const LiveRange> buffers) {
  std::vector<Column> by_bottom(buffers.size());
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].size > 0) add_part(by_bottom[bottom_of(buffers, i)], buffers, i);
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].meets != LiveRange::nothing) {
      by_bottom[bottom_of(buffers, i)].meets = true;
      by_bottom[bottom_of(buffers, static_cast<std::size_t>(buffers[i].meets))].meets = true;
    }
  std::erase_if(by_bottom, [](const Column& column) { return column.parts.empty(); });
  return by_bottom;
}

std::int64_t bytes_at(const Column& column, int step) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < column.parts.size(); ++i) {
    const LiveRange& part = column.parts[i];
    const LiveRange& met = column.met[i];
    if (step < part.first || part.last < step) continue;
    const bool shares = met.size > 0 && met.first <= step && step <= met.last;
    bytes = std::max(bytes, shares ? std::min(part.size, std::max(part.gap, part.size - met.size)) : part.size);
  }
  return bytes;
}

std::int64_t height_below(const Column& lower, const Column& upper) {
  std::int64_t height = 0;
  for (const LiveRange& below : lower.parts)
    for (std::size_t i = 0; i < upper.parts.size(); ++i) {
      if (!live_together(below, upper.parts[i])) continue;
      const bool meet = below.meets == static_cast<int>(upper.buffers[i]);
      height = std::max(height, meet ? std::min(below.gap, below.size) : below.size);
    }
  return height;
}

std::vector<std::vector<std::int64_t>> heights_between(std::span<const Column> columns) {
  std::vector<std::vector<std::int64_t>> heights(columns.size(), std::vector<std::int64_t>(columns.size(), 0));
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = 0; j < columns.size(); ++j)
      if (i != j) heights[i][j] = height_below(columns[i], columns[j]);
  return heights;
}

std::vector<std::int64_t> boundaries_of(std::span<const std::int64_t> regions) {
  std::vector<std::int64_t> boundaries;
  std::int64_t end = 0;
  for (std::size_t i = 0; i + 1 < regions.size(); ++i) boundaries.push_back(end += regions[i]);
  return boundaries;
}

std::int64_t lifted(std::int64_t offset, std::int64_t size, std::span<const std::int64_t> boundaries) {
  for (const std::int64_t boundary : boundaries) {
    const auto [after, before] = straddling(boundary, size);
    if (after < offset && offset < before) offset = before;
  }
  return offset;
}

std::vector<int> starts_of(std::span<const Column> columns) {
  std::vector<int> starts;
  for (const Column& column : columns)
    for (const LiveRange& part : column.parts) starts.push_back(part.first);
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

std::int64_t most_live(std::span<const Column> columns, std::span<const int> starts, int first, int last) {
  std::int64_t most = 0;
  for (const int step : starts) {
    if (step < first || step > last) continue;
    std::int64_t live = 0;
    for (const Column& column : columns) live += bytes_at(column, step);
    most = std::max(most, live);
  }
  return most;
}

}  // namespace thimble::plan
