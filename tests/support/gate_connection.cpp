#include "support/gate_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace parley::test {

namespace {

/// The gate stops reading when more bytes than this wait in a lane. The largest message (48 MB) must still fit.
constexpr std::size_t waiting_bytes_max = 64'000'000;
constexpr std::size_t read_bytes_max = 65'536;

bool try_again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void close_with_reset(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(descriptor);
}

}  // namespace

bool GateConnection::has_due(const Lane& lane, const GateFaults& faults, Time now) {
  return !lane.dead && !lane.waiting.empty() && lane.waiting.front().queued_at + faults.delay <= now;
}

GateConnection::Events GateConnection::wanted(const GateFaults& faults, Time now) const {
  Events events;
  if (!requests_.ended && requests_.waiting_bytes < waiting_bytes_max) events.client |= POLLIN;
  if (has_due(answers_, faults, now)) events.client |= POLLOUT;
  if (connecting_) {
    events.server = POLLOUT;
    return events;
  }
  if (!answers_.ended && answers_.waiting_bytes < waiting_bytes_max) events.server |= POLLIN;
  if (!faults.hold && has_due(requests_, faults, now)) events.server |= POLLOUT;
  return events;
}

GateConnection::Time GateConnection::next_due(const GateFaults& faults, Time now) const {
  Time next = Time::max();
  const auto look_at = [&](const Lane& lane) {
    if (lane.dead || lane.waiting.empty()) return;
    const auto due = lane.waiting.front().queued_at + faults.delay;
    if (due > now) next = std::min(next, due);
  };
  look_at(answers_);
  if (!faults.hold) look_at(requests_);
  return next;
}

void GateConnection::read(Events seen, const GateFaults& faults, Time now) {
  if (done()) return;
  if (seen.server != 0 && connecting_) finish_connecting();
  if (done()) return;
  if (seen.client != 0 && !requests_.ended && read_into(requests_, client_)) take_requests(now);
  if (seen.server != 0 && !connecting_ && !answers_.ended && read_into(answers_, server_)) take_answers(faults, now);
}

void GateConnection::finish_connecting() {
  int failure = 0;
  socklen_t size = sizeof(failure);
  getsockopt(server_, SOL_SOCKET, SO_ERROR, &failure, &size);
  connecting_ = false;
  if (failure != 0) reset();
}

/// False if nothing was read. An end and a reset have the same effect on a lane: no more bytes arrive, and waiting messages are still sent.
bool GateConnection::read_into(Lane& lane, int from) {
  std::array<char, read_bytes_max> bytes;
  const auto count = recv(from, bytes.data(), bytes.size(), 0);
  if (count > 0) {
    lane.splitter.add({bytes.data(), static_cast<std::size_t>(count)});
    return true;
  }
  lane.ended = count == 0 || !try_again();
  return false;
}

void GateConnection::queue(Lane& lane, std::string bytes, bool operation, Time now) {
  lane.waiting_bytes += bytes.size();
  lane.waiting.push_back({std::move(bytes), 0, now, operation});
}

void GateConnection::take_requests(Time now) {
  while (auto message = requests_.splitter.next()) {
    if (!has_handshake_) app_name_ = app_name_of_handshake(*message);
    const bool operation = is_operation(*message);
    has_handshake_ = true;
    if (operation) open_operations_.insert(request_id(*message));
    queue(requests_, std::move(*message), operation, now);
  }
}

void GateConnection::take_answers(const GateFaults& faults, Time now) {
  while (auto message = answers_.splitter.next()) {
    const bool operation = open_operations_.erase(response_to(*message)) > 0;
    if (faults.swallow) {
      lost_answers_ = true;
      fresh_.swallowed += operation ? 1 : 0;
    } else {
      queue(answers_, std::move(*message), operation, now);
    }
  }
}

/// Returns the number of operations that were sent completely.
std::uint64_t GateConnection::write_from(Lane& lane, int to, const GateFaults& faults, Time now) {
  std::uint64_t operations = 0;
  while (has_due(lane, faults, now)) {
    auto& message = lane.waiting.front();
    auto rest = std::string_view(message.bytes).substr(message.sent_bytes);
    if (faults.piece_bytes_max > 0) rest = rest.substr(0, faults.piece_bytes_max);
    const auto count = send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0) {
      lane.dead = !try_again();
      return operations;
    }
    ++fresh_.writes;
    message.sent_bytes += static_cast<std::size_t>(count);
    lane.waiting_bytes -= static_cast<std::size_t>(count);
    if (message.sent_bytes == message.bytes.size()) {
      operations += message.operation ? 1 : 0;
      lane.waiting.pop_front();
    }
    if (faults.piece_bytes_max > 0) return operations;  // the other end must receive a piece before the next one is sent
  }
  return operations;
}

void GateConnection::write(const GateFaults& faults, Time now) {
  if (done() || connecting_) return;
  if (!faults.hold) fresh_.requests += write_from(requests_, server_, faults, now);
  fresh_.answers += write_from(answers_, client_, faults, now);
  end_what_is_over();
}

/// If the server ends, the connection closes after its answers are sent. If the client ends, its waiting requests are still sent, so that a
/// write of a client that has gone still takes effect. Then the server receives the end and closes.
void GateConnection::end_what_is_over() {
  const bool nothing_to_answer = answers_.dead || answers_.waiting.empty();
  const bool nothing_to_ask = requests_.dead || requests_.waiting.empty();
  if (requests_.dead || (answers_.ended && nothing_to_answer)) {
    if (!answers_.dead && requests_.waiting.empty()) {
      close(std::exchange(client_, -1));  // closed without a reset
      close(std::exchange(server_, -1));
    } else {
      reset();
    }
    return;
  }
  if (requests_.ended && nothing_to_ask && !told_server_the_end_) {
    shutdown(server_, SHUT_WR);
    told_server_the_end_ = true;
  }
}

void GateConnection::reset() {
  if (done()) return;
  close_with_reset(std::exchange(client_, -1));
  close_with_reset(std::exchange(server_, -1));
}

std::uint64_t GateConnection::waiting_operations() const {
  return static_cast<std::uint64_t>(
      std::count_if(requests_.waiting.begin(), requests_.waiting.end(), [](const auto& m) { return m.operation; }));
}

GateCounts GateConnection::take_counts() {
  if (!has_handshake_ && !done()) return {};  // the app name, to which the counts belong, is not yet known
  return std::exchange(fresh_, {});
}

}  // namespace parley::test
