// base/parallel.h
#pragma once

#include <cstddef>
#include <functional>

namespace thimble {

/// Threads to use for work that divides freely: the machine's cores, at least one.
unsigned available_threads();

/// Calls body(0) ... body(count - 1), each once, in no particular order, from at most `threads` threads. The first
/// exception stops the rest and is thrown here.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body);

}  // namespace thimble
