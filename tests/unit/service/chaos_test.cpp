// Random sends, repeats, deletions, ends, reopenings, restarts and interleavings, over a store that fails in every possible way. A seed
// repeats its run. After each burst the store recovers, and every promise is checked against the log.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/utf8.hpp"
#include "domain/chain.hpp"
#include "domain/extensions.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::EntryKind;
using domain::MessageView;

std::uint32_t number_behind(const std::string& packet, std::string_view name) {
  const auto at = packet.find(name);
  return at == std::string::npos ? 0 : static_cast<std::uint32_t>(std::stoul(packet.substr(at + name.size())));
}

class Chaos {
 public:
  explicit Chaos(std::uint32_t seed) : random_(seed), session_(world_.create()) { connect(); }

  void night() {
    for (int burst = 0; burst < 6; ++burst) {
      for (int count = 0; count < 60; ++count) step();
      settle();
      check();
      if (chance(2)) restart();
    }
  }

 private:
  struct Send {
    std::string key;  // empty: no key
    std::string text;
    Answer<MessageView> answer;
  };
  struct Device {
    std::unique_ptr<Socket> socket;
    std::uint32_t joined_at = 0;       // the device must receive every later entry
    std::vector<std::uint32_t> heard;  // texts and deletions
    std::vector<EntryKind> turns;      // ends and reopenings
  };

  bool chance(std::uint32_t one_in) { return random_() % one_in == 0; }

  void connect() {
    for (const auto& [name, loop] : {std::pair{"doctor", 0}, std::pair{"patient", 1}, std::pair{"doctor", 1}}) {
      Device device;
      device.socket = world_.connect(name, static_cast<std::size_t>(loop));
      device.socket->emit("join-session", session_json(session_));
      world_.run();
      device.socket->take();
      device.joined_at = world_.log_of(session_).back().core.seq;
      devices_.push_back(std::move(device));
    }
  }

  void step() {
    switch (random_() % 20) {
      case 0:
      case 1:
      case 2:
      case 3:
        return send();
      case 4:
        return repeat();
      case 5:
        return remove();
      case 6:
        return fault();
      case 7:
        return heal();
      case 8:
        return intrude();
      case 9:
        return world_.clock.advance(std::chrono::milliseconds(random_() % 500));
      case 10:
        static_cast<void>(world_.worker.run_pending());
        return;
      case 11:
        return world_.store.look_for_unknown();
      case 12:
        if (chance(3)) end();
        return;
      case 13:
      case 14:
        return reopen();
      default:
        run_a_little();
        return;
    }
  }

  void run_a_little() {
    const auto who = random_() % 3;
    if (who == 2)
      world_.worker.run_one();
    else
      world_.loops[who]->run_one();
  }

  void send() {
    const int number = sent_++;
    send_one(chance(2) ? "k" + std::to_string(number) : "", "m" + std::to_string(number));
  }

  void send_one(const std::string& key, const std::string& text) {
    sends_.push_back({key, text, world_.start_send("doctor", session_, text, key, random_() % 2)});
  }

  void repeat() {
    if (sends_.empty()) return;
    const Send earlier = sends_[random_() % sends_.size()];
    if (!earlier.key.empty()) send_one(earlier.key, earlier.text);
  }

  void remove() {
    for (const Send& send : sends_) {
      if (!chance(8) || !send.answer->has_value() || !(*send.answer)->has_value()) continue;
      removals_.push_back(
          {(*send.answer)->value().id, world_.start_remove("admin", (*send.answer)->value().id.to_string(), random_() % 2)});
      return;
    }
  }

  void end() {
    auto [answer, done] = expect_answer<domain::EndView>();
    world_.service->end_session(*world_.loops[random_() % 2], world_.caller("patient"), field(session_), std::move(done));
    ends_.push_back(answer);
  }

  void reopen() { reopenings_.push_back(world_.start_reopening("doctor", session_, random_() % 2)); }

  void fault() {
    switch (random_() % 7) {
      case 0:
        return world_.store.hold_commits();
      case 1:
        return world_.store.fail_after(random_() % 3, {ErrorCode::store_full, "Injected", {}});
      case 2:
        return world_.store.unknown_next(ModelStore::Fate::stored);
      case 3:
        return world_.store.unknown_next(ModelStore::Fate::lost);
      case 4:
        return world_.store.refuse_read_jobs(true);
      case 5:
        return world_.store.unknown_next(ModelStore::Fate::late);
      default:
        return world_.store.fail_reads({ErrorCode::store_failed, "Injected", {}});
    }
  }

  void heal() {
    world_.store.release_commits();
    world_.store.refuse_read_jobs(false);
    world_.store.mend_reads();
  }

  /// Writes a text as another node would.
  void intrude() {
    heal();
    world_.intrude(session_, world_.text_of("patient", "elsewhere " + std::to_string(sent_++)));
  }

  void settle() {
    heal();
    world_.run();
    // Pending faults happen here. At the end a send must succeed: its success shows the session the entries of other nodes.
    for (int count = 0; count < 12; ++count) {
      reopen();
      world_.run();
      send();
      world_.run();
    }
    EXPECT_TRUE(sends_.back().answer->has_value() && (*sends_.back().answer)->has_value()) << "nothing gets through any more";
  }

  void restart() {
    devices_.clear();
    world_.restart();
    connect();
  }

  void check() {
    const auto log = world_.log_of(session_);
    check_chain(log);
    check_verdicts(log);
    check_removals(log);
    check_turns(log);
    check_heard(log);
    check_views(log);
  }

  void check_chain(const std::vector<domain::Entry>& log) {
    domain::Head head = domain::genesis(session_);
    for (const auto& encoded : world_.store.entries_of(world_.number_of(session_))) {
      ASSERT_TRUE(domain::verify_link(head, encoded).has_value());
      head = domain::head_after(*domain::decode_entry(encoded));
    }
    std::uint32_t live = 0;
    std::optional<Timestamp> first, last;
    for (const domain::Entry& entry : log) {
      if (entry.core.kind != EntryKind::text || !entry.body) continue;
      ++live;
      if (!first) first = entry.core.timestamp;
      last = entry.core.timestamp;
    }
    EXPECT_EQ(head.counters.live_texts(), live);
    EXPECT_EQ(head.counters.first_live_text, first);
    EXPECT_EQ(head.counters.last_live_text, last);
  }

  void check_verdicts(const std::vector<domain::Entry>& log) {
    std::map<ObjectId, const domain::Entry*> by_id;
    std::map<Key16, int> keys;
    std::multiset<std::string> texts;
    for (const domain::Entry& entry : log) {
      by_id[entry.core.id] = &entry;
      if (entry.core.kind != EntryKind::text) continue;
      if (entry.core.key != Key16{}) {
        EXPECT_EQ(++keys[entry.core.key], 1) << "stored twice under one key";
      }
      if (entry.body) texts.insert(entry.body->text);
    }
    std::set<std::string> perhaps;  // stored, or of unknown outcome
    for (const Send& send : sends_) {
      ASSERT_TRUE(send.answer->has_value()) << send.text << " never got its verdict";
      if ((*send.answer)->has_value() || (*send.answer)->error().code == ErrorCode::outcome_unknown) perhaps.insert(send.text);
      if (!(*send.answer)->has_value()) continue;
      const MessageView& view = (*send.answer)->value();
      ASSERT_TRUE(by_id.contains(view.id)) << send.text << " was acked and is gone";
      const domain::Entry& entry = *by_id[view.id];
      EXPECT_EQ(entry.position(), view.position);
      if (entry.body) {
        EXPECT_EQ(entry.body->text, send.text);
      }
      if (view.presence == MessageView::Presence::live) {
        EXPECT_EQ(view.text, send.text);
      }
    }
    for (const Send& send : sends_) {
      EXPECT_LE(texts.count(send.text), 1u) << send.text;
      if (!perhaps.contains(send.text)) {
        EXPECT_EQ(texts.count(send.text), 0u) << send.text << " was refused and is stored";
      }
    }
  }

  void check_removals(const std::vector<domain::Entry>& log) {
    for (const auto& [id, answer] : removals_) {
      ASSERT_TRUE(answer->has_value());
      if (!(*answer)->has_value()) continue;
      const auto entry = std::ranges::find_if(log, [&](const domain::Entry& candidate) { return candidate.core.id == id; });
      ASSERT_NE(entry, log.end());
      EXPECT_FALSE(entry->body.has_value()) << "deleted and still there";
    }
  }

  /// A reopening must come between two ends, and each caller must have a verdict that agrees with the log.
  void check_turns(const std::vector<domain::Entry>& log) {
    std::vector<EntryKind> turns;
    for (const domain::Entry& entry : log)
      if (is_turn(entry)) turns.push_back(entry.core.kind);
    for (std::size_t index = 0; index < turns.size(); ++index)
      EXPECT_EQ(turns[index], index % 2 == 0 ? EntryKind::ended : EntryKind::reopened) << index;
    EXPECT_EQ((*world_.store.find_session(session_))->status, domain::SessionStatus::active);
    const auto expect_in_log = [&](const auto& answers, EntryKind kind) {
      std::ptrdiff_t done = 0, unknown = 0;
      for (const auto& answer : answers) {
        ASSERT_TRUE(answer->has_value()) << "no verdict";
        if ((*answer)->has_value()) ++done;
        if (!(*answer)->has_value() && (*answer)->error().code == ErrorCode::outcome_unknown) ++unknown;
      }
      const auto stored = std::ranges::count(turns, kind);
      EXPECT_GE(stored, done);
      EXPECT_LE(stored, done + unknown);
    };
    expect_in_log(ends_, EntryKind::ended);
    expect_in_log(reopenings_, EntryKind::reopened);
  }

  static bool is_turn(const domain::Entry& entry) { return entry.core.kind == EntryKind::ended || entry.core.kind == EntryKind::reopened; }

  void check_heard(const std::vector<domain::Entry>& log) {
    for (Device& device : devices_) {
      for (const std::string& packet : device.socket->take()) {
        if (packet.starts_with("42[\"chat-message")) device.heard.push_back(number_behind(packet, "\"seq\":"));
        if (packet.starts_with("42[\"session-ended")) device.turns.push_back(EntryKind::ended);
        if (packet.starts_with("42[\"session-reopened")) device.turns.push_back(EntryKind::reopened);
      }
      std::vector<EntryKind> turns;
      for (const domain::Entry& entry : log)
        if (is_turn(entry) && entry.core.seq > device.joined_at) turns.push_back(entry.core.kind);
      EXPECT_EQ(device.turns, turns);
      EXPECT_TRUE(std::ranges::is_sorted(device.heard, std::ranges::less_equal{})) << "out of order, or heard twice";
      for (const domain::Entry& entry : log) {
        const bool heard = std::ranges::binary_search(device.heard, entry.core.seq);
        const bool is_text = entry.core.kind == EntryKind::text;
        const bool is_deletion = entry.core.kind == EntryKind::deleted;
        if (heard) {
          EXPECT_TRUE(is_text || is_deletion);
        }
        // If a text was deleted before the session knew of it, no client receives it.
        if (entry.core.seq > device.joined_at && (is_deletion || (is_text && entry.body))) {
          EXPECT_TRUE(heard) << "seq " << entry.core.seq;
        }
      }
      if (!device.heard.empty()) {
        EXPECT_LE(device.heard.back(), log.back().core.seq);
      }
    }
  }

  void check_views(const std::vector<domain::Entry>& log) {
    std::vector<std::string> live;
    for (const domain::Entry& entry : log) {
      if (entry.core.kind == EntryKind::text && entry.body) live.push_back(entry.body->text);
    }
    EXPECT_EQ(world_.stats("doctor", session_)->total_messages, live.size());
    if (live.size() > 100) live.erase(live.begin(), live.end() - 100);
    EXPECT_EQ(world_.texts(session_), live);
  }

  std::mt19937 random_;
  World world_;
  SessionId session_;
  std::vector<Device> devices_;
  std::vector<Send> sends_;
  std::vector<std::pair<ObjectId, Answer<service::Deleted>>> removals_;
  std::vector<Answer<domain::EndView>> ends_;
  std::vector<Answer<domain::SessionView>> reopenings_;
  int sent_ = 0;
};

TEST(Chaos, every_promise_holds_whenever_the_dust_settles) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chaos(seed).night();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace parley::test
