// base/suggest.h
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace thimble {

/// The candidate nearest to `word` by edit distance, or "" if none is near enough to be what was meant.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace thimble
