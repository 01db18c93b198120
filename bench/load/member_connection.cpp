#include "load/member_connection.hpp"

#include <utility>

namespace parley::bench {

MemberConnection::MemberConnection(Shared& shared, std::size_t member, Seat seat)
    : shared_(shared), member_(member), wire_(shared.wires.make(std::move(seat), *this)), stream_(shared.poller, shared.endpoint, *this) {}

std::size_t MemberConnection::on_bytes(std::span<char> bytes) {
  received_at_ = shared_.clock.steady_now();
  return wire_->receive(bytes, stream_.outbox());
}

void MemberConnection::on_failure(const std::string& reason) {
  stream_.close();
  shared_.listener.on_closed(*this, reason);
}

}  // namespace parley::bench
