// Sessions under an id that the application chooses: the valid ids, the owner when several pairs request one id, and the view of other
// users while a session is being created.
#include <gtest/gtest.h>

#include "support/log_script.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::SessionStatus;
using domain::SessionView;
using Freshness = domain::SessionView::Freshness;

class ChosenId : public ::testing::Test {
 protected:
  using Answered = Answer<SessionView>;
  Answered start(const std::string& id, const std::string& patient = "patient", const std::string& doctor = "doctor",
                 std::size_t loop = 0) {
    auto [answer, done] = expect_answer<SessionView>();
    const UserId& with = world.authenticator.users.at(patient).id;
    world.service->create_session(*world.loops[loop], world.caller(doctor), {text_field(with.to_string()), {}, text_field(id)},
                                  std::move(done));
    return answer;
  }
  Result<SessionView> create(const std::string& id, const std::string& patient = "patient") {
    auto answer = start(id, patient);
    world.run();
    return std::move(**answer);
  }
  static SessionId id(const std::string& text) { return *SessionId::parse(text); }
  std::string refusal_of(const std::string& text) {
    const auto created = create(text);
    return created ? "created" : created.error().message;
  }

  World world;
};

TEST_F(ChosenId, is_the_id_of_the_session) {
  const auto created = create("appointment 17/ä").value();
  EXPECT_EQ(created.row.id, id("appointment 17/ä"));
  EXPECT_EQ(created.freshness, Freshness::fresh);
  EXPECT_EQ(world.get("patient", id("appointment 17/ä"))->row.status, SessionStatus::created);
}

TEST_F(ChosenId, gives_the_same_people_the_same_session_again) {
  const auto first = create("apt").value();
  world.start("patient", id("apt")).value();
  const auto again = create("apt").value();
  EXPECT_EQ(again.freshness, Freshness::duplicate);
  EXPECT_EQ(again.row.object_id, first.row.object_id);
  EXPECT_EQ(again.row.status, SessionStatus::active) << "as it is now";
  world.end("doctor", id("apt")).value();
  world.restart();
  EXPECT_EQ(create("apt")->row.status, SessionStatus::ended);
  EXPECT_EQ(world.log_of(id("apt")).size(), 3u);
}

TEST_F(ChosenId, of_others_is_refused) {
  create("apt").value();
  const auto refused = create("apt", "stranger");
  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_EQ(refused.error().message, "Session ID is already in use");
  EXPECT_EQ(refused.error().detail, "apt");
}

TEST_F(ChosenId, does_not_lift_the_rule_of_one_open_session) {
  create("apt-1").value();
  const auto refused = create("apt-2");
  EXPECT_EQ(refused.error().message, "Active session already exists");
  EXPECT_EQ(refused.error().detail, "apt-1");
  world.end("doctor", id("apt-1")).value();
  EXPECT_TRUE(create("apt-2").has_value());
}

TEST_F(ChosenId, that_cannot_be_one_or_is_a_route_is_refused_by_name) {
  EXPECT_EQ(refusal_of(std::string(65, 'x')), "Invalid session ID");
  EXPECT_EQ(refusal_of("line\nbreak"), "Invalid session ID");
  EXPECT_EQ(refusal_of("\xEF\xBF\xBD"), "Invalid session ID") << "an unpaired surrogate, before it got here";
  EXPECT_EQ(refusal_of("Ice-Servers"), "Session ID \"Ice-Servers\" is reserved");
  EXPECT_EQ(refusal_of(".."), "Session ID \"..\" is reserved");
  EXPECT_EQ(refusal_of("..."), "created");
}

TEST_F(ChosenId, wanted_by_two_pairs_at_once_becomes_the_session_of_one) {
  for (const std::string text : {"a", "b", "c", "d", "e", "f"}) {  // several ids, so that they and the pairs belong to different shards
    world.store.hold_commits();
    const auto first = start(text, "patient", "doctor", 0);
    const auto second = start(text, "stranger", "doctor", 1);
    world.run();
    EXPECT_FALSE(first->has_value() || second->has_value()) << "nothing is durable yet";
    world.store.release_commits();
    world.run();
    ASSERT_NE((*first)->has_value(), (*second)->has_value());
    const auto& refused = (*first)->has_value() ? *second : *first;
    EXPECT_EQ(refused->error().message, "Session ID is already in use");
    EXPECT_EQ(world.log_of(id(text)).size(), 1u);
    world.end("doctor", id(text)).value();
  }
}

TEST_F(ChosenId, goes_to_the_next_when_the_first_fails) {
  world.store.hold_commits();
  const auto first = start("apt", "patient");
  const auto second = start("apt", "stranger");
  world.run();
  world.store.fail_next({ErrorCode::store_full, "The store is full", {}});
  world.store.release_commits();
  world.run();
  EXPECT_NE((*first)->has_value(), (*second)->has_value());
  EXPECT_EQ(world.service->counts().sessions_loaded, 1u);
}

TEST_F(ChosenId, is_not_seen_before_its_session_is_durable) {
  world.store.hold_commits();
  const auto created = start("apt");
  auto [got, done] = expect_answer<SessionView>();
  world.run();
  world.service->get_session(*world.loops[0], world.caller("patient"), {domain::SessionField::State::given, id("apt")}, std::move(done));
  auto patient = world.connect("patient", 1);
  patient->emit("join-session", R"({"sessionId":"apt"})", 1);
  world.run();
  EXPECT_FALSE(got->has_value());
  EXPECT_TRUE(patient->take().empty());
  world.store.release_commits();
  world.run();
  EXPECT_TRUE((*created)->has_value());
  EXPECT_TRUE((*got)->has_value());
  EXPECT_TRUE(patient->take().at(0).starts_with("431[{\"success\":true"));
  EXPECT_EQ(world.log_of(id("apt")).size(), 2u) << "the join came after it";
}

TEST_F(ChosenId, of_a_session_that_did_not_come_to_be_is_not_found) {
  world.store.hold_commits();
  const auto created = start("apt");
  auto [got, done] = expect_answer<SessionView>();
  world.run();
  world.service->get_session(*world.loops[0], world.caller("patient"), {domain::SessionField::State::given, id("apt")}, std::move(done));
  world.run();
  world.store.fail_next({ErrorCode::store_full, "The store is full", {}});
  world.store.release_commits();
  world.run();
  EXPECT_EQ((*created)->error().code, ErrorCode::store_full);
  EXPECT_EQ((*got)->error().message, "Session not found");
  EXPECT_TRUE(create("apt").has_value());
}

TEST_F(ChosenId, that_another_server_gave_to_others_meanwhile_is_in_use) {
  LogScript theirs(9, 71, 72);
  world.store.hold_commits();
  const auto created = start(theirs.row().id.to_string());
  world.run();
  world.store.intrude(theirs.create());
  world.store.release_commits();
  world.run();
  EXPECT_EQ((*created)->error().message, "Session ID is already in use");
}

TEST_F(ChosenId, asked_for_again_after_an_unknown_outcome_has_one_log) {
  world.store.unknown_next(ModelStore::Fate::late);
  EXPECT_EQ(create("apt").error().code, ErrorCode::outcome_unknown);
  world.store.hold_commits();
  const auto again = start("apt");
  world.run();
  world.store.look_for_unknown();  // the first create is stored after the check of the second
  world.store.release_commits();
  world.run();
  EXPECT_EQ((*again)->value().freshness, Freshness::duplicate);
  EXPECT_EQ(world.log_of(id("apt")).size(), 1u);
}

TEST_F(ChosenId, over_a_socket_too) {
  auto doctor = world.connect("doctor");
  const std::string patient = world.authenticator.users.at("patient").id.to_string();
  const auto emit = [&](const std::string& session) {
    doctor->emit("create-session", R"({"patientId":")" + patient + R"(","sessionId":)" + session + "}", 1);
    world.run();
    return doctor->take().at(0);
  };
  EXPECT_NE(emit(R"("say \"hi\"")").find(R"("sessionId":"say \"hi\"")"), std::string::npos);
  EXPECT_NE(emit(R"("say \"hi\"")").find(R"("duplicate":true)"), std::string::npos);
  EXPECT_NE(emit("7").find("Invalid session ID"), std::string::npos);
  EXPECT_NE(emit(R"("CREATE")").find(R"(Session ID \"CREATE\" is reserved)"), std::string::npos);
}

}  // namespace
}  // namespace parley::test
