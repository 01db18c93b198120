#include "http_api/request/body_reader.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <utility>

#include "base/idle_memory.hpp"
#include "base/limits.hpp"

namespace parley::http_api {

namespace {
constexpr int niceness = 19;  // event loops with work run first
}

BodyReader::BodyReader(const Clock& clock) : clock_(clock) {
  thread_ = std::thread([this] { run(); });
}

BodyReader::~BodyReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool BodyReader::read(protocol::http::Request& request, EventLoop& loop, Done done) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = request.body.size();
    if (!jobs_.empty() && bytes_ + bytes > limits::bodies_waiting_bytes_max) return false;
    bytes_ += bytes;
    jobs_.push_back({&request, &loop, std::move(done), bytes});
  }
  changed_.notify_one();
  return true;
}

void BodyReader::run() {
  pthread_setname_np(pthread_self(), "body-reader");  // shown by tools that list threads
  setpriority(PRIO_PROCESS, 0, niceness);             // on Linux this affects only this thread
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_work(changed_, lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const SteadyTime began = clock_.steady_now();
    Outcome outcome;
    try {
      outcome.fields = read_fields(*job.request);
    } catch (...) {
      outcome.failure = std::current_exception();
    }
    outcome.took = std::chrono::ceil<std::chrono::milliseconds>(clock_.steady_now() - began);
    job.loop->post([done = std::move(job.done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
    lock.lock();
    bytes_ -= job.bytes;
  }
}

bool takes_long_to_read(const protocol::http::Request& request) {
  if (!request.has_body) return false;
  const auto* const coding = request.find("content-encoding");
  return request.body.size() > limits::body_read_at_once_bytes_max || (coding != nullptr && !coding->empty());
}

}  // namespace parley::http_api
