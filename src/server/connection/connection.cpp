#include "server/connection/connection.hpp"

#include <utility>

#include "base/assert.hpp"

namespace parley::server {

namespace {

constexpr int reads_per_turn_max = 4;   // then other connections get their turn
constexpr int sends_per_turn_max = 16;  // as above, for a long answer to a fast reader
constexpr auto relaxed = std::memory_order_relaxed;

}  // namespace

Connection::Connection(const Config& config, Descriptor socket, std::string remote_address)
    : config_(config),
      socket_(std::move(socket)),
      remote_address_(std::move(remote_address)),
      watch_(config_.loop.watch(socket_.get(), *this, Precedence::yields)),
      deadline_(config_.loop, [this] { on_deadline(); }) {}

Connection::~Connection() = default;

void Connection::converse(std::unique_ptr<Conversation> conversation) {
  const bool first = conversation_ == nullptr;
  if (!first) config_.loop.bury(std::shared_ptr<Conversation>(std::move(conversation_)));
  conversation_ = std::move(conversation);
  if (!first) return;
  resume();
  if (wants_to_read()) watch_->want_read();
}

void Connection::vouch() {
  slot_.leave();
  forget_stranger();
  is_vouched_for_ = true;
  if (watch_) settle_precedence();
}

void Connection::settle_precedence() {
  watch_->set_precedence(yields() ? Precedence::yields : Precedence::usual);
}

void Connection::set_idle(bool idle) {
  if (!open() || !slot_.is_taken()) return forget_stranger();
  auto& [idle_ones, busy_ones] = config_.strangers;
  std::list<Connection*>& from = idle_ ? idle_ones : busy_ones;
  std::list<Connection*>& to = idle ? idle_ones : busy_ones;
  if (!in_strangers_) in_strangers_ = from.insert(from.end(), this);
  to.splice(to.end(), from, *in_strangers_);
  idle_ = idle;
}

void Connection::forget_stranger() {
  if (in_strangers_) (idle_ ? config_.strangers.idle : config_.strangers.busy).erase(*in_strangers_);
  in_strangers_.reset();
}

void Connection::resume() {
  if (offering_ || !open() || finishing_) return;
  if (!unread_.empty()) unread_.erase(0, offer(unread_));
  if (unread_.empty()) std::string().swap(unread_);  // assigning an empty string would keep the memory
  end_when_read();
  account();
  if (wants_to_read()) watch_->want_read();
}

void Connection::resume_after_turn() {
  if (!std::exchange(resume_due_, true)) config_.loop.after_turn(resumption());
}

void Connection::resume_at(SteadyTime time) {
  if (!std::exchange(resume_due_, true)) config_.loop.call_at(time, resumption());
}

Task Connection::resumption() {
  return [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->resume_due_ = false;
    self->resume();
  };
}

/// The last bytes before the peer's end are not lost while the conversation waits for its turn.
void Connection::end_when_read() {
  if (!end_due_ || !open() || finishing_ || is_paused()) return;
  end_due_ = false;
  conversation_->on_end();
}

void Connection::account() {
  if (!open()) return;
  config_.holdings.set(*this, unread_.size() + outbound_.size() + (conversation_ == nullptr ? 0 : conversation_->held_bytes()));
  if (open()) settle_precedence();  // the holdings may have cut it
}

void Connection::give_up() {
  config_.counts.given_up.fetch_add(1, relaxed);
  cut();
  config_.loop.return_memory_soon();
}

bool Connection::wants_to_read() const {
  return open() && !peer_ended_ && unread_.size() < limits::unread_bytes_max;
}

void Connection::on_readable() {
  const int reads_max = yields() ? 1 : reads_per_turn_max;  // many peers who send in bulk must not delay the small messages of others
  for (int reads = 0; reads < reads_max && wants_to_read(); ++reads) {
    const std::span<char> buffer = config_.loop.read_buffer();
    config_.counts.receives.fetch_add(1, relaxed);
    const Transfer received = receive(socket_.get(), buffer);
    if (received.kind == Transfer::Kind::would_block) break;
    if (received.kind == Transfer::Kind::failed) return cut();
    if (received.kind == Transfer::Kind::ended) return ended();
    take(buffer.first(received.count));
    if (received.count < buffer.size()) break;
  }
  account();
  if (wants_to_read()) watch_->want_read();
}

void Connection::take(std::span<char> bytes) {
  if (finishing_) return;
  if (unread_.empty() && !offering_) {
    const std::size_t used = offer(bytes);
    if (open()) unread_.assign(bytes.data() + used, bytes.size() - used);
    return;
  }
  unread_.append(bytes.data(), bytes.size());
  resume();
}

// One conversation may replace another in the middle of the bytes: an upgrade, directly followed by the first frame.
std::size_t Connection::offer(std::span<char> bytes) {
  offering_ = true;
  std::size_t used = 0;
  while (used < bytes.size() && open() && !finishing_) {
    const Conversation* before = conversation_.get();
    const std::size_t taken = conversation_->on_bytes(bytes.subspan(used));
    used += taken;
    if (taken == 0 && conversation_.get() == before) break;
  }
  offering_ = false;
  return finishing_ || !open() ? bytes.size() : used;
}

void Connection::ended() {
  peer_ended_ = true;
  end_due_ = !finishing_;
  if (!finishing_) return end_when_read();
  if (sending_ended_) close();
}

void Connection::flush() {
  if (!open()) return;
  const bool tried = writable_;  // while the peer takes nothing, further writes must not move its deadline
  send_queued();
  if (!open()) return;
  account();
  if (outbound_.empty()) {
    sent_everything();
  } else if (outbound_.size() > unsent_bytes_max_) {
    config_.counts.slow_readers_cut.fetch_add(1, relaxed);
    return cut();
  } else if (tried) {
    deadline_.set(config_.loop.now() + limits::unsent_timeout);
  }
  if (outbound_.size() >= resume_below_) return;
  resume_below_ = 0;
  resume();
}

void Connection::send_queued() {
  for (int sends = 0; writable_; ++sends) {
    if (sends == sends_per_turn_max)
      return config_.loop.after_turn([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->flush();
      });
    if (outbound_.empty() && (conversation_ == nullptr || !conversation_->refill())) return;
    config_.counts.sends.fetch_add(1, relaxed);  // before: a reader of the bytes must find them counted
    const Transfer sent = send_some(socket_.get(), outbound_.unsent());
    if (sent.kind == Transfer::Kind::failed) return cut();
    if (sent.kind == Transfer::Kind::would_block) {
      writable_ = false;
      return watch_->want_write();
    }
    config_.counts.bytes_sent.fetch_add(sent.count, relaxed);
    outbound_.consume(sent.count);
  }
}

void Connection::on_writable() {
  writable_ = true;
  flush();
}

void Connection::finish() {
  if (!open() || finishing_) return;
  finishing_ = true;
  written();
  if (wants_to_read()) watch_->want_read();
}

void Connection::sent_everything() {
  if (!finishing_) return deadline_.clear();
  if (peer_ended_) return close();
  if (sending_ended_) return;
  end_sending(socket_.get());
  sending_ended_ = true;
  std::string().swap(unread_);
  deadline_.set(config_.loop.now() + limits::linger_timeout);
}

void Connection::on_deadline() {
  if (!sending_ended_) {
    // The kernel's own queue may hold megabytes that a slow network still delivers: this is progress, too.
    const std::size_t in_kernel = bytes_in_kernel(socket_.get());
    if (std::exchange(in_kernel_, in_kernel) > in_kernel) return deadline_.set(config_.loop.now() + limits::unsent_timeout);
    config_.counts.slow_readers_cut.fetch_add(1, relaxed);
  }
  cut();
}

void Connection::cut() {
  if (open()) close();
}

void Connection::drain() {
  if (finishing_ || !open()) return;
  if (conversation_ == nullptr) return finish();
  conversation_->drain();
}

void Connection::close() {
  const auto self = shared_from_this();
  config_.loop.bury(self);
  config_.holdings.set(*this, 0);
  watch_.reset();
  vouch();
  socket_.close();
  outbound_.clear();
  deadline_.clear();
  config_.on_closed(*this);
  if (conversation_ != nullptr) conversation_->on_gone();
}

Connection::Released Connection::release() {
  PARLEY_ASSERT(open());
  config_.loop.bury(shared_from_this());
  config_.holdings.set(*this, 0);
  watch_.reset();
  deadline_.clear();
  config_.on_closed(*this);
  forget_stranger();
  Released released{std::move(socket_), std::move(unread_), std::string(outbound_.unsent()), std::move(slot_)};
  outbound_.clear();
  return released;
}

}  // namespace parley::server
