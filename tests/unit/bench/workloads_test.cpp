// Every workload against a small server in this process: the verdict is clean for a correct server, and never clean for a faulty one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "load/connect_workload.hpp"
#include "load/entries_workload.hpp"
#include "load/history_workload.hpp"
#include "load/load_failure.hpp"
#include "load/relay_workload.hpp"
#include "load/resume_workload.hpp"
#include "load/store_workload.hpp"
#include "unit/bench/small_chat_server.hpp"

namespace parley::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

SystemClock the_clock;

RelayResult relay_against(const SmallChatServer& server, std::size_t members = 2, Pace pace = {.messages_max = 200}) {
  RelayPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 3;
  plan.members = members;
  plan.pace = pace;
  plan.drain_patience = 1s;
  return run_relay(plan, the_clock);
}

TEST(RelayWorkload, a_server_that_behaves_is_clean) {
  const SmallChatServer server;
  const RelayResult result = relay_against(server);
  EXPECT_TRUE(result.verdict.clean()) << result.verdict.to_string();
  EXPECT_EQ(result.sent, 200u);
  EXPECT_EQ(result.unanswered, 0u);
  EXPECT_EQ(result.acks.completed, 200u);
  EXPECT_EQ(result.acks.latency.count(), 200u);
  EXPECT_EQ(result.deliveries.count(), 400u);
  EXPECT_EQ(result.verdict.stored, 200u);
  EXPECT_EQ(result.verdict.heard, 400u);
}

TEST(RelayWorkload, rooms_may_have_any_number_of_members_and_fewer_senders) {
  const SmallChatServer server;
  RelayPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 2;
  plan.members = 5;
  plan.senders = 1;
  plan.pace = {.in_flight = 4, .messages_max = 60};
  const RelayResult result = run_relay(plan, the_clock);
  EXPECT_TRUE(result.verdict.clean()) << result.verdict.to_string();
  EXPECT_EQ(result.verdict.heard, 300u);
}

TEST(RelayWorkload, an_open_loop_sends_all_that_is_due_and_no_more) {
  const SmallChatServer server;
  const RelayResult result = relay_against(server, 2, {.rate = 400, .duration = 500ms});
  EXPECT_TRUE(result.verdict.clean()) << result.verdict.to_string();
  EXPECT_EQ(result.sent, 200u);
}

TEST(RelayWorkload, texts_longer_than_a_short_frame_are_whole) {
  const SmallChatServer server;
  RelayPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 1;
  plan.text_bytes = 1000;
  plan.pace = {.in_flight = 8, .messages_max = 100};
  EXPECT_TRUE(run_relay(plan, the_clock).verdict.clean());
}

struct RelayFault : testing::TestWithParam<std::pair<Fault, std::uint64_t Verdict::*>> {};

TEST_P(RelayFault, is_called_by_its_name) {
  const SmallChatServer server(GetParam().first);
  const Verdict verdict = relay_against(server).verdict;
  EXPECT_FALSE(verdict.clean());
  EXPECT_EQ(verdict.*GetParam().second, 1u) << verdict.to_string();
}

INSTANTIATE_TEST_SUITE_P(Every, RelayFault,
                         testing::Values(std::pair{Fault::loses_a_stored_message, &Verdict::lost},
                                         std::pair{Fault::skips_a_delivery, &Verdict::unheard},
                                         std::pair{Fault::doubles_a_delivery, &Verdict::doubled},
                                         std::pair{Fault::swaps_two_deliveries, &Verdict::reordered},
                                         std::pair{Fault::alters_a_stored_text, &Verdict::altered}));

TEST(RelayWorkload, a_refusal_is_counted_and_quoted) {
  const SmallChatServer server(Fault::refuses_a_message);
  const RelayResult result = relay_against(server);
  EXPECT_EQ(result.acks.refused, 1u);
  EXPECT_THAT(result.acks.first_refusal, HasSubstr("Overloaded"));
  EXPECT_TRUE(result.verdict.clean());  // the refused message was not promised
}

TEST(RelayWorkload, a_message_without_an_answer_is_told) {
  const SmallChatServer server(Fault::never_answers_a_message);
  const RelayResult result = relay_against(server);
  EXPECT_EQ(result.unanswered, 1u);
}

TEST(RelayWorkload, a_closed_connection_ends_the_run) {
  const SmallChatServer server(Fault::closes_a_connection);
  EXPECT_THROW(relay_against(server), LoadFailure);
}

TEST(RelayWorkload, without_a_store_echoes_are_still_judged) {
  const SmallChatServer server(Fault::doubles_a_delivery);
  RelayPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 1;
  plan.pace = {.messages_max = 100};
  plan.read_back = false;
  EXPECT_FALSE(run_relay(plan, the_clock).verdict.clean());
}

StoreResult store_against(const SmallChatServer& server, std::size_t sessions, Pace pace = {.messages_max = 100}) {
  StorePlan plan;
  plan.requests.endpoint = server.endpoint();
  plan.requests.connections = 6;
  plan.requests.pace = pace;
  plan.identity = {"secret", {}};
  plan.sessions = sessions;
  return run_store(plan, the_clock);
}

TEST(StoreWorkload, a_server_that_behaves_is_clean_however_sessions_are_shared) {
  const SmallChatServer server;
  for (const std::size_t sessions : {0u, 1u, 4u, 9u}) {
    const StoreResult result = store_against(server, sessions);
    EXPECT_TRUE(result.verdict.clean()) << sessions << ": " << result.verdict.to_string();
    EXPECT_EQ(result.verdict.stored, 100u);
    EXPECT_EQ(result.figures.completed, 100u);
  }
}

TEST(StoreWorkload, an_open_loop_asks_all_that_is_due) {
  const SmallChatServer server;
  const StoreResult result = store_against(server, 2, {.rate = 300, .duration = 500ms});
  EXPECT_TRUE(result.verdict.clean());
  EXPECT_EQ(result.verdict.stored, 150u);
}

TEST(StoreWorkload, faults_are_noticed) {
  EXPECT_EQ(store_against(SmallChatServer(Fault::loses_a_stored_message), 0).verdict.lost, 1u);
  EXPECT_EQ(store_against(SmallChatServer(Fault::alters_a_stored_text), 0).verdict.altered, 1u);
  const StoreResult refused = store_against(SmallChatServer(Fault::refuses_a_message), 0);
  EXPECT_EQ(refused.figures.refused, 1u);
  EXPECT_THAT(refused.figures.first_refusal, HasSubstr("503"));
}

TEST(StoreWorkload, a_refused_token_ends_the_run_with_the_servers_words) {
  const SmallChatServer server(Fault::refuses_tokens);
  try {
    (void)store_against(server, 0);
    FAIL() << "nothing was thrown";
  } catch (const LoadFailure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("token invalid"));
    EXPECT_THAT(failure.what(), HasSubstr("--jwt-secret-file"));
  }
}

HistoryResult history_against(const SmallChatServer& server, Pages pages) {
  HistoryPlan plan;
  plan.requests.endpoint = server.endpoint();
  plan.requests.connections = 4;
  plan.requests.pace = {.messages_max = 300};
  plan.identity = {"secret", {}};
  plan.sessions = 2;
  plan.messages = 60;
  plan.page_limit = 10;
  plan.pages = pages;
  return run_history(plan, the_clock);
}

TEST(HistoryWorkload, reads_the_newest_page_or_any) {
  const SmallChatServer server;
  const HistoryResult newest = history_against(server, Pages::newest);
  EXPECT_EQ(newest.figures.completed, 300u);
  EXPECT_EQ(newest.pages_seen, 2u);
  EXPECT_EQ(newest.pages_wrong, 0u);
  const HistoryResult any = history_against(server, Pages::any);
  EXPECT_EQ(any.pages_seen, 12u);
  EXPECT_EQ(any.pages_wrong, 0u);
}

TEST(HistoryWorkload, a_page_that_changes_is_wrong) {
  const SmallChatServer server(Fault::shows_a_wrong_page);
  EXPECT_GT(history_against(server, Pages::newest).pages_wrong, 0u);
}

EntriesResult entries_against(const SmallChatServer& server) {
  EntriesPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 3;
  plan.members = 2;
  plan.messages = 30;
  plan.limit = 10;
  plan.pace = {.messages_max = 200};
  return run_entries(plan, the_clock);
}

TEST(EntriesWorkload, reads_the_newest_entries_of_every_session) {
  const SmallChatServer server;
  const EntriesResult result = entries_against(server);
  EXPECT_EQ(result.figures.completed, 200u);
  EXPECT_EQ(result.answers_wrong, 0u);
  EXPECT_TRUE(result.fill.clean());
}

TEST(EntriesWorkload, entries_that_change_are_wrong) {
  const SmallChatServer server(Fault::shows_a_wrong_page);
  EXPECT_GT(entries_against(server).answers_wrong, 0u);
}

ResumeResult resume_against(const SmallChatServer& server, std::function<void()> restart = [] {}) {
  ResumePlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 5;
  plan.members = 2;
  plan.messages = 6;
  plan.missed = 4;
  plan.opening_at_once = 3;
  plan.restart = std::move(restart);
  return run_resume(plan, the_clock);
}

TEST(ResumeWorkload, everyone_comes_back_after_one_restart_and_gets_what_was_missed) {
  const SmallChatServer server;
  int restarts = 0;
  const ResumeResult result = resume_against(server, [&] { ++restarts; });
  EXPECT_EQ(restarts, 1);
  EXPECT_EQ(result.clients, 10u);
  EXPECT_EQ(result.opening_times.count(), 10u);
  EXPECT_EQ(result.answers_wrong, 0u);
  EXPECT_EQ(result.fill.stored, 30u);
  EXPECT_TRUE(result.fill.clean());
  EXPECT_GT(result.per_second(), 0);
}

TEST(ResumeWorkload, another_position_and_a_gap_are_wrong) {
  EXPECT_EQ(resume_against(SmallChatServer(Fault::resumes_elsewhere)).answers_wrong, 10u);
  EXPECT_EQ(resume_against(SmallChatServer(Fault::resumes_with_a_gap)).answers_wrong, 10u);
}

TEST(ConnectWorkload, joins_everyone_and_reads_the_servers_memory) {
  const SmallChatServer server;
  ConnectPlan plan;
  plan.endpoint = server.endpoint();
  plan.identity = {"secret", {}};
  plan.sessions = 10;
  plan.members = 3;
  plan.opening_at_once = 4;
  plan.idle = 0s;
  plan.server_processes = {::getpid()};
  const ConnectResult result = run_connect(plan, the_clock);
  EXPECT_EQ(result.connections, 30u);
  EXPECT_EQ(result.opening_times.count(), 30u);
  EXPECT_GT(result.per_second(), 0);
  EXPECT_TRUE(result.idle_bytes_each);
}

TEST(ConnectWorkload, nobody_there_is_said_with_the_address) {
  Endpoint nowhere;
  {
    const SmallChatServer server;
    nowhere = server.endpoint();
  }
  try {
    ConnectPlan plan;
    plan.endpoint = nowhere;
    plan.identity = {"secret", {}};
    (void)run_connect(plan, the_clock);
    FAIL() << "nothing was thrown";
  } catch (const LoadFailure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr(nowhere.to_string()));
  }
}

}  // namespace
}  // namespace parley::bench
