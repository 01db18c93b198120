// Settles an append that was not simply written: its expected position was not the head, or its write had no answer. The log
// decides. This is the one place of the rules "Conflict" and "Again" (session_log.hpp). Pure: each engine reads the log in its own way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::store {

/// The part of a log that an engine read to settle appends.
struct LogExcerpt {
  domain::Position head{};                      // of the log; {0, 0}: there is no log
  std::uint32_t first = 1;                      // the seq of the first of `entries`: the lowest `expected`, or 1 for a new session
  std::vector<domain::EncodedEntry> entries{};  // adjacent. After `expected` up to a conflict_tail, which has room for a whole append
};

/// An append whose expected position is the head, and whose entries are not in the log.
enum class AtHead : std::uint8_t {
  is_open,    // MongoDB: all earlier appends of its session are settled, so the engine may still write it
  conflicts,  // embedded: its turn has passed, and a later append moved the head there. To write it now would break the order of calls
};

/// The entries after `expected` in the excerpt. Nothing: this history does not have that position, or the excerpt does not show it.
[[nodiscard]] std::optional<std::span<const domain::EncodedEntry>> entries_after(const domain::Position& expected, const LogExcerpt& log);

/// The outcome of an append that has at least one entry: `committed` if the log holds its entries directly after the expected
/// position, else `conflict`. Nothing: the append is open. Error log_corrupt: its entries are there, but the last one is damaged.
[[nodiscard]] Result<std::optional<AppendOutcome>> settlement_of(const Append& append, const LogExcerpt& log, AtHead at_head);

}  // namespace parley::store
