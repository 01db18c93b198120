#include "service/session/outbox.hpp"

#include <utility>

#include "base/assert.hpp"

namespace parley::service {
namespace {

constexpr std::size_t kept_max = 4'096;  // items; the memory of a larger burst is freed

}  // namespace

Outbox::Outbox(std::vector<EventLoop*> loops, EventLoop& home)
    : loops_(std::move(loops)), home_index_(home.index()), queues_(loops_.size()) {
  for (std::size_t index = 0; index < loops_.size(); ++index) PARLEY_ASSERT(loops_[index]->index() == index);
}

void Outbox::send(std::size_t loop_index, std::shared_ptr<protocol::socketio::Peer> peer, protocol::socketio::PacketPtr packet) {
  queues_[loop_index].push_back({std::move(peer), std::move(packet), {}});
}

void Outbox::run(std::size_t loop_index, Task task) {
  queues_[loop_index].push_back({nullptr, nullptr, std::move(task)});
}

void Outbox::deliver(std::vector<Item>& items) {
  for (Item& item : items) {
    if (item.peer)
      item.peer->send(std::move(item.packet));
    else
      item.task();
  }
}

void Outbox::flush() {
  if (flushing_) return;
  flushing_ = true;
  for (auto& home = queues_[home_index_]; !home.empty();) {
    delivering_.swap(home);  // tasks may queue more while they run
    deliver(delivering_);
    delivering_.clear();
    if (delivering_.capacity() > kept_max) std::vector<Item>().swap(delivering_);
  }
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    if (queues_[index].empty()) continue;
    loops_[index]->post([items = std::exchange(queues_[index], {})]() mutable { deliver(items); });
  }
  flushing_ = false;
}

}  // namespace parley::service
