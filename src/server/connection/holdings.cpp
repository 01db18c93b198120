#include "server/connection/holdings.hpp"

#include <algorithm>

namespace parley::server {

void Holdings::change(Holder& holder, std::size_t counted) {
  bytes_ += counted - holder.held_;
  if (holder.held_ == 0) holders_.insert(&holder);
  if (counted == 0) holders_.erase(&holder);
  holder.held_ = counted;
  if (bytes_ <= bytes_max_ || relief_due_) return;
  relief_due_ = true;
  loop_.post([this] { relieve(); });
}

void Holdings::relieve() {
  relief_due_ = false;
  while (bytes_ > bytes_max_ && !holders_.empty()) {
    Holder& most = **std::ranges::max_element(holders_, {}, [](const Holder* each) { return each->held_; });
    if (on_given_up_) on_given_up_(most.address(), most.held_);
    change(most, 0);  // whether it releases its bytes at once or at the end of the turn
    most.give_up();
  }
}

}  // namespace parley::server
