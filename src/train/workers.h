// train/workers.h
#pragma once

#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace thimble::train {

/// Threads that live as long as the training. Each runs its share of a step with one thread of libtorch's: two
/// single-threaded workers are faster than one with two OpenMP threads, which spin at their barriers and collapse when
/// another program wants the core. They live long because oneDNN caches its primitives per thread.
class Workers {
 public:
  /// `start` runs once in each new thread. The calling thread is worker 0.
  Workers(std::size_t count, const std::function<void()>& start);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t count() const { return errors_.size(); }

  /// Calls work(worker) once for each worker, at the same time, and waits for all. Throws the first worker's exception.
  void run(const std::function<void(std::size_t worker)>& work);

 private:
  void attempt(std::size_t worker);

  std::vector<std::exception_ptr> errors_;
  std::barrier<> begin_;
  std::barrier<> end_;
  const std::function<void(std::size_t)>* work_ = nullptr;  ///< nullptr: the threads end.
  std::vector<std::thread> threads_;
};

}  // namespace thimble::train
