// Reads the part of the log that a session in memory does not have yet.
#pragma once

#include <variant>
#include <vector>

#include "domain/chain.hpp"
#include "service/session/load.hpp"

namespace parley::service {

/// The entries after the known position, oldest first, at most a store::conflict_tail. Or the whole session again, when the log does not
/// contain the known position.
using News = std::variant<std::vector<domain::EncodedEntry>, LoadedSession>;

/// `known`: the head of the session in memory. Runs on a reader thread. Errors: those of load_session.
[[nodiscard]] Result<News> read_news(const domain::SessionRow& row, const domain::Position& known, store::LogReader& reader,
                                     const Context& context);

}  // namespace parley::service
