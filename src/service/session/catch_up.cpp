#include "service/session/catch_up.hpp"

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::service {

Result<News> read_news(const domain::SessionRow& row, const domain::Position& known, store::LogReader& reader, const Context& context) {
  const auto last = reader.last(row.number);  // the newest entry; the range read below may end before it
  if (!last) return std::unexpected(last.error());
  if (*last) {
    const auto end = domain::decode_entry(**last);
    if (!end) return std::unexpected(end.error());
    if (end->position() == known) return std::vector<domain::EncodedEntry>();
  }
  const bool is_within = *last && known.seq > 0 && known.seq <= (*last)->seq;
  if (is_within) {
    constexpr store::Portion most{1 + store::conflict_tail.entries(), limits::entry_bytes_max + store::conflict_tail.bytes()};
    auto entries = reader.range(row.number, known.seq, most);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return refuse(ErrorCode::log_corrupt, "The session's log is shorter than its end says", row.id.to_string());
    const auto there = domain::decode_entry(entries->front());
    if (!there) return std::unexpected(there.error());
    entries->erase(entries->begin());
    if (there->position() == known) return *std::move(entries);
  }
  auto loaded = load_session(row.id, reader, context);
  if (!loaded) return std::unexpected(loaded.error());
  return *std::move(loaded);
}

}  // namespace parley::service
