#include "service/use_cases/signal.hpp"

#include <utility>

#include "api/answer.hpp"
#include "api/request.hpp"
#include "base/limits.hpp"
#include "service/session/access.hpp"
#include "service/session/deliver.hpp"

namespace parley::service {
namespace {

using api::Fields;
using Kind = Fields::Kind;

struct SignalRow {
  EventKind kind;
  std::string_view type;     // in `signaling-message`
  const ClientEvent* event;  // its own event; null: none
  ServerEvent relayed;       // its event for the others, when it came by its own event
  std::string_view called;   // its name in refusals
  std::uint32_t EventRates::* rate;
};
constexpr SignalRow signal_rows[] = {
    {EventKind::offer, "offer", &events::webrtc_offer, ServerEvent::webrtc_offer, "offer", &EventRates::offer},
    {EventKind::answer, "answer", &events::webrtc_answer, ServerEvent::webrtc_answer, "answer", &EventRates::answer},
    {EventKind::ice_candidate, "ice-candidate", &events::ice_candidate, ServerEvent::ice_candidate, "ICE candidate",
     &EventRates::ice_candidate},
    {EventKind::signalling_chat, "chat", nullptr, {}, "chat", &EventRates::signalling_chat},
    {EventKind::join, "join", nullptr, {}, "join", &EventRates::join_leave},
    {EventKind::leave, "leave", nullptr, {}, "leave", &EventRates::join_leave},
};

const SignalRow* row_of_event(const ClientEvent* event) {
  for (const SignalRow& row : signal_rows) {
    if (row.event == event) return &row;
  }
  return nullptr;
}

const SignalRow* row_of_type(std::string_view type) {
  for (const SignalRow& row : signal_rows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

Error invalid_format(std::string_view called) {
  return {ErrorCode::invalid_argument, "Invalid " + std::string(called) + " message format", {}};
}

Result<void> admit_rate(Context& context, const UserId& user, const SignalRow& row, std::string_view called) {
  std::uint32_t limit = context.config.rates.*row.rate;
  if (limit > 1 && context.connections.crowded()) limit /= 2;
  const auto admission = context.rates.admit(user, row.kind, limit);
  if (admission.admitted) return {};
  count(context.counters.refused_rate_limited);
  return std::unexpected(rate_limited(called, admission.retry_after_ms));
}

/// Time, a counter of this shard, random bytes. Within a millisecond a later record has the greater id; the list is sorted by time and id.
ObjectId record_id(SessionShard& shard, Timestamp now) {
  ObjectId id;
  const auto random = shard.entropy().bytes<3>();
  const auto seconds = static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  const std::uint64_t count = shard.next_token();
  for (std::size_t index = 0; index < 4; ++index) id.bytes[index] = static_cast<std::uint8_t>(seconds >> (24 - 8 * index));
  for (std::size_t index = 0; index < 5; ++index) id.bytes[4 + index] = static_cast<std::uint8_t>(count >> (32 - 8 * index));
  for (std::size_t index = 0; index < random.size(); ++index) id.bytes[9 + index] = random[index];
  return id;
}

std::string relayed_json(const Signal& signal, const SignalRow& row, const domain::Participant& sender, Timestamp now) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  if (row.event == signal.event) {
    writer.key(row.event->relayed->name).raw(signal.payload_json);
  } else {
    writer.member("type", row.type);
    if (!signal.payload_json.empty()) writer.key("payload").raw(signal.payload_json);
  }
  writer.key("senderId");
  api::write_id(writer, sender.user);
  writer.member("senderRole", sender.role.name).key("timestamp");
  api::write_time(writer, now);
  writer.end_object();
  return json;
}

/// The checks after access, then the relay and the record.
Result<Relayed> relay_signal(SessionShard& shard, SessionState& session, const Connection& connection, const Signal& signal) {
  if (auto open = domain::require_open(*session.row); !open) return std::unexpected(std::move(open.error()));
  const SignalRow* row = row_of_event(signal.event);
  const bool own_event = row != nullptr;
  if (!own_event) row = row_of_type(signal.type);
  if (row == nullptr) return refuse(ErrorCode::invalid_argument, "Invalid signaling message type: " + signal.type);
  if (!own_event) {
    if (auto admitted = admit_rate(shard.context(), connection.caller->user.id, *row, row->type); !admitted)
      return std::unexpected(std::move(admitted.error()));
  }
  if (signal.payload_json.size() > limits::signalling_payload_bytes_max) {
    return refuse(ErrorCode::invalid_argument, "Signaling message too large");
  }
  if (shape_of(row->kind, signal.payload_json) != Shape::fits) return std::unexpected(invalid_format(own_event ? row->called : row->type));

  const Timestamp now = shard.context().deps.clock.now();
  const domain::Participant sender = *session.row->participant(connection.caller->user.id);
  const std::string json = relayed_json(signal, *row, sender, now);
  const std::uint64_t told = tell_room(shard, session, {own_event ? row->relayed : ServerEvent::signaling_message, json}, connection.id);
  shard.context().deps.store.signalling().record({record_id(shard, now), session.row->number, session.row->id, sender.user,
                                                  std::string(row->type), signal.payload_json, now, connection.caller->user_agent,
                                                  connection.caller->address, connection.peer->sid()});
  return Relayed{static_cast<std::int64_t>(told)};
}

}  // namespace

Shape shape_of(EventKind kind, std::string_view payload_json) {
  const auto description = [&](std::string_view type) {
    const Fields fields = Fields::from_value(payload_json);
    return fields.string("type") == type && fields.kind("sdp") == Kind::string ? Shape::fits : Shape::foreign;
  };
  switch (kind) {
    case EventKind::offer:
      return description("offer");
    case EventKind::answer:
      return description("answer");
    case EventKind::ice_candidate: {
      const Fields fields = Fields::from_value(payload_json);
      const bool fits =
          fields.kind("candidate") == Kind::string && fields.kind("sdpMLineIndex") == Kind::number && fields.kind("sdpMid") != Kind::absent;
      return fits ? Shape::fits : Shape::foreign;
    }
    default:
      return Shape::fits;
  }
}

namespace {

/// Runs on the session's shard, so that refusals by rate keep their order among the other answers to this connection.
void take_signal(const SessionId& id, ConnectionPtr connection, Signal signal, Answer<Relayed> answer) {
  SessionShard& shard = answer.shard();
  if (const SignalRow* row = row_of_event(signal.event)) {
    if (auto admitted = admit_rate(shard.context(), connection->caller->user.id, *row, row->called); !admitted) {
      shard.in_order(id, [answer = std::move(answer), error = std::move(admitted.error())]() mutable { answer.refuse(std::move(error)); });
      return;
    }
  }
  shard.look(id, [&shard, connection = std::move(connection), signal = std::move(signal),
                  answer = std::move(answer)](Result<SessionState*> session) mutable {
    if (!session) return answer.refuse(std::move(session.error()));
    auto participant = domain::authorize_participant(*(*session)->row, connection->caller->user);
    if (!participant) return answer.refuse(std::move(participant.error()));
    answer(relay_signal(shard, **session, *connection, signal));
  });
}

/// An event for a session that cannot exist still counts against the rate, which is checked first.
Error refusal_without_session(Context& context, const Connection& connection, const Signal& signal) {
  if (const SignalRow* row = row_of_event(signal.event)) {
    if (auto admitted = admit_rate(context, connection.caller->user.id, *row, row->called); !admitted) return admitted.error();
  }
  return session_not_found();
}

}  // namespace

void signal(Router& router, ConnectionPtr connection, Signal signal, Done<Relayed> done) {
  const auto id = named_session(signal.session);
  if (!id) {
    done(std::unexpected(refusal_without_session(router.context(), *connection, signal)));
    return;
  }
  EventLoop& from = router.loop_of(*connection);
  Answer<Relayed> answer(router.shard_of(*id), from, std::move(done));
  router.on_shard_of(from, *id,
                     [id = *id, connection = std::move(connection), signal = std::move(signal), answer = std::move(answer)](
                         SessionShard&) mutable { take_signal(id, std::move(connection), std::move(signal), std::move(answer)); });
}

}  // namespace parley::service
