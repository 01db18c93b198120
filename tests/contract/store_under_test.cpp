#include "contract/store_under_test.hpp"

#include <utility>

namespace parley::test {

std::uint64_t StoreContract::send(store::Append append) {
  append.token = next_token_++;
  const std::uint64_t token = append.token;
  store->log().append(loop, std::move(append));
  return token;
}

store::AppendOutcome StoreContract::outcome_of(std::uint64_t token) {
  EXPECT_TRUE(store->run_until(loop, [&] { return outcomes.of(token) != nullptr; })) << "no outcome for append " << token;
  const store::AppendOutcome* outcome = outcomes.of(token);
  return outcome ? *outcome : store::AppendOutcome{};
}

void StoreContract::commit(store::Append append) {
  const domain::EncodedEntry last = append.entries.back();
  const store::AppendOutcome outcome = StoreContract::append(std::move(append));
  ASSERT_EQ(outcome.status, store::AppendStatus::committed) << (outcome.error ? outcome.error->message + outcome.error->detail : "");
  EXPECT_EQ(outcome.head.seq, last.seq);
}

void StoreContract::commit_session(LogScript& script, std::size_t texts) {
  commit(script.create());
  commit(script.start());
  for (std::size_t done = 0; done < texts;) {
    const std::size_t count = std::min<std::size_t>(texts - done, 64);
    commit(script.texts(count));
    done += count;
  }
}

Result<StoreContract::Entries> StoreContract::range(SessionNumber session, std::uint32_t first, store::Portion most) {
  return read<Result<Entries>>([=](store::LogReader& reader) { return reader.range(session, first, most); });
}
Result<std::optional<domain::EncodedEntry>> StoreContract::last(SessionNumber session) {
  return read<Result<std::optional<domain::EncodedEntry>>>([=](store::LogReader& reader) { return reader.last(session); });
}
Result<domain::EncodedEntry> StoreContract::entry(SessionNumber session, std::uint32_t seq) {
  return read<Result<domain::EncodedEntry>>([=](store::LogReader& reader) { return reader.entry(session, seq); });
}
Result<std::optional<std::uint32_t>> StoreContract::find_key(SessionNumber session, const Key16& key) {
  return read<Result<std::optional<std::uint32_t>>>([=](store::LogReader& reader) { return reader.find_key(session, key); });
}
Result<std::vector<std::uint32_t>> StoreContract::deleted(SessionNumber session) {
  return read<Result<std::vector<std::uint32_t>>>([=](store::LogReader& reader) { return reader.deleted(session); });
}
Result<std::optional<domain::SessionRow>> StoreContract::find_session(const SessionId& session) {
  return read<Result<std::optional<domain::SessionRow>>>([=, this](store::LogReader&) { return store->directory().find_session(session); });
}
Result<std::optional<domain::SessionRow>> StoreContract::find_session(SessionNumber session) {
  return read<Result<std::optional<domain::SessionRow>>>([=, this](store::LogReader&) { return store->directory().find_session(session); });
}
Result<std::optional<SessionId>> StoreContract::find_open(std::uint32_t doctor, std::uint32_t patient) {
  return read<Result<std::optional<SessionId>>>(
      [=, this](store::LogReader&) { return store->directory().find_open_session(user_id(doctor), user_id(patient)); });
}
Result<std::vector<domain::SessionRow>> StoreContract::open_sessions_of(std::uint32_t user, std::size_t count) {
  std::vector<domain::SessionRow> rows;
  std::optional<store::SessionPlace> after;
  do {
    auto page = read<Result<store::OpenSessionsOfUser>>(
        [=, this](store::LogReader&) { return store->directory().open_sessions_of(user_id(user), after, count); });
    if (!page) return std::unexpected(page.error());
    EXPECT_LE(page->sessions.size(), count);
    std::ranges::move(page->sessions, std::back_inserter(rows));
    after = page->next;
  } while (after);
  return rows;
}
Result<store::OpenSessions> StoreContract::open_before(Timestamp created_before, const Bytes& after, std::size_t count) {
  return read<Result<store::OpenSessions>>(
      [=, this](store::LogReader&) { return store->directory().open_sessions_before(created_before, after, count); });
}

Result<std::optional<domain::EntryAddress>> StoreContract::find_message(const ObjectId& message) {
  return read<Result<std::optional<domain::EntryAddress>>>(
      [=, this](store::LogReader&) { return store->directory().find_message(message); });
}
Result<std::optional<domain::User>> StoreContract::find_user(std::uint32_t user) {
  return read<Result<std::optional<domain::User>>>([=, this](store::LogReader&) { return store->directory().find_user(user_id(user)); });
}
Result<store::SignallingPage> StoreContract::newest(SessionNumber session, store::SignallingRange range) {
  return read<Result<store::SignallingPage>>(
      [=, this](store::LogReader&) { return store->signalling().newest(session, LogScript(session.value).row().id, range); });
}
Result<std::vector<store::SignallingMessage>> StoreContract::newest(SessionNumber session, std::size_t limit) {
  auto page = newest(session, store::SignallingRange{.limit = limit});
  if (!page) return std::unexpected(page.error());
  return std::move(page->messages);
}

}  // namespace parley::test
