#include "service/socket/client_session.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "api/entries.hpp"
#include "api/entry_schemas.hpp"
#include "base/limits.hpp"
#include "service/shared/refusals.hpp"
#include "service/use_cases/create.hpp"
#include "service/use_cases/end.hpp"
#include "service/use_cases/join.hpp"
#include "service/use_cases/publish.hpp"
#include "service/use_cases/reopen.hpp"
#include "service/use_cases/resume.hpp"
#include "service/use_cases/signal.hpp"

namespace parley::service {
namespace {

using api::Fields;
namespace members = api::members;
using domain::SessionView;

/// The text that `${value}` gives in ECMAScript, close enough for an error text.
std::string as_text(const Fields& fields, std::string_view name) {
  switch (fields.kind(name)) {
    case Fields::Kind::absent:
      return "undefined";
    case Fields::Kind::string:
      return *fields.string(name);
    case Fields::Kind::object:
      return "[object Object]";
    default:
      return std::string(fields.raw(name));
  }
}

void write_joined(JsonWriter& writer, const Context& context, const domain::JoinView& joined) {
  const SessionView& view = joined.session;
  writer.key("session");
  api::write_session(writer, view, api::SessionForm::plain);
  writer.key("iceServers");
  api::write_ice_servers(writer, context.ice.issue());
  writer.key("participants");
  api::write_participants(writer, view.row.participants);
  writer.key("members");
  api::write_members(writer, joined.members);
}

void write_resume(JsonWriter& writer, const domain::EntriesView& resume) {
  writer.key("resume").begin_object();
  api::write_entries(writer, resume);
  writer.end_object();
}

/// Answers with `session` (and `duplicate` where it applies), or with the refusal.
void answer_with_session(const SocketAnswer& answer, const Result<SessionView>& session) {
  if (!session) return answer.fail(session.error());
  answer.succeed([&](JsonWriter& writer) {
    writer.key("session");
    api::write_session(writer, *session, api::SessionForm::plain);
    if (session->freshness == SessionView::Freshness::duplicate) writer.key("duplicate").boolean(true);
  });
}

/// A resume is requested when `after` is present, even as null or empty. `before` has no meaning for a resume.
std::optional<Result<domain::EntryRange>> resume_of(const Fields& fields) {
  if (fields.kind(members::after.name) == Fields::Kind::absent) return std::nullopt;
  auto range = api::entry_range_from_event(fields);
  if (range) range->before.reset();
  return range;
}

}  // namespace

ClientSession::ClientSession(Router& router, EventLoop& loop, ConnectionPtr connection)
    : router_(router), loop_(loop), connection_(std::move(connection)) {
  router_.live_tokens(loop_).add(connection_);
}

void ClientSession::on_event(const protocol::socketio::Event& event) {
  const auto row = std::ranges::find_if(rows(), [&event](const Row& each) { return each.event->name == event.name; });
  if (row != rows().end()) return (this->*row->handle)({*row->event, Fields::from_event(event.json), event.ack_id});
  connection_->peer->count_refusal();  // all other events are ignored, even the client's own `ping` (docs/api-contract.md §6.3)
}

std::span<const ClientSession::Row> ClientSession::rows() {
  static constexpr auto table = std::to_array<Row>({
      {&events::chat_message, &ClientSession::chat_message},
      {&events::join_session, &ClientSession::join_session},
      {&events::entries, &ClientSession::entries},
      {&events::create_session, &ClientSession::create_session},
      {&events::end_session, &ClientSession::end_session},
      {&events::reopen_session, &ClientSession::reopen_session},
      {&events::ice_candidate, &ClientSession::relay_signal},
      {&events::webrtc_offer, &ClientSession::relay_signal},
      {&events::webrtc_answer, &ClientSession::relay_signal},
      {&events::signaling_message, &ClientSession::relay_signal},
  });
  return table;
}

std::vector<const ClientEvent*> client_events() {
  std::vector<const ClientEvent*> events;
  for (const auto& row : ClientSession::rows()) events.push_back(row.event);
  return events;
}

void ClientSession::chat_message(const Incoming& incoming) {
  const Fields& fields = incoming.fields;
  SendMessage request{fields.session_field(members::session_id.name), fields.text_field(members::message.name),
                      fields.text_field(members::client_message_id.name), SendMessage::Transport::socket};
  publish(invocation(), std::move(request), SocketAnswer(connection_, incoming.ack));
}

void ClientSession::join_session(const Incoming& incoming) {
  const Fields& fields = incoming.fields;
  const domain::SessionField session = fields.session_field(members::session_id.name);
  const SocketAnswer answer(connection_, incoming.ack);
  if (auto admitted = admit(EventKind::join_session, &EventRates::join_session, api::joins_refusal); !admitted)
    return answer.fail(admitted.error());
  if (!make_place(session.id)) return answer.fail({ErrorCode::invalid_argument, "Too many sessions joined", {}});
  Rooms::Membership& entered = rooms_->rooms[session.id];
  if (entered.joining >= limits::socket_joins_waiting_max) return refuse_overloaded(answer);
  ++entered.joining;
  join(router_, connection_, {session, resume_of(fields), entered.place},
       [answer, rooms = rooms_, id = session.id, &context = router_.context()](Result<domain::JoinView> joined) {
         Rooms::Membership& room = rooms->rooms[id];
         --room.joining;
         if (joined && joined->room == domain::JoinView::Room::entered)
           room.joined = true;
         else if (!room.joined && room.joining == 0)
           rooms->rooms.erase(id);
         if (!joined) return answer.fail(joined.error());
         const auto write_more = [&](JsonWriter& writer) {
           if (joined->resume) write_resume(writer, *joined->resume);
         };
         if (joined->refusal) return answer.fail(*joined->refusal, write_more);
         answer.succeed([&](JsonWriter& writer) {
           write_joined(writer, context, *joined);
           write_more(writer);
         });
       });
}

bool ClientSession::make_place(const SessionId& session) {
  const auto& rooms = rooms_->rooms;
  if (rooms.contains(session)) return true;
  const auto taken = std::ranges::count_if(rooms, [](const auto& each) { return !each.second.vacating; });
  if (static_cast<std::size_t>(taken) < limits::joined_sessions_max) return true;
  if (rooms.size() >= limits::rooms_held_max) return false;
  const auto ended = std::ranges::find_if(rooms, [](const auto& each) {
    const Rooms::Membership& room = each.second;
    return room.joined && !room.vacating && room.joining == 0 && room.place->is_free.load(std::memory_order_relaxed);
  });
  if (ended == rooms.end()) return false;
  vacate_room(ended->first);
  return true;
}

void ClientSession::vacate_room(SessionId session) {  // by value: its room may be erased before this returns
  rooms_->rooms[session].vacating = true;
  vacate(router_, connection_, session, [rooms = rooms_, id = session](Result<Vacated> vacated) {
    Rooms::Membership& room = rooms->rooms[id];
    room.vacating = false;
    if (!vacated || *vacated == Vacated::kept) return;
    room.joined = false;
    if (room.joining == 0) rooms->rooms.erase(id);
  });
}

Result<void> ClientSession::admit(EventKind kind, std::uint32_t EventRates::* rate, const api::Refusal& refusal) {
  Context& context = router_.context();
  const auto admission = context.rates.admit(connection_->caller->user.id, kind, context.config.rates.*rate);
  if (admission.admitted) return {};
  count(context.counters.refused_rate_limited);
  return std::unexpected(rate_limited(refusal, admission.retry_after_ms));
}

void ClientSession::refuse_overloaded(const SocketAnswer& answer) {
  count(router_.context().counters.refused_overloaded);
  answer.fail(overloaded());
}

void ClientSession::entries(const Incoming& incoming) {
  const SocketAnswer answer(connection_, incoming.ack);
  if (auto admitted = admit(EventKind::entries, &EventRates::entries, api::entries_rate_refusal); !admitted)
    return answer.fail(admitted.error());
  if (rooms_->entries_waiting >= limits::socket_entries_waiting_max) return refuse_overloaded(answer);
  ++rooms_->entries_waiting;
  socket_entries(router_, connection_,
                 {incoming.fields.session_field(members::session_id.name), api::entry_range_from_event(incoming.fields)},
                 [answer, rooms = rooms_](Result<domain::EntriesView> entries) {
                   --rooms->entries_waiting;
                   if (!entries) return answer.fail(entries.error());
                   answer.succeed([&](JsonWriter& writer) { api::write_entries(writer, *entries); });
                 });
}

void ClientSession::create_session(const Incoming& incoming) {
  const Fields& fields = incoming.fields;
  service::create_session(
      invocation(),
      {fields.text_field(members::patient_id.name), fields.text_field(members::appointment_id.name),
       fields.text_field(members::chosen_session_id.name)},
      [answer = SocketAnswer(connection_, incoming.ack)](Result<SessionView> created) { answer_with_session(answer, created); });
}

void ClientSession::end_session(const Incoming& incoming) {
  auto done = [answer = SocketAnswer(connection_, incoming.ack)](Result<domain::EndView> ended) {
    if (ended) return answer.succeed([](JsonWriter&) {});
    answer.fail(ended.error());
    answer.emit_error(ended.error());
  };
  if (auto admitted = admit(EventKind::end_session, &EventRates::end_session, api::ends_refusal); !admitted)
    return done(std::unexpected(std::move(admitted.error())));
  service::end_session(invocation(), incoming.fields.session_field(members::session_id.name), std::move(done));
}

void ClientSession::reopen_session(const Incoming& incoming) {
  service::reopen_session(
      invocation(), incoming.fields.session_field(members::session_id.name),
      [answer = SocketAnswer(connection_, incoming.ack)](Result<SessionView> reopened) { answer_with_session(answer, reopened); });
}

void ClientSession::relay_signal(const Incoming& incoming) {
  const Fields& fields = incoming.fields;
  Signal signal;
  signal.event = &incoming.event;
  signal.session = fields.session_field(members::session_id.name);
  signal.type = as_text(fields, members::signal_type.name);
  signal.payload_json = fields.raw(incoming.event.relayed->name);
  service::signal(router_, connection_, std::move(signal),
                  [answer = SocketAnswer(connection_, incoming.ack), type = incoming.event.name](Result<Relayed> relayed) {
                    if (relayed) return answer.succeed([&](JsonWriter& writer) { writer.key("delivered").integer(relayed->sockets); });
                    answer.fail(relayed.error());
                    answer.emit_error(relayed.error(), type);
                  });
}

void ClientSession::on_disconnect(protocol::socketio::DisconnectReason reason) {
  connection_->gone = true;
  router_.live_tokens(loop_).remove(*connection_);
  for (const auto& [session, room] : rooms_->rooms) leave(router_, connection_, session, reason);
  router_.context().connections.release(connection_->caller->address, connection_->caller->user.id);
}

}  // namespace parley::service
