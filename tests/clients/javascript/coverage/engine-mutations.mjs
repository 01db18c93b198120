// Small mistakes that somebody might make in the sequencer, the committers, the settlement of appends, the mirror, the adoption and the lanes.
// `tests` are the test programs of which one must notice. `find` is in `file` (below src) exactly once.
const mutation = (tests, what, file, find, replace) => ({ tests, what, file, find, replace });

const SEQUENCER = ['unit_service'];
const sequencer = [
  mutation(SEQUENCER, 'a failed append leaves the later ones in flight', 'service/session/sequencer.cpp', 'for (Slot& slot : slots_.items().subspan(index)) {\n    if (slot.state != State::in_flight) continue;', 'for (Slot& slot : slots_.items().subspan(index, 1)) {\n    if (slot.state != State::in_flight) continue;'),
  mutation(SEQUENCER, 'a failed append rolls nothing back', 'service/session/sequencer.cpp', '  due_.push_back({Action::Kind::roll_back, index});\n  decide_again_from(index + 1);', '  decide_again_from(index + 1);'),
  mutation(SEQUENCER, 'a failed append leaves later decisions as they are', 'service/session/sequencer.cpp', '  decide_again_from(index + 1);', ''),
  mutation(SEQUENCER, 'an unknown outcome raises no doubt', 'service/session/sequencer.cpp', '      fail_appends_from(settled.index, *settled.error);\n      doubt();', '      fail_appends_from(settled.index, *settled.error);'),
  mutation(SEQUENCER, 'a conflict is tried for ever', 'service/session/sequencer.cpp', '++slot.conflicts > limits::append_conflicts_max', 'false'),
  mutation(SEQUENCER, 'one conflict less is allowed', 'service/session/sequencer.cpp', '++slot.conflicts > limits::append_conflicts_max', '++slot.conflicts >= limits::append_conflicts_max'),
  mutation(SEQUENCER, 'a deletion leaves the text in memory', 'service/memory/entry_tails.cpp', 'entry.core.kind != domain::EntryKind::deleted && ', ''),
  mutation(SEQUENCER, 'memory believes every position', 'service/memory/entry_tail.cpp', 'Position::at(place.seq, digest_at(place.seq)).proof == *place.proof', 'true'),
  mutation(SEQUENCER, 'memory answers where others write the log too', 'service/session/session_shard.cpp', '  if (context_.deps.store.directory().foreign_writes().noticed != store::ForeignWrites::Noticed::never) return;\n', ''),
  mutation(SEQUENCER, 'memory does not grow with the log', 'service/memory/entry_tails.cpp', '  kept->tail.push(*view);\n', ''),
  mutation(SEQUENCER, 'a conflict decides only the steps after it again', 'service/session/sequencer.cpp', 'decide_again_from(settled.index);', 'decide_again_from(settled.index + 1);'),
  mutation(SEQUENCER, 'a tail is taken while an append is in flight', 'service/session/sequencer.cpp', 'settled.index == 0 && settled.has_tail', 'settled.has_tail'),
  mutation(SEQUENCER, 'a tail that does not reach the end is enough', 'service/session/sequencer.cpp', 'if (taken.up == TailTaken::Up::not_to_the_end) doubt();', ''),
  mutation(SEQUENCER, 'the log is read while an append is in flight', 'service/session/sequencer.cpp', 'if (!nothing_in_flight()) return std::nullopt;', ''),
  mutation(SEQUENCER, 'growth of the log waits for a step', 'service/session/sequencer.cpp', 'if (knowledge_ == Knowledge::behind || (knowledge_ == Knowledge::doubtful && somebody_waits))', 'if (knowledge_ != Knowledge::whole && somebody_waits)'),
  mutation(SEQUENCER, 'a doubt is forgotten', 'service/session/sequencer.cpp', '(knowledge_ == Knowledge::doubtful && somebody_waits)', 'false'),
  mutation(SEQUENCER, 'a failed read of growth is not repeated', 'service/session/sequencer.cpp', 'if (has_grown && ended.error->code != ErrorCode::log_corrupt) due_.push_back({Action::Kind::retry_news});', ''),
  mutation(SEQUENCER, 'a damaged log is read for ever', 'service/session/sequencer.cpp', 'has_grown && ended.error->code != ErrorCode::log_corrupt', 'has_grown'),
  mutation(SEQUENCER, 'after a failed read the waiting steps are decided', 'service/session/sequencer.cpp', '    slot.state = State::failed;\n    slot.error = std::make_unique<Error>(*ended.error);', ''),
  mutation(SEQUENCER, 'a read that ended at its bound does not go on', 'service/session/sequencer.cpp', 'if (ended.more == NewsEnded::More::yes) knowledge_ = Knowledge::behind;', ''),
  mutation(SEQUENCER, 'a read across a failure counts as fresh', 'service/session/sequencer.cpp', '      read_is_stale_ = true;', ''),
  mutation(SEQUENCER, 'two steps are decided at a time', 'service/session/sequencer.cpp', 'return busy_with_ != none || news_ != News::none;', 'return news_ != News::none;'),
  mutation(SEQUENCER, 'a step that waits for its turn is decided without end', 'service/session/sequencer.cpp', 'if (!somebody_waits || is_waiting_for_event_)', 'if (!somebody_waits)'),
  mutation(SEQUENCER, 'a failed read does not refuse its step', 'service/session/sequencer.cpp', 'if (ended.error) slot->error = std::make_unique<Error>(*std::move(ended.error));', ''),
  mutation(SEQUENCER, 'a committed step is decided again', 'service/session/sequencer.cpp', 'slot.state == State::failed || slot.state == State::committed', 'slot.state == State::failed'),
  mutation(SEQUENCER, 'the outlook keeps the row of a failed append', 'service/session/step_runner.cpp', '  head_ = session_.head;\n  row_ = session_.row;\n  for (', '  head_ = session_.head;\n  for ('),
  mutation(SEQUENCER, 'the outlook forgets the appends in flight', 'service/session/step_runner.cpp', '    head_ = works_[at]->head_after;', ''),
  mutation(SEQUENCER, 'keys of failed appends stay', 'service/session/step_runner.cpp', '  session_.keys.roll_back_to(head_.seq);', ''),
  mutation(SEQUENCER, 'the outcome of another append is taken', 'service/session/step_runner.cpp', ' || works_[index]->token != outcome.token', ''),
  mutation(SEQUENCER, 'a draining server appends', 'service/session/step_runner.cpp', 'if (shard_.context().draining)', 'if (false)'),
  mutation(SEQUENCER, 'a session takes one step more', 'service/session/step_runner.cpp', 'works_.size() >= limits::session_steps_max', 'works_.size() > limits::session_steps_max'),
  mutation(SEQUENCER, 'the bytes of answered steps count for ever', 'service/session/step_runner.cpp', '  bytes_ -= work->bytes;', ''),
  mutation(SEQUENCER, 'entries of other writers are taken without a look at the chain', 'service/session/step_runner.cpp', 'if (auto linked = domain::verify_link(session_.head, encoded); !linked) return linked;', ''),
  mutation(SEQUENCER, 'keys of other writers are not noted', 'service/session/step_runner.cpp', '    session_.keys.add(entry->core.key, entry->core.seq);', ''),
  mutation(SEQUENCER, 'the end of the log is noted while appends are in flight', 'service/session/step_runner.cpp', ' && sequencer_.nothing_in_flight()) catch_up', ') catch_up'),
];

const SETTLEMENT = ['unit_store', 'contract_store'];
const settlement = [
  mutation(SETTLEMENT, 'any entries of the same number are ours', 'store/common/settlement.cpp', ' &&\n         std::ranges::equal(stored.first(appended.size()), appended, {}, &EncodedEntry::core, &EncodedEntry::core)', ''),
  mutation(SETTLEMENT, 'a part of the entries is enough', 'store/common/settlement.cpp', 'stored.size() >= appended.size() &&', 'stored.size() < appended.size() ||'),
  mutation(SETTLEMENT, 'the proof of the position is not compared', 'store/common/settlement.cpp', 'if (!there || *there != expected) return std::nullopt;', 'if (!there) return std::nullopt;'),
  mutation(SETTLEMENT, 'the head of a repeat is its first entry', 'store/common/settlement.cpp', '(*after)[append.entries.size() - 1]', '(*after)[0]'),
  mutation(SETTLEMENT, 'an open append is a conflict', 'store/common/settlement.cpp', 'if (is_at_head && at_head == AtHead::is_open) return std::nullopt;', ''),
  mutation(SETTLEMENT, 'a late append is open', 'store/common/settlement.cpp', 'is_at_head && at_head == AtHead::is_open', 'is_at_head'),
  mutation(SETTLEMENT, 'a conflict has no tail', 'store/common/settlement.cpp', 'if (after) outcome.tail.assign(after->begin(), after->end());', ''),
  mutation(SETTLEMENT, 'the tail begins at the expected position', 'store/common/settlement.cpp', 'return entries.subspan(index + 1);', 'return entries.subspan(index);'),
];

const EMBEDDED = ['unit_store', 'contract_store'];
const embedded = [
  mutation(EMBEDDED, 'a commit is not synced', 'store/embedded/commit_batch.cpp', 'options.sync = entries_put_ + revocations_put_ > 0 &&', 'options.sync = false &&'),
  mutation(EMBEDDED, 'a revocation is not synced', 'store/embedded/commit_batch.cpp', 'options.sync = entries_put_ + revocations_put_ > 0', 'options.sync = entries_put_ > 0'),
  mutation(EMBEDDED, 'a rest ends while a loop may bring more', 'store/embedded/commit_rest.cpp', 'return is_stopped_ || busy_ == 0;', 'return true;'),
  mutation(EMBEDDED, 'a loop that fell idle counts as busy for ever', 'store/embedded/commit_rest.cpp', '  if (--busy_ > 0) return;\n', '  return;\n'),
  mutation(EMBEDDED, 'a rest has no latest time', 'store/embedded/commit_rest.cpp', '.latest = began + rest}', '.latest = began + limits::commit_rest_max}'),
  mutation(EMBEDDED, 'a failed write does not fail the store', 'store/embedded/commit_batch.cpp', '      deps_.state.fail("A write to the write-ahead log failed: " + status.ToString());\n', ''),
  mutation(EMBEDDED, 'a failed write is refused', 'store/embedded/commit_batch.cpp', '    settled.outcome.status = AppendStatus::unknown;', '    settled.outcome.status = AppendStatus::refused;'),
  mutation(EMBEDDED, 'a failed write names a head', 'store/embedded/commit_batch.cpp', '    settled.outcome.head = {};', ''),
  mutation(EMBEDDED, 'an id may belong to two sessions', 'store/embedded/commit_batch.cpp', 'if (*before && (*before)->number != row.number)', 'if (false)'),
  mutation(EMBEDDED, 'texts are stored below the mark of free space', 'store/embedded/commit_batch.cpp', 'free_space_ == FreeSpace::too_little && prepared.needs_room', 'false'),
  mutation(EMBEDDED, 'nothing is stored below the mark of free space', 'store/embedded/commit_batch.cpp', 'free_space_ == FreeSpace::too_little && prepared.needs_room', 'free_space_ == FreeSpace::too_little'),
  mutation(EMBEDDED, 'a damaged session takes entries', 'store/embedded/commit_batch.cpp', 'if (auto damage = deps_.state.damage_of(prepared.append.session)) return damage;', ''),
  mutation(EMBEDDED, 'the position is compared by seq alone', 'store/embedded/commit_batch.cpp', 'expected.seq == head.seq && (head.seq == 0 || expected.proof == head.proof)', 'expected.seq == head.seq'),
  mutation(EMBEDDED, 'a later entry may be erased', 'store/embedded/commit_batch.cpp', 'if (seq > append.expected.seq) return parley::refuse(ErrorCode::not_found', 'if (false) return parley::refuse(ErrorCode::not_found'),
  mutation(EMBEDDED, 'an erased text is not listed as deleted', 'store/embedded/commit_batch.cpp', '  embedded::put(*batch_, deps_.database.family(Family::deleted), key, {});', ''),
  mutation(EMBEDDED, 'ended sessions stay in the list of open ones', 'store/embedded/commit_batch.cpp', 'if (*before && (*before)->status != domain::SessionStatus::ended) delete_open_index(**before);', ''),
  mutation(EMBEDDED, 'an ended session is listed as open', 'store/embedded/commit_batch.cpp', 'if (row.status != domain::SessionStatus::ended) put_open_index(row);', 'put_open_index(row);'),
  mutation(EMBEDDED, 'the highest seq of a key counts', 'store/embedded/commit_batch.cpp', 'const bool is_first = !previous || *previous != key;', 'const bool is_first = true;'),
  mutation(EMBEDDED, 'keys from before the start are forgotten', 'store/embedded/commit_batch.cpp', 'if (*head.watermark < head.keys_after) {', 'if (false) {'),
  mutation(EMBEDDED, 'a batch is larger than its bound', 'store/embedded/commit_batch.cpp', 'if (bytes_ + prepared.bytes > limits::commit_batch_bytes_max) return false;', ''),
  mutation(EMBEDDED, 'the queue has no bound', 'store/embedded/committer.cpp', 'waiting + entries > limits::commit_queue_entries_max || waiting_bytes_ + bytes > limits::commit_queue_bytes_max', 'false'),
  mutation(EMBEDDED, 'a stopped store takes appends', 'store/embedded/committer.cpp', '    if (stopping_) return Error{ErrorCode::store_failed, "The store is stopped", {}};', ''),
  mutation(EMBEDDED, 'rows are written only with appends', 'store/embedded/committer.cpp', '    if (has_rows()) {\n      changed_.wait_for(lock, limits::rows_delay, [&] { return stopping_ || has_appends(); });\n      return true;\n    }', ''),
  mutation(EMBEDDED, 'free space is not looked at before a commit', 'store/embedded/committer.cpp', 'void Committer::look_before_commit() {\n  look_at_room();', 'void Committer::look_before_commit() {'),
  mutation(EMBEDDED, 'rows are stored below the mark of free space', 'store/embedded/committer.cpp', '  if (!deps_.state.has_room()) return drop_rows();', ''),
];

const LANES = ['unit_mongo', 'contract_store'];
const lanes = [
  mutation(LANES, 'the lanes have no bound', 'store/mongo/log/lanes.cpp', 'entries_ + entries > limits::commit_queue_entries_max || bytes_ + prepared.bytes > limits::commit_queue_bytes_max', 'false'),
  mutation(LANES, 'a stopped lane takes appends', 'store/mongo/log/lanes.cpp', 'if (stopping_) return Put::stopped;', ''),
  mutation(LANES, 'a deletion goes with others', 'store/mongo/log/lanes.cpp', 'if (alone || !follows || !has_room) break;', 'if (!follows || !has_room) break;'),
  mutation(LANES, 'appends that do not follow go together', 'store/mongo/log/lanes.cpp', 'if (alone || !follows || !has_room) break;', 'if (alone || !has_room) break;'),
  mutation(LANES, 'a document has no bound', 'store/mongo/log/lanes.cpp', 'if (alone || !follows || !has_room) break;', 'if (alone || !follows) break;'),
  mutation(LANES, 'two documents of a session are in flight', 'store/mongo/log/lanes.cpp', 'lane.waiting.empty() && !lane.busy', 'lane.waiting.empty()'),
  mutation(LANES, 'the rest of a group goes to the end of its lane', 'store/mongo/log/lanes.cpp', 'lane->second.waiting.insert(lane->second.waiting.begin(), ', 'lane->second.waiting.insert(lane->second.waiting.end(), '),
  mutation(LANES, 'only the first late append expires', 'store/mongo/log/lanes.cpp', '        waiting.clear();\n', '        waiting.clear();\n        static_cast<void>(0);\n        if (expired.size() > 1) expired.resize(1);\n'),
  mutation(LANES, 'an older head replaces a newer one', 'store/mongo/log/lanes.cpp', 'else if (known->seq < position.seq)', 'else'),
  mutation(LANES, 'space is not given back', 'store/mongo/log/lanes.cpp', 'for (std::size_t index = 0; index < count; ++index) give_back(group.appends[index].prepared);', ''),
];

const ADOPTION = ['unit_mongo', 'integration_mongo', 'contract_store'];
const adoption = [
  mutation(ADOPTION, 'an adopted session starts at its end', 'store/mongo/adoption/adoption_plan.cpp', 'if (starts_now)\n    planned_.insert(', 'if (starts_now)\n    planned_.insert(planned_.end(), {Kind::joined, session.started_at});\n  if (false)\n    planned_.insert('),
  mutation(ADOPTION, 'an end comes while messages are missing', 'store/mongo/adoption/adoption_plan.cpp', '(foreign.news.reopens ? reopens_now : !waits(said_end_))', 'true'),
  mutation(ADOPTION, 'a reopening comes while messages are missing', 'store/mongo/adoption/adoption_plan.cpp', 'foreign.news.reopens && !more', 'foreign.news.reopens'),
  mutation(ADOPTION, 'a document of the adoption has no bound in bytes', 'store/mongo/adoption/adoption_plan.cpp', ' && bytes < limits::mongo_document_bytes_max', ''),
  mutation(ADOPTION, 'a document of the adoption has no bound in entries', 'store/mongo/adoption/adoption_plan.cpp', 'batch.document.entries.size() < entries_max && ', ''),
  mutation(ADOPTION, 'a message of the future keeps its time in the log', 'store/mongo/adoption/adoption_plan.cpp', 'std::min(planned.time.value_or(head.timestamp), now)', 'planned.time.value_or(head.timestamp)'),
  mutation(ADOPTION, 'a reopening has the time of the end', 'store/mongo/adoption/adoption_plan.cpp', 'planned.kind == Kind::reopened ? now : ', ''),
  mutation(ADOPTION, 'an adopted message loses its id', 'store/mongo/adoption/adoption_plan.cpp', ', domain::adopted_id_extension(text.id)}', '}'),
  mutation(ADOPTION, 'an adopted message loses its time', 'store/mongo/adoption/adoption_plan.cpp', 'draft.extensions = {domain::original_time_extension(text.time), ', 'draft.extensions = {'),
  mutation(ADOPTION, 'an adopted session is not active', 'store/mongo/adoption/adoption_plan.cpp', '  row.status = SessionStatus::active;\n', ''),
  mutation(ADOPTION, 'the row of an adopted session is not written', 'store/mongo/adoption/adoption_plan.cpp', 'if (row != standing.row || standing.head.seq == 0) batch', 'if (row != standing.row) batch'),
  mutation(ADOPTION, 'many deletions at one time are applied', 'store/mongo/adoption/deletion_guard.cpp', 'if (all > limits::mongo_deletions_at_once) return Ruling::too_many_at_once;', ''),
  mutation(ADOPTION, 'a session may lose everything at once', 'store/mongo/adoption/deletion_guard.cpp', 'if (of_session > deletions_allowed(live_texts)) return Ruling::too_many_in_session;', ''),
  mutation(ADOPTION, 'deletions of all times count', 'store/mongo/adoption/deletion_guard.cpp', '    if (!is_at_one_time(each.at, deletion.at)) continue;\n', ''),
  mutation(ADOPTION, 'a deletion is ruled before its window is over', 'store/mongo/adoption/deletion_guard.cpp', ' && deletions_[ruled_].at + limits::mongo_deletions_window < seen; ++ruled_)', '; ++ruled_)'),
];

const MIRROR = ['unit_mongo', 'contract_store', 'integration_mongo'];
const mirror = [
  mutation(MIRROR, 'erased messages come back', 'store/mongo/mirror/mirror_writer.cpp', '  if (auto done = take_out_erased(client, projection); !done) return done;\n', ''),
  mutation(MIRROR, 'deleted messages stay', 'store/mongo/mirror/mirror_writer.cpp', '  if (!projection.removed.empty())\n    if (auto done = accept(client.remove(collection::chat, projection.removed), collection::chat); !done) return done;\n', ''),
  mutation(MIRROR, 'no audits are written', 'store/mongo/mirror/mirror_writer.cpp', 'if (projection.audits.empty()) return {};', 'return {};'),
  mutation(MIRROR, 'the state of a session is not mirrored', 'store/mongo/mirror/mirror_writer.cpp', '  if (auto done = update(collection::sessions, projection.changed_sessions); !done) return done;\n', ''),
  mutation(MIRROR, 'adopted messages get no seq', 'store/mongo/mirror/mirror_writer.cpp', '  if (auto done = update(collection::chat, projection.adopted); !done) return done;\n', ''),
  mutation(MIRROR, 'foreign writes are not noticed by the mirror', 'store/mongo/mirror/mirror_writer.cpp', '  if (auto done = find_foreign_writes(client, projection); !done) return done;\n', ''),
  mutation(MIRROR, 'one place is mirrored twice', 'store/mongo/mirror/mirror_writer.cpp', 'range_of("at", at + 1, up_to)', 'range_of("at", at, up_to)'),
  mutation(MIRROR, 'a damaged document stops the mirror', 'store/mongo/mirror/mirror_writer.cpp', 'if (projected.error().code != ErrorCode::log_corrupt) return std::unexpected(projected.error());', 'return std::unexpected(projected.error());'),
];

const COMMITTER = ['contract_store', 'unit_mongo', 'integration_mongo'];
const committer = [
  mutation(COMMITTER, 'a standalone erases without a mark', 'store/mongo/log/commit_round.cpp', '  document.boolean(pending_field, true);\n', ''),
  mutation(COMMITTER, 'a write without an answer is no doubt', 'store/mongo/log/commit_round.cpp', '    group.in_doubt = true;\n', ''),
  mutation(COMMITTER, 'a later entry may be erased', 'store/mongo/log/commit_round.cpp', 'if (seq > append.expected.seq) return refuse(group', 'if (false) return refuse(group'),
  mutation(COMMITTER, 'the id of another session is taken over', 'store/mongo/log/commit_round.cpp', 'if (number == static_cast<std::int64_t>(row.number.value)) return std::nullopt;', 'if (number) return std::nullopt;'),
  mutation(COMMITTER, 'a doubtful append expires as refused', 'store/mongo/log/commit_round.cpp', '    if (!group.in_doubt) {\n      refuse(', '    if (true) {\n      refuse('),
  mutation(COMMITTER, 'a full database is no full store', 'store/mongo/log/commit_round.cpp', 'if (failure.kind == FailureKind::full)\n    refuse(', 'if (false)\n    refuse('),
  mutation(COMMITTER, 'changed rows are left to the mirror', 'store/mongo/log/commit_round.cpp', '  put_changed_rows(sorted.written);\n', ''),
  mutation(COMMITTER, 'a head is never known', 'store/mongo/log/commit_round.cpp', '  deps_.lanes.note_head(group.session(), group.head());\n  std::vector<AppendOutcome> outcomes;', '  std::vector<AppendOutcome> outcomes;'),
];

export const ENGINE_MUTATIONS = [...sequencer, ...settlement, ...embedded, ...lanes, ...adoption, ...mirror, ...committer];
