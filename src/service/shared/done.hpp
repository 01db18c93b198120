// The destination of a result: a function that is called once, now or later, here or on another loop.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/event_loop.hpp"
#include "base/result.hpp"

namespace parley::service {

/// Owns a function of a Result<T>. The function and a result that waits for its loop share one allocation.
template <typename T>
class Done {
 public:
  template <typename Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Done> && std::is_invocable_v<Function&, Result<T>>)
  Done(Function function)  // NOLINT: callers pass a lambda where a Done is wanted
      : call_(std::make_unique<CallOf<Function>>(std::move(function))) {}

  /// Call this, or `with`, once.
  void operator()(Result<T> result) {
    const auto call = std::move(call_);
    call->run(std::move(result));
  }
  /// A task that makes the call with `result`.
  [[nodiscard]] Task with(Result<T> result) && {
    call_->waiting.emplace(std::move(result));
    return [call = std::move(call_)] { call->run(*std::move(call->waiting)); };
  }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual void run(Result<T> result) = 0;
    std::optional<Result<T>> waiting{};
  };
  template <typename Function>
  struct CallOf final : Call {
    explicit CallOf(Function given) : function(std::move(given)) {}
    void run(Result<T> result) override { function(std::move(result)); }
    Function function;
  };

  std::unique_ptr<Call> call_;
};

}  // namespace parley::service
