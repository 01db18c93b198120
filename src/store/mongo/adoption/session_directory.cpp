#include "store/mongo/adoption/session_directory.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/log/log_view.hpp"

namespace parley::store::mongo {

namespace {

using domain::SessionRow;

/// Adds {status: {$in: ["created", "active"]}}.
void require_open(Document& filter) {
  Array open;
  open.text(name_of(domain::SessionStatus::created)).text(name_of(domain::SessionStatus::active));
  Document any;
  any.array("$in", open.as_document());
  filter.document("status", any);
}

const Document& oldest_first() {
  static const Document sort = ascending({"createdAt", "sessionId"});
  return sort;
}

bool is_open(const SessionRow& row) {
  return row.status != domain::SessionStatus::ended;
}

bool is_of(const Fields& document, const SessionRow& row) {
  return document.text("sessionId") == row.id.to_string();
}

// The place where a walk continues: createdAt (8 bytes), sessionId.
Bytes place_of(const Fields& document) {
  Bytes place;
  const auto created_at = document.date("createdAt").value_or(Timestamp{});
  domain::append_u64(place, static_cast<std::uint64_t>(created_at.time_since_epoch().count()));
  return place.append(document.text("sessionId").value_or(std::string_view{}));
}

void require_behind(Document& filter, BytesView place) {
  domain::ByteReader reader(place.substr(0, 8), "place of a walk");
  const Timestamp created_at{std::chrono::milliseconds{static_cast<std::int64_t>(reader.u64())}};
  Document greater;
  greater.text("$gt", place.substr(8));
  require_behind(filter, {"createdAt", created_at, Order::oldest_first}, "sessionId", greater);
}

/// Empty for a document with an invalid id.
std::optional<SessionPlace> listed_place_of(const Fields& document) {
  const auto session = SessionId::parse(document.text("sessionId").value_or(std::string_view{}));
  if (!session) return std::nullopt;
  return SessionPlace{document.date("createdAt").value_or(Timestamp{}), *session};
}

Document takes_part(std::string_view field, const UserId& user, const std::optional<SessionPlace>& after) {
  Document part;
  part.user(field, user);
  require_open(part);
  if (!after) return part;
  Document greater;
  greater.text("$gt", after->session.text());
  require_behind(part, {"createdAt", after->created_at, Order::newest_first}, "sessionId", greater);
  return part;
}

}  // namespace

Result<std::optional<SessionRow>> SessionDirectory::row_of(Client& client, SessionNumber number) {
  const auto bytes = LogView(client, state_).row(number);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::optional<SessionRow>{};
  auto row = domain::decode_session_row(**bytes);
  if (!row) return std::unexpected(state_.note_damage(number, 0, "the session row: " + row.error().message + " " + row.error().detail));
  return row;
}

// New messages of a session whose log is complete are not searched for here. Opening the session does this.
Result<SessionDirectory::Row> SessionDirectory::row_of(Client& client, const Fields& document) {
  if (Adopter::is_complete(document) && !Adopter::holds_news(document)) {
    auto row = row_in_log(client, document);
    if (row && *row && !is_of(document, **row)) return Row{};
    if (!row || *row || adopter_.is_being_created(document)) return row;
  }
  auto adoption = adopt(client, document);
  if (!adoption) return std::unexpected(adoption.error());
  return std::move(adoption->row);
}

Result<SessionDirectory::Row> SessionDirectory::row_in_log(Client& client, const Fields& document) {
  const auto number = document.document("parley")->integer("number").value_or(0);
  return row_of(client, SessionNumber{static_cast<std::uint64_t>(number)});
}

Result<Adoption> SessionDirectory::adopt(Client& client, const Fields& document) {
  if (!Adopter::is_complete(document)) return adopter_.adopt(client, document, std::nullopt);
  auto row = row_in_log(client, document);
  if (!row) return std::unexpected(row.error());
  // A create stopped between the document and the log, or is about to continue.
  if (!*row) return adopter_.is_being_created(document) ? Adoption{} : adopter_.adopt(client, document, std::nullopt);
  // A create that lost against another session with the same number left a document without a log.
  if (!is_of(document, **row)) return Adoption{};
  return adopter_.adopt(client, document, *std::move(row));
}

Result<SessionDirectory::Row> SessionDirectory::find_session(const SessionId& session) {
  Client client = clients_.take();
  return find_session(client, session);
}

Result<SessionDirectory::Row> SessionDirectory::find_session(Client& client, const SessionId& session) {
  Document filter;
  filter.text("sessionId", session.to_string());
  // Read the newest state, not that of a majority: other software may have written a moment ago, and its user joins now.
  const auto found = client.find(collection::sessions, filter, {.reading = Reading::newest, .limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return row_without_document(client, session);
  auto adoption = adopt(client, found->front());
  if (!adoption) return std::unexpected(adoption.error());
  return std::move(adoption->row);
}

// A drop, a TTL index or an operator removed the document. The log is the truth: nothing in it disappears with a document.
Result<SessionDirectory::Row> SessionDirectory::row_without_document(Client& client, const SessionId& session) {
  const auto number = LogView(client, state_).number_of(session);
  if (!number) return std::unexpected(number.error());
  if (!*number) return Row{};
  auto row = row_of(client, **number);
  if (row && *row && (*row)->id != session) return Row{};
  return row;
}

Result<std::optional<SessionRow>> SessionDirectory::find_session(SessionNumber number) {
  Client client = clients_.take();
  return row_of(client, number);
}

Result<std::optional<SessionId>> SessionDirectory::find_open_session(const UserId& doctor, const UserId& patient) {
  Client client = clients_.take();
  Document filter;
  filter.user("doctorId", doctor).user("patientId", patient);
  require_open(filter);
  const auto found = client.find(collection::sessions, filter, {.sort = &oldest_first()});
  if (!found) return std::unexpected(to_error(found.error()));
  for (const Document& document : *found) {
    const auto row = row_of(client, document);
    if (!row) return std::unexpected(row.error());
    if (*row && is_open(**row)) return (*row)->id;
  }
  return std::optional<SessionId>{};
}

Result<OpenSessionsOfUser> SessionDirectory::open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                              std::size_t count) {
  Client client = clients_.take();
  Array parts;
  for (const std::string_view field : {"doctorId", "patientId", "parley.others"}) parts.document(takes_part(field, user, after));
  Document filter;
  filter.array("$or", parts.as_document());
  Document newest_first;
  newest_first.int32("createdAt", -1).int32("sessionId", 1);
  const auto found = client.find(collection::sessions, filter, {.sort = &newest_first, .limit = static_cast<std::int64_t>(count + 1)});
  if (!found) return std::unexpected(to_error(found.error()));
  OpenSessionsOfUser page;
  const bool more = found->size() > count;
  for (const Document& document : std::span(*found).first(std::min(count, found->size()))) {
    if (const auto place = listed_place_of(document); more && place) page.next = place;
    auto row = row_of(client, document);
    if (!row) return std::unexpected(row.error());
    if (*row && is_open(**row)) page.sessions.push_back(**std::move(row));
  }
  return page;
}

Result<OpenSessions> SessionDirectory::open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) {
  Client client = clients_.take();
  Document filter;
  require_open(filter);
  if (!after.empty()) require_behind(filter, after);
  const auto found = client.find(collection::sessions, filter, {.sort = &oldest_first(), .limit = static_cast<std::int64_t>(count + 1)});
  if (!found) return std::unexpected(to_error(found.error()));
  OpenSessions page;
  for (std::size_t index = 0; index < std::min(count, found->size()); ++index) {
    auto row = row_of(client, (*found)[index]);
    if (!row && row.error().code != ErrorCode::log_corrupt) return std::unexpected(row.error());
    if (!row)
      page.damaged.push_back(std::move(row.error()));
    else if (*row && is_open(**row) && (*row)->created_at < created_before)
      page.sessions.push_back(**std::move(row));
  }
  if (found->size() > count) page.next = place_of((*found)[count - 1]);
  return page;
}

// If the message is not in the log yet, adopting its session gives it a `seq`.
Result<std::optional<domain::EntryAddress>> SessionDirectory::find_message(const ObjectId& message) {
  using Address = std::optional<domain::EntryAddress>;
  Client client = clients_.take();
  const Document filter = by_id(message);
  const auto text = client.find(collection::chat, filter, {.limit = 1});
  if (!text) return std::unexpected(to_error(text.error()));
  const auto name = text->empty() ? std::nullopt : Fields(text->front()).text("sessionId");
  const auto session = name ? SessionId::parse(*name) : std::nullopt;
  if (!session) return Address{};
  const auto row = find_session(client, *session);
  if (!row) return std::unexpected(row.error());
  const auto adopted = client.find(collection::chat, filter, {.limit = 1});
  if (!adopted) return std::unexpected(to_error(adopted.error()));
  const auto seq = adopted->empty() ? std::nullopt : Fields(adopted->front()).integer("seq");
  if (!*row || !seq || *seq < 1 || *seq > limits::seq_max) return Address{};
  return domain::EntryAddress{(*row)->number, static_cast<std::uint32_t>(*seq)};
}

Result<std::optional<domain::User>> SessionDirectory::find_user(const UserId& user) {
  Client client = clients_.take();
  Document filter;
  filter.user("_id", user);
  const auto found = client.find(collection::users, filter, {.limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<domain::User>{};
  const Fields fields(found->front());
  const auto text = [&](std::string_view name) { return std::string(fields.text(name).value_or(std::string_view{})); };
  return domain::User{.id = user, .role = {text("role")}, .email = text("email"), .name = text("name")};
}

}  // namespace parley::store::mongo
