// Two packets from the client decide the upgrade. Any other packet ends the attempt, but never the session.
#include "protocol/engineio/upgrade.hpp"

namespace parley::protocol::engineio {

Upgrade::Action Upgrade::on_packet(const Packet& packet) {
  if (finished()) {
    return Action::nothing;
  }
  if (state_ == State::waiting && packet.type == PacketType::ping && packet.data == "probe") {
    state_ = State::probed;
    return Action::answer_probe;
  }
  if (state_ == State::probed && packet.type == PacketType::upgrade) {
    state_ = State::upgraded;
    return Action::switch_over;
  }
  return fail();
}

void Upgrade::on_candidate_gone() {
  if (!finished()) {
    state_ = State::failed;
  }
}

Upgrade::Action Upgrade::at(SteadyTime now) {
  return finished() || now < deadline_ ? Action::nothing : fail();
}

Upgrade::Action Upgrade::fail() {
  state_ = State::failed;
  return Action::close;
}

}  // namespace parley::protocol::engineio
