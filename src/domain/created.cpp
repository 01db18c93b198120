// Writes and reads the directory row inside entry 1.
#include "domain/created.hpp"

#include <cstring>

#include "domain/byte_codec.hpp"

namespace parley::domain {
namespace {

constexpr std::string_view secret_attribute = "secret";

}  // namespace

SessionNumber draw_session_number(Entropy& entropy) {
  constexpr std::size_t number_bytes = 5;
  SessionNumber number;
  while (number.value == 0) {
    for (const std::uint8_t byte : entropy.bytes<number_bytes>()) number.value = number.value << 8 | byte;
  }
  return number;
}

Draft created_draft(const SessionRow& row, const Participant& creator) {
  SessionRow public_row = row;
  public_row.secret = {};
  Draft draft;
  draft.kind = EntryKind::created;
  draft.sender = creator.user;
  draft.sender_role = creator.role;
  draft.extensions.push_back({ExtensionType::session_row, encode_session_row(public_row)});
  draft.attributes.push_back({std::string(secret_attribute), std::string(view_of(row.secret))});
  return draft;
}

Result<SessionRow> read_created_row(const Entry& entry) {
  const Bytes* value = entry.core.extension(ExtensionType::session_row);
  if (entry.core.kind != EntryKind::created || value == nullptr) return damaged("entry 1", 0, "kind created with a session row");
  auto row = decode_session_row(*value);
  if (!row || !entry.body) return row;
  const std::string* secret = entry.body->attribute(secret_attribute);
  if (secret == nullptr || secret->size() != row->secret.size()) return damaged("body of entry 1", 0, "a secret of 32 bytes");
  std::memcpy(row->secret.data(), secret->data(), secret->size());
  return row;
}

}  // namespace parley::domain
