#include "store/embedded/committer.hpp"

#include <pthread.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.hpp"
#include "base/idle_memory.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

Committer::Committer(Dependencies deps)
    : deps_(std::move(deps)),
      heads_(limits::heads_cached_max, limits::keys_in_memory_max),
      revoked_(deps_.database, deps_.state, deps_.clock),
      synced_file_at_(deps_.clock.steady_now()),
      rest_(std::make_shared<CommitRest>(deps_.clock)),
      ports_(deps_.state),
      thread_([this] { run(); }) {}

Committer::~Committer() {
  stop();
}

void Committer::attach(EventLoop& loop, CommitListener& listener) {
  ports_.attach(loop, listener);
}

void Committer::append(EventLoop& loop, Append append) {
  ports_.accept(loop, std::move(append), [this](PreparedAppend& prepared) { return enqueue(prepared); });
}

std::optional<Error> Committer::enqueue(PreparedAppend& prepared) {
  const std::size_t entries = prepared.entry_count;
  const std::size_t bytes = prepared.bytes;
  bool is_first = false;
  rest_->note_append(*prepared.port->loop);  // first, so that no rest ends for want of busy loops when the append has just come
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::store_failed, "The store is stopped", {}};
    const std::size_t waiting = waiting_entries_;
    if (waiting + entries > limits::commit_queue_entries_max || waiting_bytes_ + bytes > limits::commit_queue_bytes_max) {
      const auto batches = static_cast<std::int64_t>(waiting / limits::commit_batch_entries_max + 1);
      return Error{ErrorCode::overloaded, "The server is overloaded", {}, deps_.state.commit_ms() * batches};
    }
    is_first = queue_.empty();
    queue_.push_back(std::move(prepared));
    waiting_entries_ += entries;
    waiting_bytes_ += bytes;
  }
  if (is_first) changed_.notify_one();
  return std::nullopt;
}

void Committer::remember(const domain::User& user) {
  if (!deps_.state.has_room()) return deps_.state.note_user_dropped();
  const std::size_t row = std::hash<std::string>{}(encode_user(user));
  const std::size_t id = std::hash<UserId>{}(user.id);
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (const auto seen = users_seen_.find(id); seen != users_seen_.end() && seen->second == row) return;
    if (users_.size() >= limits::users_queue_max) return deps_.state.note_user_dropped();
    if (users_seen_.size() >= limits::users_cached_max) users_seen_.clear();
    users_seen_[id] = row;
    is_first = users_.empty() && signalling_.empty();
    users_.push_back(user);
  }
  if (is_first) changed_.notify_one();
}

void Committer::record(SignallingMessage message) {
  if (!deps_.state.has_room()) return deps_.state.note_signalling_dropped();
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    const bool is_full = signalling_.size() >= limits::signalling_queue_max ||
                         signalling_bytes_ + message.payload_json.size() > limits::signalling_queue_bytes_max;
    if (stopping_ || is_full) return deps_.state.note_signalling_dropped();
    is_first = users_.empty() && signalling_.empty();
    signalling_bytes_ += message.payload_json.size();
    signalling_.push_back(std::move(message));
  }
  if (is_first) changed_.notify_one();
}

void Committer::note_clock(ClockLook look) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    clock_look_ = look;
  }
  changed_.notify_one();
}

void Committer::revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) {
  Result<void> accepted;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_)
      accepted = parley::refuse(ErrorCode::store_failed, "The store is stopped");
    else if (revocations_.size() >= limits::revocations_queue_max)
      accepted = std::unexpected(Error{ErrorCode::overloaded, "The server is overloaded", {}, deps_.state.commit_ms()});
    else
      revocations_.push_back({&loop, revocation, std::move(done), {}});
  }
  if (accepted) return changed_.notify_one();
  loop.post([done = std::move(done), refused = std::move(accepted)]() mutable { done(std::move(refused)); });
}

void Committer::run() {
  pthread_setname_np(pthread_self(), "store-commit");  // the name shown by tools that list threads
  look();
  while (wait_for_work()) commit_once();
  sync_synced_file();
}

// Returns true if there is something to write. Rows alone wait a little, so that they can join an append.
// Without work the thread keeps SYNCED fresh and notices changes on the disk even if no client writes.
bool Committer::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto has_appends = [this] { return !queue_.empty() || !backlog_.empty() || !revocations_.empty(); };
  const auto has_rows = [this] { return !users_.empty() || !signalling_.empty() || clock_look_; };
  for (;;) {
    if (has_appends()) {
      lock.unlock();
      rest();
      return true;
    }
    if (stopping_) return has_rows();
    if (has_rows()) {
      changed_.wait_for(lock, limits::rows_delay, [&] { return stopping_ || has_appends(); });
      return true;
    }
    const auto woken = [&] { return stopping_ || has_appends() || has_rows(); };
    if (changed_.wait_for(lock, limits::store_look_interval, woken)) continue;
    lock.unlock();
    look();
    sync_synced_file();
    return_idle_memory();
    lock.lock();
  }
}

void Committer::rest() {
  const SteadyTime began = deps_.clock.steady_now();
  const CommitCause cause = rest_->wait(times_after_batch(commit_began_, last_entries_));
  deps_.state.note_rest(cause, deps_.clock.steady_now() - began);
}

void Committer::commit_once() {
  commit_began_ = deps_.clock.steady_now();
  look_before_commit();
  {
    const std::lock_guard lock(mutex_);
    if (backlog_.empty()) {
      backlog_.swap(queue_);
    } else {
      std::ranges::move(queue_, std::back_inserter(backlog_));
      queue_.clear();
    }
  }
  CommitBatch batch({deps_.database, deps_.state, deps_.keys, heads_, deps_.clock, deps_.syncing},
                    deps_.state.has_room() ? CommitBatch::FreeSpace::enough : CommitBatch::FreeSpace::too_little);
  add_backlog(batch);
  add_rows(batch);
  add_clock_look(batch);
  auto revocations = add_revocations(batch);
  batch.write();
  last_entries_ = batch.entries();
  publish(batch);
  publish(std::move(revocations), batch.revoked());
  heads_.trim();
  sync_synced_file_when_due();
}

void Committer::add_backlog(CommitBatch& batch) {
  auto next = backlog_.begin();
  for (; next != backlog_.end() && batch.admits(*next); ++next) batch.add(std::move(*next));
  backlog_.erase(backlog_.begin(), next);
  if (backlog_.empty() && backlog_.capacity() > limits::commit_batch_entries_max)
    std::vector<PreparedAppend>().swap(backlog_);  // the memory of a burst
}

void Committer::look() {
  look_at_room();
  look_at_files(Files::all);
}

void Committer::look_at_files(Files which) {
  if (deps_.state.failed()) return;
  const Database& database = deps_.database;
  if (which == Files::all) {
    looked_at_files_ = deps_.clock.steady_now();
    const Database::Memory memory = database.memory();
    deps_.state.note_memory(memory.cache_bytes, memory.write_buffer_bytes);
  }
  const auto in_place =
      which == Files::all ? database.are_files_in_place(deps_.directory) : database.is_synced_file_in_place(deps_.directory);
  if (!in_place) deps_.state.fail(in_place.error().message);
}

// If a single file is missing, the next start reports it, because SYNCED counts the commits in that file. A start stays
// silent only if SYNCED or the folder was replaced. So those two are checked before each commit, and all files now and then.
void Committer::look_before_commit() {
  look_at_room();
  const bool all_are_due = deps_.clock.steady_now() >= looked_at_files_ + limits::store_look_interval;
  look_at_files(all_are_due ? Files::all : Files::synced_file);
}

void Committer::look_at_room() {
  std::uint64_t free_bytes = 0;
  const auto asked = deps_.database.files().GetFreeSpace(deps_.directory, rocksdb::IOOptions(), &free_bytes, nullptr);
  if (!asked.ok()) return;  // a file system that gives no answer does not count as full; a real ENOSPC fails the store for good
  deps_.state.note_room(free_bytes, free_bytes >= deps_.free_bytes_min);
}

void Committer::drop_rows() {
  std::size_t users = 0;
  std::size_t signalling = 0;
  {
    const std::lock_guard lock(mutex_);
    users = users_.size();
    signalling = signalling_.size();
    if (users > 0) users_seen_.clear();  // so that the next token of a user queues the row again
    users_.clear();
    signalling_.clear();
    signalling_bytes_ = 0;
  }
  for (; users > 0; --users) deps_.state.note_user_dropped();
  for (; signalling > 0; --signalling) deps_.state.note_signalling_dropped();
}

void Committer::add_rows(CommitBatch& batch) {
  if (!deps_.state.has_room()) return drop_rows();
  std::deque<domain::User> users;
  std::deque<SignallingMessage> signalling;
  {
    const std::lock_guard lock(mutex_);
    for (; !users_.empty() && users.size() < limits::rows_per_commit_max / 2; users_.pop_front())
      users.push_back(std::move(users_.front()));
    // A text waits for the sync of everything written with it, so each commit takes only a few large payloads.
    std::size_t bytes = 0;
    const auto has_room = [&] {
      return users.size() + signalling.size() < limits::rows_per_commit_max && bytes < limits::signalling_bytes_per_commit_max;
    };
    for (; !signalling_.empty() && has_room(); signalling_.pop_front()) {
      bytes += signalling_.front().payload_json.size();
      signalling.push_back(std::move(signalling_.front()));
    }
    signalling_bytes_ -= bytes;
  }
  for (const domain::User& user : users) batch.add(user);
  for (const SignallingMessage& message : signalling) batch.add(message);
}

void Committer::add_clock_look(CommitBatch& batch) {
  std::optional<ClockLook> look;
  {
    const std::lock_guard lock(mutex_);
    look = std::exchange(clock_look_, std::nullopt);
  }
  if (look) batch.add(*look);
}

std::vector<Committer::WaitingRevocation> Committer::add_revocations(CommitBatch& batch) {
  std::vector<WaitingRevocation> revocations;
  {
    const std::lock_guard lock(mutex_);
    revocations.swap(revocations_);
  }
  for (WaitingRevocation& waiting : revocations) waiting.put = revoked_.put(batch, waiting.revocation);
  return revocations;
}

void Committer::publish(std::vector<WaitingRevocation> revocations, const Result<void>& written) {
  for (WaitingRevocation& waiting : revocations) {
    waiting.loop->post(
        [done = std::move(waiting.done), result = waiting.put ? written : waiting.put]() mutable { done(std::move(result)); });
  }
}

void Committer::publish(CommitBatch& batch) {
  // Reduce the counts before the outcomes are published: a loop that sends again after its outcome must find that space.
  waiting_entries_ -= batch.entries();
  waiting_bytes_ -= batch.bytes();
  LoopPorts::publish(batch.settled());
}

void Committer::sync_synced_file() {
  if (auto synced = deps_.database.synced_file().sync(); !synced) deps_.state.fail(synced.error().message);
}

void Committer::sync_synced_file_when_due() {
  const SteadyTime now = deps_.clock.steady_now();
  if (now - synced_file_at_ < limits::synced_file_interval) return;
  synced_file_at_ = now;
  sync_synced_file();
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  rest_->stop();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace parley::store::embedded
