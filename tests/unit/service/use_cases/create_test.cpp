// Creating a session: its permissions, one open session for each pair, the verdict when the store fails, and the ack of a socket.
#include <gtest/gtest.h>

#include "domain/created.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::SessionStatus;
using domain::SessionView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Create : public ::testing::Test {
 protected:
  Result<SessionView> create(const std::string& name, TextField patient, TextField appointment = {}) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[1], world.caller(name), {std::move(patient), std::move(appointment)}, std::move(done));
    world.run();
    return std::move(**answer);
  }
  TextField id_of(const std::string& name) { return text_field(world.authenticator.users.at(name).id.to_string()); }

  World world;
};

TEST_F(Create, a_session_begins_with_its_row_in_its_log) {
  const auto created = create("doctor", id_of("patient"), text_field("507f1f77bcf86cd799439011")).value();
  EXPECT_EQ(created.row.status, SessionStatus::created);
  EXPECT_EQ(created.participant_count, 0u);
  EXPECT_EQ(created.row.appointment->to_string(), "507f1f77bcf86cd799439011");
  EXPECT_EQ(created.users.front().email, "doctor@example.org");
  const auto log = world.log_of(created.row.id);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].core.id, created.row.object_id);
  EXPECT_EQ(*domain::read_created_row(log[0]), **world.store.find_session(created.row.id));
  EXPECT_NE(created.row.secret, Secret32{});
}

TEST_F(Create, refusals_come_in_their_order) {
  const auto refused = [&](const std::string& name, TextField patient, TextField appointment = {}) {
    const auto result = create(name, std::move(patient), std::move(appointment));
    return result ? "created" : result.error().message;
  };
  world.service->remember_user(world.authenticator.users.at("stranger"));
  world.service->remember_user(world.authenticator.users.at("admin"));
  const TextField not_text{TextField::State::not_text, {}};
  EXPECT_EQ(refused("patient", {}), "Only doctors can create sessions");
  EXPECT_EQ(refused("admin", id_of("patient")), "Only doctors can create sessions");
  EXPECT_EQ(refused("doctor", {}), "Patient ID is required");
  EXPECT_EQ(refused("doctor", not_text), "Invalid patient ID");
  EXPECT_EQ(refused("doctor", text_field("two\nlines")), "Invalid patient ID");
  EXPECT_EQ(refused("doctor", id_of("admin"), not_text), "Invalid patient ID") << "known under another role";
  EXPECT_EQ(refused("doctor", id_of("patient"), not_text), "Invalid appointment ID");
  EXPECT_EQ(refused("doctor", id_of("patient"), text_field("nonsense")), "Invalid appointment ID");
  EXPECT_EQ(refused("doctor", text_field("507f1f77bcf86cd799439099")), "created") << "a patient never seen is allowed";
  EXPECT_EQ(refused("doctor", id_of("stranger")), "created");
}

TEST_F(Create, a_role_known_to_the_directory_counts_after_a_restart) {
  world.service->remember_user(world.authenticator.users.at("admin"));
  world.create();  // also commits the directory
  world.restart();
  EXPECT_EQ(create("doctor", id_of("admin")).error().message, "Invalid patient ID");
}

TEST_F(Create, a_pair_has_one_open_session) {
  const auto first = create("doctor", id_of("patient")).value();
  const auto second = create("doctor", id_of("patient"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_EQ(second.error().message, "Active session already exists");
  EXPECT_EQ(second.error().detail, first.row.id.to_string());
  world.restart();
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::already_exists);
  world.end("doctor", first.row.id).value();
  EXPECT_NE(create("doctor", id_of("patient"))->row.id, first.row.id);
}

TEST_F(Create, of_simultaneous_creates_exactly_one_wins) {
  world.store.hold_commits();
  std::vector<Answer<SessionView>> answers;
  for (std::size_t count = 0; count < 6; ++count) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[count % 2], world.caller("doctor"), {id_of("patient"), {}}, std::move(done));
    answers.push_back(answer);
  }
  world.run();
  world.store.release_commits();
  world.run();
  std::string winner;
  int won = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer->has_value());
    if ((*answer)->has_value()) ++won, winner = (*answer)->value().row.id.to_string();
  }
  EXPECT_EQ(won, 1);
  for (const auto& answer : answers) {
    if (!(*answer)->has_value()) {
      EXPECT_EQ((*answer)->error().detail, winner);
    }
  }
}

TEST_F(Create, the_next_in_line_gets_its_chance_when_the_first_fails) {
  world.store.hold_commits();
  std::vector<Answer<SessionView>> answers;
  for (int count = 0; count < 2; ++count) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[0], world.caller("doctor"), {id_of("patient"), {}}, std::move(done));
    answers.push_back(answer);
  }
  world.run();
  world.store.fail_next({ErrorCode::store_full, "The store is full", {}});
  world.store.release_commits();
  world.run();
  EXPECT_EQ((*answers[0])->error().code, ErrorCode::store_full);
  EXPECT_TRUE((*answers[1])->has_value());
  EXPECT_EQ(world.service->counts().sessions_loaded, 1u) << "the one that did not come to be is forgotten";
}

TEST_F(Create, every_loss_of_the_store_is_a_verdict) {
  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::overloaded);
  world.store.refuse_read_jobs(false);
  world.store.unknown_next(ModelStore::Fate::stored);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::already_exists) << "it was stored after all";
}

TEST_F(Create, over_a_socket_the_ack_says_it_all) {
  auto doctor = world.connect("doctor", 1);
  const std::string json = "{\"patientId\":\"" + id_of("patient").value + "\"}";
  doctor->emit("create-session", json, 1);
  world.run();
  const auto ack = doctor->take();
  ASSERT_THAT(ack, SizeIs(1));
  EXPECT_THAT(ack[0], AllOf(Contains("431[{\"success\":true,\"session\":{\"sessionId\":\""), Contains("\"status\":\"created\""),
                            Contains("\"doctorId\":\"5000"), Contains("\"participantCount\":0")));
  const std::string id = ack[0].substr(ack[0].find("sessionId\":\"") + 12, 36);
  doctor->emit("create-session", json, 2);
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre("432[{\"success\":false,\"error\":\"Active session already exists\",\"code\":\"already_exists\","
                                          "\"sessionId\":\"" +
                                          id + "\"}]"));
  auto patient = world.connect("patient");
  patient->emit("create-session", json, 3);
  world.run();
  EXPECT_THAT(patient->take(), ElementsAre(Contains("Only doctors can create sessions")));
  doctor->emit("create-session", "", std::nullopt);
  world.run();
  EXPECT_THAT(doctor->take(), IsEmpty());
}

}  // namespace
}  // namespace parley::test
