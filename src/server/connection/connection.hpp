// One accepted socket. Reads into the loop's buffer, passes the bytes to the current conversation, sends queued bytes once per turn, and
// closes cleanly. HTTP and WebSocket are conversations on it and do not know sockets.
//
// Lifetime  Shared with its loop's registry until it is closed. If one of its own calls closes it, it stays valid until the end of
//           the turn.
// Threads   Its loop's only.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "server/connection/guests.hpp"
#include "server/connection/holdings.hpp"
#include "server/connection/outbound_queue.hpp"
#include "server/loop/deadline.hpp"
#include "server/loop/loop.hpp"
#include "server/loop/socket.hpp"

namespace parley::server {

/// Counted by the connections of one loop, read by any thread.
struct TransferCounts {
  std::atomic<std::uint64_t> sends = 0;     // system calls
  std::atomic<std::uint64_t> receives = 0;  // system calls
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::atomic<std::uint64_t> slow_readers_cut = 0;
  std::atomic<std::uint64_t> given_up = 0;  // cut because they held the most when too much was held
};

/// The protocol spoken on a connection. The calls come on its loop; `on_gone` is the last.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Bytes arrived; they may be changed in place. Returns the number of used bytes: the rest is offered again, with the bytes after it.
  [[nodiscard]] virtual std::size_t on_bytes(std::span<char> bytes) = 0;
  /// The peer will send no more. Not called once the connection is finishing.
  virtual void on_end() = 0;
  /// The connection is closed: by the peer, by a failure, or because the peer did not read.
  virtual void on_gone() = 0;
  /// The server stops: end as soon as the work in progress is done.
  virtual void drain() = 0;
  /// Everything queued has been sent: queues more if there is more. Returns whether it did.
  [[nodiscard]] virtual bool refill() { return false; }
  /// Bytes kept for the peer, in addition to those of the connection.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
};

class Connection;

/// The strangers among the connections of a loop: the idle ones, longest idle first, and the busy ones. A connection moves from one list to
/// the other with every request, so it takes its node with it.
struct Strangers {
  std::list<Connection*> idle;
  std::list<Connection*> busy;
};

class Connection final : public std::enable_shared_from_this<Connection>, private Ready, private Corked, private Holder {
 public:
  struct Config {
    Loop& loop;
    TransferCounts& counts;
    Holdings& holdings;
    Strangers& strangers;
    std::function<void(Connection&)> on_closed;  // once, when the socket is closed or released
  };
  /// `config`: shared by all connections of a loop, and outlives them.
  Connection(const Config& config, Descriptor socket, std::string remote_address);
  ~Connection() override;

  /// The connection counts as a stranger until `vouch`, and strangers are served after the others.
  /// Call it before the first `converse`.
  void take_slot(Guests::Slot slot) { slot_ = std::move(slot); }
  /// A session was admitted on this connection.
  void vouch();
  /// `idle`: no request is being answered. An idle stranger may be cut to make room for a new connection.
  void set_idle(bool idle);

  /// Sets the conversation; the first call starts reading. The previous one lives until the end of the turn and gets no more calls.
  void converse(std::unique_ptr<Conversation> conversation);
  /// Bytes that arrived earlier, on the loop where the connection was accepted. Before the first `converse`.
  void prepend(std::string unread) { unread_ = std::move(unread); }
  /// Offers the bytes that `on_bytes` left over again: the conversation can take bytes now.
  void resume();
  /// As resume, after other connections had their turn.
  void resume_after_turn();
  /// As resume, at that time.
  void resume_at(SteadyTime time);
  /// As resume, when at most this number of bytes is unsent.
  void resume_when_unsent(std::size_t bytes) { resume_below_ = bytes; }

  /// Append to it, then call `written`. Bytes appended after the connection has closed or overflowed are dropped.
  [[nodiscard]] std::string& output() { return outbound_.tail(); }
  void written() { config_.loop.flush_later(*this); }
  /// The peer took all bytes of the last send.
  [[nodiscard]] bool keeps_up() const { return writable_; }
  [[nodiscard]] std::size_t unsent_bytes() const { return outbound_.size(); }
  /// More unsent bytes than this after a send cut the connection. Without a limit, only a peer that takes nothing for a while is cut.
  void limit_unsent(std::size_t bytes_max) { unsent_bytes_max_ = bytes_max; }

  /// Sends the queued bytes, then closes. Meanwhile it reads and discards input, so that no reset overtakes the last answer.
  void finish();
  /// Closes now.
  void cut();
  /// The server stops.
  void drain();
  /// Releases the socket and its bytes, to continue elsewhere.
  struct Released {
    Descriptor socket;
    std::string unread;
    std::string unsent;
    Guests::Slot slot;
  };
  [[nodiscard]] Released release();

  [[nodiscard]] bool open() const { return socket_.open(); }
  [[nodiscard]] bool finishing() const { return finishing_; }
  [[nodiscard]] Loop& loop() { return config_.loop; }
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }
  [[nodiscard]] const Guests::Slot& slot() const { return slot_; }
  [[nodiscard]] TransferCounts& counts() { return config_.counts; }

 private:
  void on_readable() override;
  void on_writable() override;
  void flush() override;
  void give_up() override;
  [[nodiscard]] const std::string& address() const override { return remote_address_; }

  [[nodiscard]] bool is_paused() const { return resume_due_ || resume_below_ != 0; }
  [[nodiscard]] Task resumption();
  void send_queued();
  void end_when_read();
  void account();
  void settle_precedence();
  /// Strangers and those who send in bulk are served after the others.
  [[nodiscard]] bool yields() const { return !is_vouched_for_ || holds_much(); }
  [[nodiscard]] bool wants_to_read() const;
  void take(std::span<char> bytes);
  [[nodiscard]] std::size_t offer(std::span<char> bytes);
  void ended();
  void sent_everything();
  void forget_stranger();
  void close();
  void on_deadline();

  const Config& config_;
  Descriptor socket_;
  std::string remote_address_;
  std::unique_ptr<Watch> watch_;
  bool is_vouched_for_ = false;
  std::unique_ptr<Conversation> conversation_;
  std::string unread_;
  OutboundQueue outbound_;
  Guests::Slot slot_;                                             // while it belongs to a stranger
  std::optional<std::list<Connection*>::iterator> in_strangers_;  // its node there, once it has been idle
  std::size_t unsent_bytes_max_ = SIZE_MAX;
  std::size_t resume_below_ = 0;      // unsent bytes; 0: nothing waits for this
  std::size_t in_kernel_ = SIZE_MAX;  // bytes the kernel had not delivered at the last deadline
  Deadline deadline_;                 // of a finish, or of a peer that takes nothing
  bool idle_ = false;
  bool writable_ = true;
  bool resume_due_ = false;  // after this turn, or later
  bool peer_ended_ = false;
  bool end_due_ = false;  // on_end is still due: the conversation has not read everything
  bool finishing_ = false;
  bool sending_ended_ = false;
  bool offering_ = false;
};

}  // namespace parley::server
