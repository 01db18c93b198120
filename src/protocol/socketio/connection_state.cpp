// A short list, searched from the front: a connection has one namespace, rarely two.
#include "protocol/socketio/connection_state.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley::protocol::socketio {

ConnectionState::Action ConnectionState::on_packet(PacketType type, std::string_view nsp) {
  if (type == PacketType::connect) {
    return on_connect(nsp);
  }
  const Space* space = find(nsp);
  if (space == nullptr || space->life == Life::deciding || type == PacketType::connect_error) {
    return Action::close;
  }
  if (space->life == Life::left) {
    return Action::ignore;
  }
  switch (type) {
    case PacketType::disconnect:
      forget(nsp);
      return Action::leave;
    case PacketType::ack:
    case PacketType::binary_ack:
      return Action::deliver_ack;
    default:
      return Action::deliver_event;
  }
}

ConnectionState::Action ConnectionState::on_connect(std::string_view nsp) {
  if (std::ranges::find(known_, nsp) == known_.end()) {
    return Action::refuse_namespace;
  }
  if (Space* space = find(nsp)) {
    if (space->life != Life::left) {
      return Action::close;
    }
    space->life = Life::deciding;
    return Action::decide;
  }
  if (spaces_.size() == limits::namespaces_per_connection_max) {
    return Action::close;
  }
  spaces_.push_back({std::string(nsp), Life::deciding});
  return Action::decide;
}

void ConnectionState::accepted(std::string_view nsp) {
  Space* space = find(nsp);
  PARLEY_ASSERT(space != nullptr && space->life == Life::deciding);
  space->life = Life::connected;
}

void ConnectionState::refused(std::string_view nsp) {
  Space* space = find(nsp);
  PARLEY_ASSERT(space != nullptr && space->life == Life::deciding);
  forget(nsp);
}

void ConnectionState::left(std::string_view nsp) {
  Space* space = find(nsp);
  PARLEY_ASSERT(space != nullptr && space->life == Life::connected);
  space->life = Life::left;
}

bool ConnectionState::unused() const {
  return std::ranges::all_of(spaces_, [](const Space& space) { return space.life == Life::left; });
}

ConnectionState::Space* ConnectionState::find(std::string_view nsp) {
  const auto found = std::ranges::find(spaces_, nsp, &Space::name);
  return found == spaces_.end() ? nullptr : &*found;
}

void ConnectionState::forget(std::string_view nsp) {
  std::erase_if(spaces_, [nsp](const Space& space) { return space.name == nsp; });
}

}  // namespace parley::protocol::socketio
