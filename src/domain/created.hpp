// The first entry of every log: `created` carries the whole directory row, so that a directory can be made again from the logs.
//
// The row's secret travels in the body, the rest in the core. Cores are never erased and leave the server (exports, `core: true`); with
// the secret in them, an erased clientMessageId could be guessed from its key. Erasing the body of entry 1 erases the secret too.
#pragma once

#include "base/result.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"

namespace parley::domain {

/// A number for a session, of 2^40 and never 0; whether it is free, the store says.
[[nodiscard]] SessionNumber draw_session_number(Entropy& entropy);
/// `row` as it is when the session is created; its creator and their role are the sender.
[[nodiscard]] Draft created_draft(const SessionRow& row, const Participant& creator);
/// The row that entry 1 carries; its secret is zero when the body was erased. Error log_corrupt: it carries none.
[[nodiscard]] Result<SessionRow> read_created_row(const Entry& entry);

}  // namespace parley::domain
