#include "service/session/load.hpp"

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::service {
namespace {

void take(LoadedSession& loaded, domain::Entry entry) {
  const domain::EntryKind kind = entry.core.kind;
  const std::uint32_t seq = entry.core.seq;
  if (kind == domain::EntryKind::text || kind == domain::EntryKind::deleted) loaded.emitted_seq = seq;
  if (kind != domain::EntryKind::text) return;
  if (entry.core.key != Key16{}) loaded.keys.emplace_back(seq, entry.core.key);
  loaded.texts.push(stored_text(std::move(entry)));
}

Result<void> load_tail(LoadedSession& loaded, store::LogReader& reader) {
  const auto last = reader.last(loaded.row.number);
  if (!last) return std::unexpected(last.error());
  if (!*last) return refuse(ErrorCode::log_corrupt, "The session's log is missing", loaded.row.id.to_string());
  constexpr std::uint32_t count = limits::session_tail_entries;
  loaded.from_seq = (*last)->seq > count ? (*last)->seq - count + 1 : 1;
  loaded.texts.reset(loaded.from_seq, {});
  for (std::uint32_t taken = 0; taken < count;) {
    const store::Portion most(count - taken, limits::read_bytes_max);
    auto entries = reader.range(loaded.row.number, loaded.from_seq + taken, most);
    if (!entries) return std::unexpected(entries.error());
    for (const domain::EncodedEntry& encoded : *entries) {
      auto entry = domain::decode_entry(encoded);
      if (!entry) return std::unexpected(entry.error());
      loaded.head = domain::head_after(*entry);
      take(loaded, std::move(*entry));
    }
    taken += static_cast<std::uint32_t>(entries->size());
    if (!most.is_full(*entries)) break;
  }
  return {};
}

}  // namespace

Result<LoadedSession> load_session(const SessionId& id, store::LogReader& reader, const Context& context) {
  store::Directory& directory = context.deps.store.directory();
  auto row = directory.find_session(id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return refuse(ErrorCode::not_found, "Session not found");
  LoadedSession loaded;
  loaded.row = std::move(**row);
  if (auto tail = load_tail(loaded, reader); !tail) return std::unexpected(tail.error());
  if (context.config.identity == IdentitySource::directory) return loaded;
  for (const domain::Participant& participant : loaded.row.participants) {
    auto user = directory.find_user(participant.user);
    if (!user) return std::unexpected(user.error());
    if (*user) loaded.users.push_back(std::move(**user));
  }
  return loaded;
}

LoadedSession new_session(domain::SessionRow row, std::vector<domain::User> users) {
  LoadedSession loaded;
  loaded.head = domain::genesis(row.id);
  loaded.row = std::move(row);
  loaded.users = std::move(users);
  return loaded;
}

}  // namespace parley::service
