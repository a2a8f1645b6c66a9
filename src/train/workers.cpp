#include "train/workers.h"

#include <utility>

namespace thimble::train {

Workers::Workers(std::size_t count, const std::function<void()>& start)
    : errors_(count), begin_(static_cast<std::ptrdiff_t>(count)), end_(static_cast<std::ptrdiff_t>(count)) {
  start();
  for (std::size_t worker = 1; worker < count; ++worker) {
    threads_.emplace_back([this, worker, start] {
      start();
      while (true) {
        begin_.arrive_and_wait();
        if (work_ == nullptr) return;
        attempt(worker);
        end_.arrive_and_wait();
      }
    });
  }
}

Workers::~Workers() {
  work_ = nullptr;
  if (!threads_.empty()) begin_.arrive_and_wait();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(const std::function<void(std::size_t)>& work) {
  work_ = &work;
  begin_.arrive_and_wait();
  attempt(0);
  end_.arrive_and_wait();
  for (std::exception_ptr& error : errors_) {
    if (error) std::rethrow_exception(std::exchange(error, nullptr));
  }
}

void Workers::attempt(std::size_t worker) {
  try {
    (*work_)(worker);
  } catch (...) {
    errors_[worker] = std::current_exception();
  }
}

}  // namespace thimble::train
