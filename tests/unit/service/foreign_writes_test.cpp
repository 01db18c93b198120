// Other software writes to the same store: when the service asks the store to compare, and what clients see of those writes.
#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/extensions.hpp"
#include "unit/service/world.hpp"

namespace parley::test {

namespace {

using Noticed = store::ForeignWrites::Noticed;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

/// A world with a session and another backend. The backend's write enters the log when the store is asked to look.
class ForeignWrites : public testing::Test {
 protected:
  void others_write(Noticed noticed, SteadyTime doubted_at = {}) {
    world.store.let_others_write({noticed, doubted_at}, [this](const SessionId&) {
      if (std::exchange(is_looking, true)) return;  // the write itself searches for the session
      ++looks;
      if (const auto change = std::exchange(pending, nullptr)) change();
      is_looking = false;
    });
  }
  void write_end() {
    pending = [this] { write(domain::EntryKind::ended, [](domain::SessionRow& row, Timestamp now) { row.end(now); }); };
  }
  void write_reopening() {
    pending = [this] { write(domain::EntryKind::reopened, [](domain::SessionRow& row, Timestamp now) { row.reopen(now); }); };
  }
  void write_text() {
    pending = [this] {
      world.intrude(session, world.text_of("patient", "from the old page"));
      world.store.announce(world.number_of(session));
    };
  }
  template <typename Change>
  void write(domain::EntryKind kind, Change change) {
    auto row = **world.store.find_session(world.number_of(session));
    change(row, world.clock.now());
    domain::Draft draft;
    draft.kind = kind;
    draft.flags = domain::flag_adopted;
    world.intrude(session, std::move(draft), row);
    world.store.announce(row.number);
  }
  std::string join(const std::string& name) {
    auto socket = world.connect(name);
    socket->emit("join-session", session_json(session), 1);
    world.run();
    const auto answer = socket->take();
    sockets.push_back(std::move(socket));
    return answer.empty() ? "" : answer.front();
  }
  void pass(std::chrono::seconds time) {
    for (; time.count() > 0; --time) {
      world.clock.advance(std::chrono::seconds{1});
      for (const auto& loop : world.loops) loop->advance(std::chrono::seconds{1});
      world.run();
    }
  }
  domain::SessionStatus status() { return world.get("doctor", session)->row.status; }

  World world;
  SessionId session = world.create();
  std::function<void()> pending = nullptr;
  int looks = 0;
  bool is_looking = false;
  std::vector<std::unique_ptr<Socket>> sockets;
};

}  // namespace

TEST_F(ForeignWrites, a_join_that_would_be_refused_as_ended_looks_first) {
  for (const Noticed noticed : {Noticed::by_itself, Noticed::when_looked}) {
    ASSERT_TRUE(world.end("doctor", session).has_value());
    others_write(noticed);
    write_reopening();
    EXPECT_THAT(join("patient"), Not(Contains("already ended")));
    EXPECT_EQ(status(), domain::SessionStatus::active);
  }
}

TEST_F(ForeignWrites, a_join_that_may_reopen_looks_before_another_open_session_of_the_pair_refuses_it) {
  auto config = World::unlimited();
  config.reopening.by = service::ReopeningConfig::By::joining;
  world.restart(config);
  ASSERT_TRUE(world.end("doctor", session).has_value());
  const SessionId other = world.create();
  others_write(Noticed::by_itself);
  EXPECT_THAT(join("patient"), Contains("Active session already exists"));
  EXPECT_EQ(looks, 1);
  write_reopening();
  EXPECT_THAT(join("patient"), Not(Contains("already exists")));
  EXPECT_EQ(status(), domain::SessionStatus::active);
  EXPECT_NE(other, session);
}

TEST_F(ForeignWrites, a_join_is_refused_when_nothing_is_found_and_looks_once) {
  ASSERT_TRUE(world.end("doctor", session).has_value());
  others_write(Noticed::by_itself);
  EXPECT_THAT(join("patient"), Contains("already ended"));
  EXPECT_EQ(looks, 1);
}

TEST_F(ForeignWrites, a_join_is_refused_as_memory_says_when_the_store_cannot_be_asked) {
  ASSERT_TRUE(world.end("doctor", session).has_value());
  others_write(Noticed::by_itself);
  world.store.fail_reads({ErrorCode::store_failed, "The store cannot be reached", {}});
  EXPECT_THAT(join("patient"), Contains("already ended"));
}

TEST_F(ForeignWrites, nobody_looks_where_nobody_else_writes) {
  ASSERT_TRUE(world.end("doctor", session).has_value());
  others_write(Noticed::never);
  EXPECT_THAT(join("patient"), Contains("already ended"));
  EXPECT_EQ(looks, 0);
}

TEST_F(ForeignWrites, a_start_by_rest_looks_too) {
  ASSERT_TRUE(world.end("doctor", session).has_value());
  others_write(Noticed::by_itself);
  write_reopening();
  EXPECT_TRUE(world.start("patient", session).has_value());
}

TEST_F(ForeignWrites, a_session_that_nobody_is_in_is_read_again_when_the_store_must_be_asked) {
  others_write(Noticed::when_looked);
  write_end();
  EXPECT_EQ(status(), domain::SessionStatus::created) << "what was read a moment ago is good";
  world.clock.advance(limits::foreign_look_fresh + std::chrono::milliseconds{1});
  EXPECT_EQ(status(), domain::SessionStatus::ended);
}

TEST_F(ForeignWrites, a_session_that_nobody_is_in_is_kept_where_the_store_hears_of_it) {
  others_write(Noticed::by_itself);
  world.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(status(), domain::SessionStatus::created);
  EXPECT_EQ(looks, 0);
}

TEST_F(ForeignWrites, what_was_read_before_the_doubt_is_read_again) {
  world.clock.advance(std::chrono::seconds{1});
  others_write(Noticed::by_itself, world.clock.steady_now());
  world.clock.advance(std::chrono::seconds{1});
  write_end();
  EXPECT_EQ(status(), domain::SessionStatus::ended);
  const int once = looks;
  EXPECT_EQ(status(), domain::SessionStatus::ended);
  EXPECT_EQ(looks, once);
}

TEST_F(ForeignWrites, a_joined_session_is_looked_at_every_half_minute_and_the_room_hears_it) {
  others_write(Noticed::when_looked);
  world.restart();
  join("doctor");
  join("patient");
  for (int round = 0; round < 3; ++round) {
    for (auto& socket : sockets) socket->take();
    write_text();
    pass(std::chrono::duration_cast<std::chrono::seconds>(limits::foreign_look_interval));
    for (auto& socket : sockets) EXPECT_THAT(socket->take("chat-message"), ElementsAre(Contains("from the old page")));
  }
  EXPECT_LE(looks, 3 * 3 + 2);
}

TEST_F(ForeignWrites, of_many_joined_sessions_each_is_looked_at) {
  others_write(Noticed::when_looked);
  world.restart();
  join("doctor");
  write_end();
  pass(std::chrono::duration_cast<std::chrono::seconds>(limits::foreign_look_interval));
  EXPECT_THAT(sockets.front()->take("session-ended"), SizeIs(1));
}

}  // namespace parley::test
