// Builds the entries of the example session.
#include "example_log.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/created.hpp"
#include "domain/extensions.hpp"

namespace parley::domain::example {
namespace {

constexpr auto unknown_kind = static_cast<EntryKind>(200);
constexpr auto unknown_extension = static_cast<ExtensionType>(0xfe01);

Draft draft_of(EntryKind kind, const Participant& sender) {
  Draft draft;
  draft.kind = kind;
  draft.sender = sender.user;
  draft.sender_role = sender.role;
  return draft;
}

void add_openings(LogBuilder& log) {
  log.add("created", created_draft(session_row(), doctor));
  Draft join = draft_of(EntryKind::participant, patient);
  join.extensions.push_back(participant_extension({ParticipantChangeKind::first_join, patient}));
  join.extensions.push_back({ExtensionType::signing_key, Bytes("\x01\x00\x41", 3) + Bytes("\x04") + Bytes(64, 'k')});
  log.add("first_join", std::move(join));
  log.add("plain", text_draft(doctor, "Good morning \xf0\x9f\x99\x82", "m-1"));
}

void add_late_text(LogBuilder& log) {
  Draft late = text_draft(patient, "Sent while the server was away", "m-2");
  late.flags = flag_late;
  late.extensions.push_back({ExtensionType::signature, Bytes("\x01\x00\x40", 3) + Bytes(64, 's')});
  late.attributes = {{"late", "true"}, {"sharedAt", "2026-01-01T00:00:02.500Z"}, {"reportedBy", doctor_id.to_string()}};
  log.add("late", std::move(late));
}

void add_deletion(LogBuilder& log) {
  const std::string text = "My number is 555-0100";
  const Chained target = log.add("deleted_text", text_draft(patient, text));
  Draft deletion = draft_of(EntryKind::deleted, patient);
  deletion.extensions = {target_seq_extension(target.encoded.seq), target_id_extension(target.entry.core.id)};
  deletion.attributes = {{"reason", "by its sender"}, {"email", "pat@example.org"}, {"address", "192.0.2.7"}, {"userAgent", "example/1"}};
  const Counters& counters = log.entries()[3].chained.entry.trailer.counters;  // the counters after the late text
  log.add("deletion", std::move(deletion), Deletion{patient.role, text.size(), counters.first_live_text, counters.last_live_text});
  log.empty(target.encoded.seq);
}

void add_erasure(LogBuilder& log) {
  const Chained target = log.add("erased_text", text_draft(doctor, "Erased by retention"));
  Draft erasure = draft_of(EntryKind::erased, {});
  erasure.extensions = {target_seq_extension(target.encoded.seq)};
  log.add("erasure", std::move(erasure));
  log.empty(target.encoded.seq);
}

void add_adoption(LogBuilder& log) {
  log.add("adoption", draft_of(EntryKind::adopted, {}));
  Draft adopted = text_draft(doctor, "The call has started");
  adopted.flags = flag_adopted;
  adopted.message_type = MessageType::system;
  adopted.extensions = {original_time_extension(start - std::chrono::hours{24}),
                        adopted_id_extension(*ObjectId::parse("659ffffe00000000000000aa"))};
  log.add("adopted_text", std::move(adopted));
}

/// A user whose id is not an ObjectId, and a reserved extension.
void add_interpreter(LogBuilder& log) {
  Draft added = draft_of(EntryKind::participant, doctor);
  added.extensions.push_back(participant_extension({ParticipantChangeKind::added, interpreter}));
  log.add("added", std::move(added));
  Draft text = text_draft(interpreter, "Guten Morgen", "m-3");
  text.extensions.push_back({ExtensionType::send_id, Bytes(16, 'i')});
  log.add("interpreted", std::move(text));
}

void add_unknown_kind(LogBuilder& log) {
  Draft unknown = draft_of(unknown_kind, patient);
  unknown.flags = 0x80;
  unknown.extensions = {target_seq_extension(3), {unknown_extension, "of a later version"}};
  log.add("unknown_kind", std::move(unknown));
}

}  // namespace

SessionRow session_row() {
  SessionRow row;
  row.id = session_id;
  row.number = session_number;
  row.object_id = make_entry_id(start, session_number, 1);
  for (std::size_t index = 0; index < row.secret.size(); ++index) row.secret[index] = static_cast<std::uint8_t>(index);
  row.participants = {doctor, patient};
  row.appointment = *ObjectId::parse("65a0000000000000000000ff");
  row.created_at = start;
  return row;
}

const Chained& LogBuilder::add(const std::string& name, Draft draft, const std::optional<Deletion>& deletion) {
  draft.time = start + std::chrono::seconds{head_.seq};
  draft.deletion = deletion;
  entries_.push_back({name, chain(head_, session_number, std::move(draft), entropy_)});
  return entries_.back().chained;
}

void LogBuilder::empty(std::uint32_t seq) {
  Chained& chained = entries_.at(seq - 1).chained;
  chained.encoded = emptied(chained.encoded).value();
  chained.entry.body.reset();
}

Draft text_draft(const Participant& sender, std::string text, std::string client_message_id) {
  Draft draft = draft_of(EntryKind::text, sender);
  draft.key = idempotency_key(session_row().secret, sender.user, client_message_id);
  draft.text = std::move(text);
  draft.client_message_id = std::move(client_message_id);
  return draft;
}

std::vector<NamedEntry> whole_log() {
  LogBuilder log;
  add_openings(log);
  add_late_text(log);
  add_deletion(log);
  add_erasure(log);
  add_adoption(log);
  add_unknown_kind(log);
  log.add("ended", draft_of(EntryKind::ended, doctor));
  log.add("reopened", draft_of(EntryKind::reopened, doctor));
  add_interpreter(log);
  log.add("ended_by_the_server", draft_of(EntryKind::ended, {}));
  return log.entries();
}

NamedEntry named(std::string_view name) {
  const auto log = whole_log();
  const auto found = std::ranges::find(log, name, &NamedEntry::name);
  if (found == log.end()) throw std::invalid_argument("no such entry in the example log");
  return *found;
}

}  // namespace parley::domain::example
