// The first entry of every log. `created` carries the whole directory row, so that a directory can be rebuilt from the logs.
//
// The row's secret is in the body; the rest of the row is in the core. Cores are never erased, and clients receive them (`core: true`).
// With the secret in a core, a reader could guess an erased clientMessageId from its key. Erasing this body also erases the secret.
#pragma once

#include "base/result.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"

namespace parley::domain {

/// Draws a session number from 2^40 values, never 0. The store checks whether the number is free.
[[nodiscard]] SessionNumber draw_session_number(Entropy& entropy);
/// `row` is the state at creation. The sender of the entry is the creator, with the creator's role.
[[nodiscard]] Draft created_draft(const SessionRow& row, const Participant& creator);
/// The row in entry 1. Its secret is zero if the body was erased. Error log_corrupt if the entry carries no row.
[[nodiscard]] Result<SessionRow> read_created_row(const Entry& entry);

}  // namespace parley::domain
