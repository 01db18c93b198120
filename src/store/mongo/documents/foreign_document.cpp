#include "store/mongo/documents/foreign_document.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/byte_codec.hpp"

namespace parley::store::mongo {

namespace {

/// Reads fields until one cannot be used, and then keeps the reason.
class Reader {
 public:
  explicit Reader(const Fields& fields) : fields_(fields) {}

  ObjectId id(std::string_view name) { return value(name, fields_.id(name), "an ObjectId"); }
  UserId user(std::string_view name) {
    const auto id = fields_.user(name);
    if (!id && (fields_.text(name) || fields_.id(name)))
      require(false, std::string(name) + " is not 1 to 64 bytes of UTF-8 without control characters");
    return value(name, id, "an ObjectId or a string");
  }
  std::string_view text(std::string_view name) { return value(name, fields_.text(name), "a string"); }
  Timestamp date(std::string_view name) {
    const Timestamp time = value(name, fields_.date(name), "a date");
    require(domain::is_storable(time), std::string(name) + " is not between the years 1970 and 9999");
    return time;
  }
  /// Missing and null count as empty.
  std::optional<Timestamp> optional_date(std::string_view name) {
    return is_absent(fields_, name) ? std::nullopt : std::optional(date(name));
  }
  void require(bool condition, std::string reason) {
    if (!condition && reason_.empty()) reason_ = std::move(reason);
  }
  [[nodiscard]] static bool is_absent(const Fields& fields, std::string_view name) {
    return !fields.has(name) || fields.type_name(name) == "null";
  }

  template <typename T>
  Readable<T> finish(T read) {
    if (!reason_.empty()) return std::unexpected(reason_);
    return read;
  }

 private:
  template <typename T>
  T value(std::string_view name, std::optional<T> found, std::string_view wanted) {
    if (found) return *found;
    const std::string field(name);
    require(false, fields_.has(name) ? field + " is " + std::string(fields_.type_name(name)) + ", not " + std::string(wanted)
                                     : field + " is missing");
    return T{};
  }

  const Fields& fields_;
  std::string reason_;
};

void read_appointment(Reader& reader, const Fields& document, ForeignSession& session) {
  const auto metadata = document.document("metadata");
  if (!metadata || Reader::is_absent(*metadata, "appointmentId")) return;
  session.appointment = metadata->id("appointmentId");
  reader.require(session.appointment.has_value(), "metadata.appointmentId is not an ObjectId");
}

/// Checks Parley's own field, if it exists. If it has another type, the session cannot receive a number.
void look_at_parley(Reader& reader, const Fields& document) {
  if (!document.has("parley")) return;
  const auto parley = document.type_name("parley") == "an object" ? document.document("parley") : std::nullopt;
  reader.require(parley.has_value(),
                 "parley, which is Parley's own field, is " + std::string(document.type_name("parley")) + ", not an object");
  for (const std::string_view name : {"number", "seq"})
    reader.require(!parley || !parley->has(name) || parley->integer(name).value_or(0) > 0,
                   "parley." + std::string(name) + ", which is Parley's own field, is not a positive whole number");
}

std::optional<domain::SessionStatus> status_of(std::string_view name) {
  for (const auto status : {domain::SessionStatus::created, domain::SessionStatus::active, domain::SessionStatus::ended})
    if (name == domain::name_of(status)) return status;
  return std::nullopt;
}

void read_state(Reader& reader, ForeignSession& session) {
  const auto status = status_of(reader.text("status"));
  reader.require(status.has_value(), "status is none of created, active, ended");
  session.state = {status.value_or(domain::SessionStatus::created), reader.optional_date("endedAt")};
  session.started_at = reader.optional_date("startedAt");
  // At earlier servers a join makes an ended session active again, and the time of its end remains in the document.
  const auto ended_at = status == domain::SessionStatus::ended ? session.state.ended_at : std::nullopt;
  if (status == domain::SessionStatus::active && !session.started_at) session.started_at = session.created_at;
  if (session.started_at && ended_at) session.started_at = std::min(*session.started_at, *ended_at);
}

/// Reads Parley's own fields; `look_at_parley` has checked their types.
void read_own(const Fields& document, ForeignSession& session) {
  const auto parley = document.document("parley");
  if (!parley) return;
  if (const auto seq = parley->integer("seq")) session.seq = static_cast<std::uint32_t>(*seq);
  const auto wrote = parley->document("wrote");
  const auto status = wrote ? status_of(wrote->text("status").value_or(std::string_view())) : std::nullopt;
  if (status) session.wrote = DocumentState{*status, wrote->date("endedAt")};
}

}  // namespace

bool has_news(const ForeignSession& session) {
  return session.wrote != session.state;
}

std::string id_of(const Fields& document) {
  if (const auto id = document.id("_id")) return id->to_string();
  if (const auto text = document.text("_id")) return std::string(*text);
  if (const auto number = document.integer("_id")) return std::to_string(*number);
  return "(" + std::string(document.type_name("_id")) + ")";
}

Readable<ForeignSession> read_foreign_session(const Fields& document) {
  Reader reader(document);
  ForeignSession session;
  const auto id = SessionId::parse(reader.text("sessionId"));
  reader.require(id.has_value(), "sessionId is not 1 to 64 bytes of UTF-8 without control characters");
  session.id = id.value_or(SessionId{});
  session.object_id = reader.id("_id");
  session.doctor = reader.user("doctorId");
  session.patient = reader.user("patientId");
  session.created_at = reader.date("createdAt");
  read_state(reader, session);
  read_appointment(reader, document, session);
  look_at_parley(reader, document);
  read_own(document, session);
  return reader.finish(std::move(session));
}

Readable<ForeignText> read_foreign_text(const Fields& document, const domain::RoleSet& roles) {
  Reader reader(document);
  ForeignText text;
  text.id = reader.id("_id");
  text.sender = reader.user("senderId");
  const std::string_view role = reader.text("senderRole");
  reader.require(roles.parse_participant_role(role).has_value(), "senderRole is no role of this deployment");
  text.sender_role = {std::string(role.substr(0, limits::role_bytes_max))};
  text.text = reader.text("message");
  const bool is_utf8 = is_valid_utf8(text.text);
  reader.require(is_utf8, "message is not UTF-8");
  reader.require(!is_utf8 || utf16_length(text.text) <= limits::message_utf16_units_max,
                 "message is longer than " + std::to_string(limits::message_utf16_units_max) + " characters");
  const std::string_view name = reader.text("messageType");
  const auto type = domain::parse_message_type(name);
  reader.require(type.has_value(), "messageType is neither text nor system");
  text.type = type.value_or(domain::MessageType::text);
  text.time = reader.date("timestamp");
  return reader.finish(std::move(text));
}

}  // namespace parley::store::mongo
