// One accepted socket: reads into the loop's buffer, hands the bytes to whatever is spoken on it, sends what was queued once a turn,
// and ends in good order. HTTP and WebSocket are conversations on it and know no socket.
//
// Lifetime  Shared with its loop's registry until it is closed; who closes it from inside one of its calls is safe until the end of
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

#include "server/deadline.hpp"
#include "server/guests.hpp"
#include "server/holdings.hpp"
#include "server/loop.hpp"
#include "server/outbound_queue.hpp"
#include "server/socket.hpp"

namespace parley::server {

/// Counted by the connections of one loop, read by any thread.
struct SendCounts {
  std::atomic<std::uint64_t> sends = 0;
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::atomic<std::uint64_t> slow_readers_cut = 0;
  std::atomic<std::uint64_t> given_up = 0;  // holders of most when too much was held
};

/// What is spoken on a connection. The calls come on its loop; `on_gone` is the last.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Bytes came; they may be changed in place. Returns how many are used up: the rest is offered again with what follows it.
  [[nodiscard]] virtual std::size_t on_bytes(std::span<char> bytes) = 0;
  /// The peer will send no more. Not called once the connection is finishing.
  virtual void on_end() = 0;
  /// The connection is closed: by the peer, by a failure, or because nobody read.
  virtual void on_gone() = 0;
  /// The server stops: end as soon as what is under way is done.
  virtual void drain() = 0;
  /// Everything queued has been sent: queues more if there is more, and says whether it did.
  [[nodiscard]] virtual bool refill() { return false; }
  /// Bytes that it keeps for the peer, beside those of the connection.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
};

class Connection;

/// The strangers among the connections of a loop: those that nothing is being done for, the longest idle first, and the others. A
/// connection moves from one list to the other with every request, so it takes its node with it.
struct Strangers {
  std::list<Connection*> idle;
  std::list<Connection*> busy;
};

class Connection final : public std::enable_shared_from_this<Connection>, private Ready, private Corked, private Holder {
 public:
  struct Config {
    Loop& loop;
    SendCounts& counts;
    Holdings& holdings;
    Strangers& strangers;
    std::function<void(Connection&)> on_closed;  // once, when the socket is closed or released
  };
  Connection(Config config, Descriptor socket, std::string remote_address);
  ~Connection() override;

  /// It counts as a stranger until it is vouched for. Before the first `converse`.
  void take_place(Guests::Place place) { place_ = std::move(place); }
  /// A session was let in on it.
  void vouch();
  /// Whether a request of it is being answered: an idle stranger may have to go for a newcomer.
  void set_idle(bool idle);

  /// Sets what is spoken; the first call begins to read. The former conversation is kept until the end of the turn and hears nothing more.
  void converse(std::unique_ptr<Conversation> conversation);
  /// Bytes that came before, on the loop where the connection was accepted. Before the first `converse`.
  void prepend(std::string unread) { unread_ = std::move(unread); }
  /// Offers what `on_bytes` left over once more: the conversation can take bytes again.
  void resume();
  /// The same, when the others had their turn.
  void resume_after_turn();
  /// The same, at that time.
  void resume_at(SteadyTime time);
  /// The same, when no more than so many bytes are unsent.
  void resume_when_unsent(std::size_t bytes) { resume_below_ = bytes; }

  /// To append to; then call `written`. Bytes appended after the connection has closed or overflowed are dropped.
  [[nodiscard]] std::string& output() { return outbound_.tail(); }
  void written() { config_.loop.flush_later(*this); }
  /// The peer took all there was at the last send.
  [[nodiscard]] bool keeps_up() const { return writable_; }
  [[nodiscard]] std::size_t unsent_bytes() const { return outbound_.size(); }
  /// More than this unsent after a send cuts the connection; without it, only a peer that takes nothing for a while is cut.
  void limit_unsent(std::size_t bytes_max) { unsent_bytes_max_ = bytes_max; }

  /// Sends what is queued, then closes; reads on meanwhile and throws it away, so that no reset overtakes the last answer.
  void finish();
  /// Closes now.
  void cut();
  /// The server stops.
  void drain();
  /// Gives socket and bytes away, to go on elsewhere.
  struct Released {
    Descriptor socket;
    std::string unread;
    std::string unsent;
    Guests::Place place;
  };
  [[nodiscard]] Released release();

  [[nodiscard]] bool open() const { return socket_.open(); }
  [[nodiscard]] bool finishing() const { return finishing_; }
  [[nodiscard]] Loop& loop() { return config_.loop; }
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }
  [[nodiscard]] const Guests::Place& place() const { return place_; }
  [[nodiscard]] SendCounts& counts() { return config_.counts; }

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
  [[nodiscard]] bool wants_to_read() const;
  void take(std::span<char> bytes);
  [[nodiscard]] std::size_t offer(std::span<char> bytes);
  void ended();
  void sent_everything();
  void forget_stranger();
  void close();
  void on_deadline();

  Config config_;
  Descriptor socket_;
  std::string remote_address_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Conversation> conversation_;
  std::string unread_;
  OutboundQueue outbound_;
  Guests::Place place_;                                           // while it is a stranger's
  std::optional<std::list<Connection*>::iterator> in_strangers_;  // the same, once it was idle: its node
  std::size_t unsent_bytes_max_ = SIZE_MAX;
  std::size_t resume_below_ = 0;      // unsent bytes; 0: nobody waits for that
  std::size_t in_kernel_ = SIZE_MAX;  // bytes the kernel had not delivered when the deadline last rang
  Deadline deadline_;                 // of a finish, or of a peer that takes nothing
  bool idle_ = false;
  bool writable_ = true;
  bool resume_due_ = false;  // after this turn, or later
  bool peer_ended_ = false;
  bool end_due_ = false;  // the conversation has not been told, for it has not read everything
  bool finishing_ = false;
  bool sending_ended_ = false;
  bool offering_ = false;
};

}  // namespace parley::server
