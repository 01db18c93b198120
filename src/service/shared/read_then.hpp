// A read and its continuation: `job` runs on a reader's thread, `then` on the loop that asked.
//
// Ownership  `then`, and a connection or timers that it may hold, must be destroyed on that loop. A reader keeps its job until after the
//            answer is posted, so the job passes `then` on and keeps no part of it.
// Refusal    If the pool refuses the job, the job is destroyed, and `then` is called inside this call, with the pool's error.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::service {

/// Returns whether the job was accepted. Owner: `loop`'s thread. Errors given to `then`: those of `job`, overloaded, store_failed.
template <typename T>
bool read_then(store::SessionLog& log, EventLoop& loop, std::move_only_function<Result<T>(store::LogReader&)> job,
               std::move_only_function<void(Result<T>)> then) {
  auto shared = std::make_shared<std::move_only_function<void(Result<T>)>>(std::move(then));  // const would force a copy
  const auto accepted = log.read([&loop, shared, job = std::move(job)](store::LogReader& reader) mutable {
    loop.post([shared = std::move(shared), result = job(reader)]() mutable { (*shared)(std::move(result)); });
  });
  if (!accepted) (*shared)(std::unexpected(accepted.error()));
  return accepted.has_value();
}

}  // namespace parley::service
