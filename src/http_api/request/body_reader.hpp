// Reads compressed and large bodies on its own thread. On an event loop, decompressing ten megabytes would delay all other clients
// (docs/adr/0016).
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
#include "http_api/request/request_body.hpp"
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
    std::exception_ptr failure = {};   // a bug of ours or of a library: `done` must rethrow it
  };
  using Done = std::move_only_function<void(Outcome outcome)>;
  /// Calls `done` on `loop`, later. `request` must stay alive until then, and no other code may use it meanwhile. Returns false and does
  /// nothing if too many bytes are waiting.
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
  std::size_t bytes_ = 0;  // guarded by mutex_; of the waiting bodies and the one being read
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// True if the body of this request should be read by a BodyReader.
[[nodiscard]] bool takes_long_to_read(const protocol::http::Request& request);

}  // namespace parley::http_api
