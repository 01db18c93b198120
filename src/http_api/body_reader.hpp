// Reads bodies that take long, compressed or large ones, on a thread of its own: a loop that unpacked ten megabytes would keep everybody
// waiting (docs/adr/0016).
//
// Bounds   limits::bodies_waiting_bytes_max of bodies, read one at a time.
// Threads  `read` any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <expected>
#include <functional>
#include <mutex>
#include <thread>

#include "api/request.hpp"
#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "http_api/request_body.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

class BodyReader {
 public:
  explicit BodyReader(const Clock& clock);
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  struct Outcome {
    std::expected<api::Fields, BodyRefusal> fields;
    std::chrono::milliseconds took{};  // rounded up
    std::exception_ptr failure = {};   // a mistake of ours or of a library: to be thrown again where those are caught
  };
  using Done = std::move_only_function<void(Outcome outcome)>;
  /// Calls `done` on `loop`, later. `request` lives until then and is nobody else's meanwhile. False, and nothing happens, when too much
  /// waits.
  [[nodiscard]] bool read(protocol::http::Request& request, EventLoop& loop, Done done);

 private:
  struct Job {
    protocol::http::Request* request;
    EventLoop* loop;
    Done done;
    std::size_t bytes;
  };
  void run();

  const Clock& clock_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;   // guarded by mutex_
  std::size_t bytes_ = 0;  // guarded by mutex_; of the bodies that wait
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// Whether its body is one that this is for.
[[nodiscard]] bool takes_long_to_read(const protocol::http::Request& request);

}  // namespace parley::http_api
