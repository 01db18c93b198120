// A read and what follows it: `job` on a reader's thread, `then` on the loop that asked.
//
// Ownership  What `then` holds, a connection and its timers perhaps, ends on that loop. A reader keeps its job until after the answer
//            is posted, so the job hands `then` on and keeps nothing of it.
// Refusal    A job that the pool refuses is gone; `then` is called all the same, inside the call, with the pool's error.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::service {

/// Whether the job was accepted. Owner: `loop`'s thread. Errors given to `then`: those of `job`, overloaded, store_failed.
template <typename T>
bool read_then(store::SessionLog& log, EventLoop& loop, std::move_only_function<Result<T>(store::LogReader&)> job,
               std::move_only_function<void(Result<T>)> then) {
  auto shared = std::make_shared<std::move_only_function<void(Result<T>)>>(std::move(then));  // const, the job could only copy it
  const auto accepted = log.read([&loop, shared, job = std::move(job)](store::LogReader& reader) mutable {
    loop.post([shared = std::move(shared), result = job(reader)]() mutable { (*shared)(std::move(result)); });
  });
  if (!accepted) (*shared)(std::unexpected(accepted.error()));
  return accepted.has_value();
}

}  // namespace parley::service
