#include "ice/udp/server_check.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/limits.hpp"
#include "protocol/stun/ice_url.hpp"

namespace parley::ice {

using protocol::stun::IceUrl;
using protocol::stun::ProbeTarget;

namespace {

std::string text_of(int error) {
  if (error == ECONNREFUSED) return "Refused: nothing listens there";
  return std::generic_category().message(error);
}

}  // namespace

void Descriptor::close() {
  // A failed close loses no data: these are datagram sockets and a counter in memory.
  if (is_open()) ::close(std::exchange(number_, -1));
}

ServerCheck::ServerCheck(Server server, Entropy& entropy, std::function<void()> on_found) : server_(std::move(server)), entropy_(entropy) {
  start(std::move(on_found));
}

void ServerCheck::start(std::function<void()> on_found) {
  const auto url = protocol::stun::parse_ice_url(server_.url);
  if (!url) return finish({false, std::nullopt, "Not the URL of a STUN or TURN server"});
  if (url->transport != IceUrl::Transport::udp) return finish({false, std::nullopt, "Not checked: only servers over UDP are"});
  const bool is_turn = url->kind == IceUrl::Kind::turn;
  target_ = {is_turn ? ProbeTarget::Kind::turn : ProbeTarget::Kind::stun, server_.username, server_.credential};
  lookup_ = NameLookup::start(url->host, url->port, std::move(on_found));
}

void ServerCheck::advance(SteadyTime now) {
  if (done()) return;
  if (lookup_) {
    auto found = lookup_->take();
    if (!found) return;
    lookup_.reset();
    found_ = *std::move(found);
    if (found_.addresses.empty()) return finish({false, std::nullopt, "The name does not resolve: " + found_.error});
    connect_next(now);
  }
  if (!done()) send_due(now);
}

void ServerCheck::connect_next(SteadyTime now) {
  while (next_address_ < found_.addresses.size()) {
    const SocketAddress& address = found_.addresses[next_address_++];
    socket_ = Descriptor(::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket_.is_open() && ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
      probe_.emplace(target_, entropy_, now);
      return;
    }
    last_error_ = text_of(errno);
  }
  finish({false, std::nullopt, last_error_});
}

void ServerCheck::on_socket_error(int error, SteadyTime now) {
  if (error == EAGAIN || error == EINTR) return;
  last_error_ = text_of(error);
  connect_next(now);
}

void ServerCheck::send_due(SteadyTime now) {
  while (!done() && probe_) {
    const auto datagram = probe_->take_due(now);
    if (!datagram) return;
    const bool sent = ::send(socket_.number(), datagram->data(), datagram->size(), MSG_NOSIGNAL) >= 0;
    if (!sent && !probe_->done()) on_socket_error(errno, now);  // if the release is lost, the allocation expires
  }
}

void ServerCheck::receive(SteadyTime now) {
  std::array<char, limits::stun_message_bytes_max + 1> buffer;  // one extra byte detects a datagram that is too long
  while (!done() && !probe_->done()) {
    const auto size = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (size < 0) {
      const int error = errno;
      if (error == EAGAIN) break;
      on_socket_error(error, now);
      continue;
    }
    probe_->on_datagram({buffer.data(), static_cast<std::size_t>(size)}, now);
  }
  if (!done()) send_due(now);  // the next request, or the release of an allocation
  if (!done()) take_outcome();
}

void ServerCheck::take_outcome() {
  if (!probe_->done()) return;
  const auto& outcome = *probe_->outcome();
  finish({outcome.healthy, outcome.response_time, outcome.error});
}

void ServerCheck::give_up(std::string_view why) {
  if (!done()) finish({false, std::nullopt, std::string(why) + (lookup_ ? ": the name was not resolved" : ": no answer")});
}

std::optional<SteadyTime> ServerCheck::next_due() const {
  if (done() || !probe_) return std::nullopt;
  return probe_->next_due();
}

void ServerCheck::finish(Report report) {
  report_ = std::move(report);
  lookup_.reset();
  socket_.close();
}

}  // namespace parley::ice
