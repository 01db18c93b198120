// What a session in memory does not know of its log yet.
#pragma once

#include <variant>
#include <vector>

#include "domain/chain.hpp"
#include "service/load.hpp"

namespace parley::service {

/// The entries after those known, oldest first, a store::conflict_tail at most. Or the whole session anew: the log does not
/// hold what is known.
using News = std::variant<std::vector<domain::EncodedEntry>, LoadedSession>;

/// `known`: the head of the session in memory. On a reader thread. Errors: as load_session.
[[nodiscard]] Result<News> read_news(const domain::SessionRow& row, const domain::Position& known, store::LogReader& reader,
                                     const Context& context);

}  // namespace parley::service
