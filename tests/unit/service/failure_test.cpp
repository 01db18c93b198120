// P4: every send gets a verdict for any failure of the store, and each answer agrees with the log.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::MessageView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Error store_full{ErrorCode::store_full, "The store is full", {}};
const Error store_failed{ErrorCode::store_failed, "The store failed", {}};
const Error busy{ErrorCode::overloaded, "The server is overloaded", {}, 1'500};

TEST(Failure, a_refused_append_is_answered_and_leaves_no_trace) {
  Room room;
  room.world.store.fail_next(store_full);
  room.say(*room.doctor, "lost", "key", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre("431[{\"success\":false,\"error\":\"The store is full\",\"code\":\"store_full\"}]",
                                               "42[\"error\",{\"message\":\"The store is full\"}]"));
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_THAT(room.world.texts(room.session), IsEmpty());

  room.say(*room.doctor, "kept", "key", 2);  // the key is free again
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("432[{\"success\":true"));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("kept"));
}

TEST(Failure, overload_says_when_to_come_back) {
  Room room;
  room.world.store.fail_next(busy);
  room.say(*room.doctor, "later", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("\"code\":\"overloaded\",\"retryAfter\":2}"));
}

TEST(Failure, what_was_chained_behind_a_refused_append_fails_with_it) {
  Room room;
  room.world.store.hold_commits();
  room.say(*room.doctor, "one", "", 1);
  room.say(*room.doctor, "two", "", 2);
  room.say(*room.doctor, std::string(1001, 'x'), "", 3);
  room.say(*room.doctor, "four", "", 4);
  room.run();
  room.world.store.fail_next(store_full);
  room.world.store.release_commits();
  room.run();
  const auto answers = room.doctor->take();
  EXPECT_THAT(answers, ::testing::Contains(Contains("431[{\"success\":false,\"error\":\"The store is full\"")));
  EXPECT_THAT(answers, ::testing::Contains(Contains("432[{\"success\":false,\"error\":\"The store is full\"")));
  EXPECT_THAT(answers, ::testing::Contains(Contains("433[{\"success\":false,\"error\":\"Message too long")));
  EXPECT_THAT(answers, ::testing::Contains(Contains("434[{\"success\":false,\"error\":\"The store is full\"")));
  room.say(*room.doctor, "five", "", 5);
  room.run();
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("five"));
}

TEST(Failure, a_decision_that_rested_on_a_refused_append_is_taken_again) {
  Room room;
  room.world.store.hold_commits();
  room.doctor->emit("end-session", session_json(room.session));
  room.run();
  room.say(*room.patient, "still here?", "", 1);
  room.run();
  const auto second_end = [&] {
    auto [answer, done] = expect_answer<domain::EndView>();
    room.world.service->end_session(*room.world.loops[0], room.world.caller("patient"), field(room.session), std::move(done));
    return answer;
  }();
  room.run();
  room.world.store.fail_next(store_full);
  room.world.store.release_commits();
  room.run();
  // The first end failed, so the message was not too late. The second end ends the session.
  EXPECT_THAT(room.doctor->take("error"), ElementsAre(Contains("The store is full")));
  EXPECT_THAT(room.patient->take(), ::testing::Contains(Contains("431[{\"success\":true")));
  EXPECT_TRUE((*second_end)->has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("still here?"));
}

TEST(Failure, a_retry_behind_its_failed_first_try_is_stored) {
  Room room;
  room.world.store.hold_commits();
  const auto first = room.world.start_send("doctor", room.session, "once", "key");
  const auto retry = room.world.start_send("doctor", room.session, "once", "key");
  room.run();
  room.world.store.fail_next(busy);
  room.world.store.release_commits();
  room.run();
  EXPECT_EQ((*first)->error().code, ErrorCode::overloaded);
  EXPECT_EQ((*retry)->value().freshness, MessageView::Freshness::fresh);
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("once"));
}

TEST(Failure, an_unknown_outcome_is_named_and_the_log_decides) {
  for (const auto fate : {ModelStore::Fate::stored, ModelStore::Fate::lost}) {
    Room room;
    room.world.store.unknown_next(fate);
    room.say(*room.doctor, "perhaps", "key", 1);
    room.run();
    EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("\"code\":\"outcome_unknown\"")));
    room.patient->take();

    room.say(*room.doctor, "perhaps", "key", 2);  // the retry decides the outcome
    room.run();
    EXPECT_THAT(room.world.texts(room.session), ElementsAre("perhaps"));
    const auto answer = room.doctor->take();
    const bool stored = fate == ModelStore::Fate::stored;
    EXPECT_THAT(answer,
                ::testing::Contains(AllOf(Contains("432[{\"success\":true"), stored ? Contains("\"duplicate\":true") : Contains(""))));
    EXPECT_THAT(room.patient->take(), ElementsAre(Contains("\"message\":\"perhaps\""))) << "heard once, whichever way it was stored";
  }
}

// No client sends another message, but the room must still receive the entry.
TEST(Failure, what_arrives_after_its_unknown_outcome_is_heard_and_shown) {
  for (const auto fate : {ModelStore::Fate::stored, ModelStore::Fate::late}) {
    Room room;
    room.world.store.unknown_next(fate);
    room.say(*room.doctor, "perhaps", "key", 1);
    room.run();
    EXPECT_THAT(room.doctor->take("chat-message"), IsEmpty());
    EXPECT_THAT(room.patient->take("chat-message"), IsEmpty());
    room.world.store.look_for_unknown();
    room.run();
    EXPECT_THAT(room.doctor->take("chat-message"), ElementsAre(Contains("\"message\":\"perhaps\"")));
    EXPECT_THAT(room.patient->take("chat-message"), ElementsAre(Contains("\"message\":\"perhaps\"")));
    EXPECT_THAT(*room.world.history("patient", room.session), SizeIs(1));
    EXPECT_EQ(room.world.send("doctor", room.session, "perhaps", "key")->freshness, MessageView::Freshness::duplicate);
    EXPECT_THAT(room.patient->take("chat-message"), IsEmpty()) << "once";
  }
}

TEST(Failure, a_deletion_and_an_end_that_arrive_late_are_told_too) {
  Room room;
  const auto text = room.world.send("doctor", room.session, "regretted").value();
  room.world.store.unknown_next(ModelStore::Fate::late);
  EXPECT_EQ(room.world.remove("doctor", text.id.to_string()).error().code, ErrorCode::outcome_unknown);
  room.patient->take();
  room.world.store.look_for_unknown();
  room.run();
  EXPECT_THAT(room.patient->take(), ElementsAre(Contains("chat-message-deleted")));
  room.world.store.unknown_next(ModelStore::Fate::late);
  EXPECT_EQ(room.world.end("doctor", room.session).error().code, ErrorCode::outcome_unknown);
  room.patient->take();
  room.world.store.look_for_unknown();
  room.run();
  EXPECT_THAT(room.patient->take(), ElementsAre(Contains("session-ended")));
  EXPECT_EQ(room.world.get("doctor", room.session)->row.status, domain::SessionStatus::ended);
}

TEST(Failure, what_arrives_while_others_are_in_flight_is_heard_before_them) {
  Room room;
  room.world.store.unknown_next(ModelStore::Fate::late);
  room.world.send("doctor", room.session, "first");
  room.world.store.look_for_unknown();
  room.world.store.hold_commits();
  room.say(*room.doctor, "second", "", 1);
  room.run();
  room.world.store.release_commits();
  room.run();
  const auto heard = room.patient->take("chat-message");
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0], Contains("\"message\":\"first\""));
  EXPECT_THAT(heard[1], Contains("\"message\":\"second\""));
}

TEST(Failure, what_arrived_and_could_not_be_read_is_read_again_until_it_can) {
  Room room;
  room.world.store.unknown_next(ModelStore::Fate::late);
  room.world.send("doctor", room.session, "late");
  room.world.store.refuse_read_jobs(true);
  room.world.store.look_for_unknown();
  const auto a_try_later = [&] {
    room.run();
    for (const auto& loop : room.world.loops) loop->advance(limits::catch_up_retry_after);
    room.run();
  };
  a_try_later();
  a_try_later();
  EXPECT_THAT(room.patient->take("chat-message"), IsEmpty());
  room.world.store.refuse_read_jobs(false);
  a_try_later();
  EXPECT_THAT(room.patient->take("chat-message"), SizeIs(1));
  const auto timers = room.world.loops[0]->pending_timers() + room.world.loops[1]->pending_timers();
  a_try_later();
  EXPECT_EQ(room.world.loops[0]->pending_timers() + room.world.loops[1]->pending_timers(), timers) << "and then no more";
}

TEST(Failure, what_arrived_and_could_not_be_read_is_read_before_the_next_send) {
  Room room;
  room.world.store.unknown_next(ModelStore::Fate::late);
  room.world.send("doctor", room.session, "first");
  room.world.store.fail_reads(store_failed);
  room.world.store.look_for_unknown();
  room.run();
  EXPECT_THAT(room.patient->take("chat-message"), IsEmpty());
  room.world.store.mend_reads();
  EXPECT_TRUE(room.world.send("doctor", room.session, "second").has_value());
  EXPECT_THAT(room.patient->take("chat-message"), SizeIs(2));
}

TEST(Failure, what_is_in_flight_behind_an_unknown_outcome_is_unknown_too) {
  Room room;
  room.world.store.hold_commits();
  const auto one = room.world.start_send("doctor", room.session, "one", "k1");
  const auto two = room.world.start_send("doctor", room.session, "two", "k2");
  room.run();
  room.world.store.unknown_next(ModelStore::Fate::stored);
  room.world.store.release_commits();
  room.run();
  EXPECT_EQ((*one)->error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ((*two)->error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(room.world.send("doctor", room.session, "one", "k1")->freshness, MessageView::Freshness::duplicate);
  EXPECT_EQ(room.world.send("doctor", room.session, "two", "k2")->freshness, MessageView::Freshness::duplicate);
  EXPECT_EQ(room.world.send("doctor", room.session, "three")->position.seq, 5u);
}

TEST(Failure, after_an_unknown_outcome_nothing_is_sent_until_the_log_was_read) {
  Room room;
  room.world.store.unknown_next(ModelStore::Fate::lost);
  room.world.send("doctor", room.session, "perhaps");
  room.world.store.fail_reads(store_failed);
  EXPECT_EQ(room.world.send("doctor", room.session, "blind").error().code, ErrorCode::store_failed);
  room.world.store.mend_reads();
  EXPECT_TRUE(room.world.send("doctor", room.session, "seeing").has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("seeing"));
}

TEST(Failure, of_loading_is_a_verdict_for_everyone_who_waits) {
  World world;
  const SessionId session = world.create();
  world.restart();
  world.store.fail_reads(store_failed);
  const auto one = world.start_send("doctor", session, "one");
  const auto two = world.start_send("doctor", session, "two");
  world.run();
  EXPECT_EQ((*one)->error().code, ErrorCode::store_failed);
  EXPECT_EQ((*two)->error().code, ErrorCode::store_failed);
  EXPECT_EQ(world.get("doctor", session).error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  EXPECT_TRUE(world.send("doctor", session, "three").has_value());
}

TEST(Failure, a_corrupt_log_is_named_and_never_served_shorter) {
  World world;
  const SessionId session = world.create();
  for (const char* text : {"one", "two", "three"}) world.send("doctor", session, text).value();
  world.restart();
  world.store.corrupt(world.number_of(session), 3);
  EXPECT_EQ(world.history("doctor", session).error().code, ErrorCode::log_corrupt);
  EXPECT_EQ(world.send("doctor", session, "four").error().code, ErrorCode::log_corrupt);
  EXPECT_EQ(world.stats("doctor", session).error().code, ErrorCode::log_corrupt);
}

TEST(Failure, of_a_sync_is_final_and_every_send_is_told) {
  Room room;
  room.world.store.break_sync();
  const auto in_flight = room.world.start_send("doctor", room.session, "lost with the sync", "key");
  room.run();
  EXPECT_EQ((*in_flight)->error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(room.world.send("doctor", room.session, "after").error().code, ErrorCode::store_failed);
  EXPECT_EQ(room.world.send("doctor", room.session, "lost with the sync", "key").error().code, ErrorCode::store_failed);
  EXPECT_THAT(room.world.texts(room.session), IsEmpty()) << "reads go on";
}

// This script runs many times; in run n the store fails the n-th append. In each run every call has a verdict, every successful call is in
// the log, and no refused one is.
TEST(Failure, each_step_that_fails_leaves_a_verdict_for_every_call) {
  for (const ErrorCode code : {ErrorCode::store_full, ErrorCode::store_failed, ErrorCode::overloaded}) {
    for (std::size_t failing = 0; failing < 8; ++failing) {
      World world;
      const SessionId session = world.create();
      const auto target = world.send("doctor", session, "target", "k").value();
      world.store.hold_commits();
      std::vector<Answer<MessageView>> sends;
      sends.push_back(world.start_send("doctor", session, "a", "ka", 0));
      sends.push_back(world.start_send("patient", session, "b", "", 1));
      auto [started, start_done] = expect_answer<domain::SessionView>();
      world.service->start_session(*world.loops[0], world.caller("doctor"), field(session), std::move(start_done));
      const auto removed = world.start_remove("doctor", target.id.to_string());
      sends.push_back(world.start_send("doctor", session, "a", "ka", 1));
      sends.push_back(world.start_send("patient", session, "c", "kc", 0));
      auto [ended, end_done] = expect_answer<domain::EndView>();
      world.service->end_session(*world.loops[1], world.caller("patient"), field(session), std::move(end_done));
      sends.push_back(world.start_send("doctor", session, "d", "", 1));
      world.run();
      world.store.fail_after(failing, {code, "Injected", {}});
      world.store.release_commits();
      world.run();

      std::vector<std::string> accepted;
      for (const auto& send : sends) {
        ASSERT_TRUE(send->has_value()) << "failing " << failing;
        if ((*send)->has_value() && (*send)->value().freshness == MessageView::Freshness::fresh) accepted.push_back((*send)->value().text);
      }
      EXPECT_TRUE(started->has_value());
      EXPECT_TRUE(ended->has_value());
      ASSERT_TRUE(removed->has_value());
      if (!(*removed)->has_value()) accepted.push_back("target");
      const auto check = [&] {
        auto stored = world.texts(session);
        std::ranges::sort(stored);
        std::ranges::sort(accepted);
        EXPECT_EQ(stored, accepted) << "failing " << failing;
        const auto status = world.get("doctor", session)->row.status;
        EXPECT_EQ(status == domain::SessionStatus::ended, (*ended)->has_value()) << "failing " << failing;
      };
      check();
      world.restart();
      check();
    }
  }
}

}  // namespace
}  // namespace parley::test
