// The output of one turn of a shard, kept until the turn is over: state changes first, output later. So no receiver can call back into a
// half-changed session. An ack and a broadcast of one commit leave together, and each other loop gets one post.
//
// Owner: the shard's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/event_loop.hpp"
#include "protocol/socketio/namespace_handler.hpp"

namespace parley::service {

class Outbox {
 public:
  /// `home`: the loop this outbox belongs to, one of `loops`.
  Outbox(std::vector<EventLoop*> loops, EventLoop& home);

  /// Queues a packet for a peer of loop `loop_index`.
  void send(std::size_t loop_index, std::shared_ptr<protocol::socketio::Peer> peer, protocol::socketio::PacketPtr packet);
  /// Queues a task for loop `loop_index`.
  void run(std::size_t loop_index, Task task);

  /// Everything queued reaches its loop in the order queued: the home loop at once, each other loop by one post.
  /// A nested call (from a task that starts another turn) leaves the work to the outer call, so the order is kept.
  void flush();

 private:
  struct Item {
    std::shared_ptr<protocol::socketio::Peer> peer;  // null: `task`
    protocol::socketio::PacketPtr packet;
    Task task;
  };
  static void deliver(std::vector<Item>& items);

  std::vector<EventLoop*> loops_;  // by index
  std::size_t home_index_;
  std::vector<std::vector<Item>> queues_;  // by loop index
  std::vector<Item> delivering_;           // of the home loop; keeps its memory
  bool flushing_ = false;
};

}  // namespace parley::service
