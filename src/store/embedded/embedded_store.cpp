// Connects the parts. The directory and the signalling record are read here.
#include "store/embedded/embedded_store.hpp"

#include <rocksdb/file_system.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "domain/created.hpp"
#include "domain/error_code.hpp"
#include "store/common/reader_pool.hpp"
#include "store/common/store_state.hpp"
#include "store/embedded/committer.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/key_index.hpp"
#include "store/embedded/log_reader.hpp"
#include "store/embedded/log_view.hpp"
#include "store/embedded/revocation_table.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

using domain::SessionRow;

namespace {

Error open_without_row(const SessionId& session) {
  return {ErrorCode::log_corrupt, "The directory is damaged", "Session " + session.to_string() + " is open but has no row"};
}

}  // namespace

// In the order of construction: the threads must end before the objects that they use are destroyed.
struct EmbeddedStore::Parts {
  Parts(const EmbeddedConfig& config, const EmbeddedDependencies& dependencies) : clock(dependencies.clock), state(dependencies.logs) {
    keys = std::make_unique<KeyIndex>(limits::keys_in_memory_max);
    directory = config.directory;
  }

  const Clock& clock;
  StoreState state;
  std::string directory;
  std::unique_ptr<KeyIndex> keys;
  std::unique_ptr<Database> database;
  std::unique_ptr<ReaderPool> readers;
  std::unique_ptr<Committer> committer;
  std::atomic<bool> stopped = false;

  [[nodiscard]] Result<std::optional<SessionRow>> row_of(LogView& view, const SessionId& session);
};

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(const EmbeddedConfig& config, EmbeddedDependencies dependencies) {
  if (config.reader_threads < 1 || config.reader_threads > limits::reader_threads_max)
    return refuse(ErrorCode::store_failed, "The store needs 1 to " + std::to_string(limits::reader_threads_max) + " reader threads");
  auto files = dependencies.file_system ? dependencies.file_system : rocksdb::FileSystem::Default();
  auto parts = std::make_unique<Parts>(config, dependencies);
  auto database = Database::open(config, {files, dependencies.clock, parts->state, dependencies.logs});
  if (!database) return std::unexpected(database.error());
  parts->database = *std::move(database);
  const auto make_reader = [parts = parts.get()] {
    return std::make_unique<EmbeddedLogReader>(*parts->database, parts->state, *parts->keys);
  };
  parts->readers = std::make_unique<ReaderPool>(make_reader, config.reader_threads);
  parts->committer = std::make_unique<Committer>(Committer::Dependencies{*parts->database, parts->state, *parts->keys, dependencies.clock,
                                                                         config.directory, config.free_bytes_min, dependencies.syncing});
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(std::move(parts)));
}

EmbeddedStore::EmbeddedStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

EmbeddedStore::~EmbeddedStore() {
  stop();
}

void EmbeddedStore::stop() {
  if (parts_->stopped.exchange(true)) return;
  parts_->committer->stop();
  parts_->readers->stop();
  parts_->database.reset();
}

void EmbeddedStore::attach(EventLoop& loop, CommitListener& listener) {
  parts_->committer->attach(loop, listener);
}

void EmbeddedStore::append(EventLoop& loop, Append append) {
  parts_->committer->append(loop, std::move(append));
}

Result<void> EmbeddedStore::read(ReadJob job) {
  return parts_->readers->run(std::move(job));
}

void EmbeddedStore::remember_user(const domain::User& user) {
  parts_->committer->remember(user);
}

void EmbeddedStore::record(SignallingMessage message) {
  parts_->committer->record(std::move(message));
}

void EmbeddedStore::revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) {
  parts_->committer->revoke(loop, revocation, std::move(done));
}

Result<std::vector<domain::Revocation>> EmbeddedStore::all_revocations() {
  PARLEY_ASSERT(parts_->database);  // reads end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::snapshot);
  return read_revocations(view);
}

void EmbeddedStore::note_clock(ClockLook look) {
  parts_->committer->note_clock(look);
}

Result<std::optional<ClockLook>> EmbeddedStore::last_clock_look() {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::latest);
  return read_clock_look(view);
}

StoreHealth EmbeddedStore::health() const {
  StoreHealth health = parts_->state.health();
  health.queued_entries = parts_->committer->waiting_entries();
  health.queued_reads = parts_->readers->waiting();
  if (parts_->stopped && health.writable) {
    health.writable = false;
    health.final = true;
    health.reason = "The store is stopped";
  }
  return health;
}

Result<std::optional<SessionRow>> EmbeddedStore::Parts::row_of(LogView& view, const SessionId& session) {
  const auto value = view.value(Family::directory, session.text());
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<SessionRow>{};
  auto row = domain::decode_session_row(**value);
  if (!row)
    return refuse(ErrorCode::log_corrupt, "The log of this session is damaged",
                  "Session " + session.to_string() + ", directory row: " + row.error().detail);
  return row;
}

Result<std::optional<SessionRow>> EmbeddedStore::find_session(const SessionId& session) {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::latest);
  return parts_->row_of(view, session);
}

// No index from number to id exists. The first entry holds the session id; the directory holds the present row of that session.
Result<std::optional<SessionRow>> EmbeddedStore::find_session(SessionNumber number) {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::snapshot);
  const auto first = view.entry(number, 1);
  if (!first) {
    if (first.error().code == ErrorCode::not_found) return std::optional<SessionRow>{};
    return std::unexpected(first.error());
  }
  const auto entry = domain::decode_entry(*first);
  if (!entry) return std::unexpected(parts_->state.note_damage(number, 1, entry.error().detail));
  const auto created = domain::read_created_row(*entry);
  if (!created) return std::unexpected(parts_->state.note_damage(number, 1, created.error().detail));
  return parts_->row_of(view, created->id);
}

Result<std::optional<SessionId>> EmbeddedStore::find_open_session(const UserId& doctor, const UserId& patient) {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::latest);
  std::optional<Result<SessionId>> found;
  const auto read = view.each(Family::open_sessions, pair_prefix(doctor, patient), [&](BytesView key, BytesView) {
    found = session_at_end_of(key);
    return LogView::Walk::stop;
  });
  if (!read) return std::unexpected(read.error());
  if (!found) return std::optional<SessionId>{};
  return *std::move(found);
}

Result<OpenSessionsOfUser> EmbeddedStore::open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                           std::size_t count) {
  PARLEY_ASSERT(parts_->database && count > 0);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::snapshot);
  const Bytes from = after ? user_session_key(user, after->created_at, after->session) : Bytes();
  std::vector<Result<SessionId>> ids;
  bool more = false;
  const auto read = view.each_after(Family::open_sessions, user_prefix(user), from, [&](BytesView key, BytesView) {
    more = ids.size() == count;
    if (more) return LogView::Walk::stop;
    ids.push_back(session_at_end_of(key));
    return LogView::Walk::next;
  });
  if (!read) return std::unexpected(read.error());
  OpenSessionsOfUser page;
  for (const Result<SessionId>& id : ids) {
    if (!id) return std::unexpected(id.error());
    auto row = parts_->row_of(view, *id);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(open_without_row(*id));
    page.sessions.push_back(**std::move(row));
  }
  if (more) page.next = SessionPlace{page.sessions.back().created_at, page.sessions.back().id};
  return page;
}

// Every open session has exactly one pair key, so these keys list all open sessions. The row holds the time of creation.
Result<OpenSessions> EmbeddedStore::open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) {
  PARLEY_ASSERT(parts_->database && count > 0);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::snapshot);
  OpenSessions page;
  std::vector<Result<SessionId>> ids;
  Bytes last;
  const auto read = view.each_after(Family::open_sessions, pairs_prefix(), after, [&](BytesView key, BytesView) {
    if (ids.size() == count) {  // one more key exists, so there is a next page
      page.next = last;
      return LogView::Walk::stop;
    }
    ids.push_back(session_at_end_of(key));
    last = Bytes(key);
    return LogView::Walk::next;
  });
  if (!read) return std::unexpected(read.error());
  for (const Result<SessionId>& id : ids) {
    auto row = id ? parts_->row_of(view, *id) : std::unexpected(id.error());
    if (row && *row) {
      if ((*row)->created_at < created_before) page.sessions.push_back(**std::move(row));
    } else if (row || row.error().code == ErrorCode::log_corrupt) {
      page.damaged.push_back(row ? open_without_row(*id) : std::move(row.error()));
    } else {
      return std::unexpected(std::move(row.error()));
    }
  }
  return page;
}

Result<std::optional<domain::EntryAddress>> EmbeddedStore::find_message(const ObjectId&) {
  return std::optional<domain::EntryAddress>{};
}

Result<std::optional<domain::User>> EmbeddedStore::find_user(const UserId& user) {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::latest);
  const auto value = view.value(Family::users, user.text());
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<domain::User>{};
  auto row = decode_user(user, **value);
  if (!row) return refuse(ErrorCode::log_corrupt, "The directory is damaged", "User " + user.to_string() + ": " + row.error().detail);
  return *std::move(row);
}

Result<SignallingPage> EmbeddedStore::newest(SessionNumber session, const SessionId& session_id, const SignallingRange& range) {
  PARLEY_ASSERT(parts_->database);  // reads run in read jobs only, and those end before the files are closed
  LogView view(*parts_->database, parts_->state, LogView::Moment::latest);
  const Timestamp oldest = parts_->clock.now() - limits::signalling_kept;
  const Bytes from = range.after ? signalling_key(session, range.after->time, range.after->id) : Bytes();
  SignallingPage page;
  std::size_t bytes = 0;
  std::optional<Error> damage;
  const auto read = view.each_after(Family::signalling, session_prefix(session), from, [&](BytesView key, BytesView value) {
    if (time_of_signalling(key) < oldest) return LogView::Walk::stop;
    page.more = page.messages.size() >= range.limit || bytes >= range.bytes_max;
    if (page.more) return LogView::Walk::stop;
    auto message = decode_signalling(session, key, value);
    if (!message) damage = message.error();
    if (damage) return LogView::Walk::stop;
    bytes += message->payload_json.size();
    message->session_id = session_id;
    page.messages.push_back(*std::move(message));
    return LogView::Walk::next;
  });
  if (!read) return std::unexpected(read.error());
  if (damage) return std::unexpected(*damage);
  return page;
}

}  // namespace parley::store::embedded
