// A loop may fire a timer after the owner of the timer is destroyed. A guarded callback runs only while its owner exists. The owner must
// not be destroyed while the loop runs on another thread.
#pragma once

#include <memory>
#include <utility>

namespace parley::service {

class Alive {
 public:
  template <typename Run>
  [[nodiscard]] auto guard(Run run) const {
    return [weak = std::weak_ptr<const char>(token_), run = std::move(run)]() mutable {
      if (!weak.expired()) run();
    };
  }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

}  // namespace parley::service
