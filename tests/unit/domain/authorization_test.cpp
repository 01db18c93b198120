// The table of permissions: each permission for each kind of user.
#include "domain/authorization.hpp"

#include <gtest/gtest.h>

#include "domain/error_code.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

const UserId stranger_id = *UserId::parse("65a000000000000000000003");
const UserId admin_id = *UserId::parse("65a000000000000000000004");
const UserId interpreter_id = *UserId::parse("65a000000000000000000005");

User user(const UserId& id, std::string role) {
  return {id, Role{std::move(role)}, {}, {}};
}

SessionRow session() {
  SessionRow row = example::session_row();
  row.participants.push_back({interpreter_id, Role{"interpreter"}});
  return row;
}

/// The user who asks, and the expected answer for each permission. The patient of the session sent the message in question.
struct Row {
  std::string_view who;
  User user;
  bool may_take_part;
  bool may_create;
  bool may_delete;
  bool is_admin;
  std::string_view reopening;  // the refusal; empty means allowed
};

std::vector<Row> table() {
  return {
      {"the doctor of the session", user(example::doctor_id, "doctor"), true, true, false, false, ""},
      {"the patient of the session, who sent the message", user(example::patient_id, "patient"), true, false, true, false,
       "Only the creator of a session can reopen it"},
      {"a further participant", user(interpreter_id, "interpreter"), true, false, false, false,
       "Only the creator of a session can reopen it"},
      {"another doctor", user(stranger_id, "doctor"), false, true, false, false, "Unauthorized access to session"},
      {"another patient", user(stranger_id, "patient"), false, false, false, false, "Unauthorized access to session"},
      {"an admin", user(admin_id, "admin"), false, false, true, true, ""},
      {"somebody without a role", user(stranger_id, ""), false, false, false, false, "Unauthorized access to session"},
      {"somebody with a role that only looks like admin", user(stranger_id, "Admin"), false, false, false, false,
       "Unauthorized access to session"},
  };
}

template <typename T>
void expect_right(const Result<T>& result, bool is_allowed, std::string_view refusal, std::string_view who) {
  EXPECT_EQ(result.has_value(), is_allowed) << who;
  if (result) return;
  EXPECT_EQ(result.error().code, ErrorCode::forbidden) << who;
  EXPECT_EQ(result.error().message, refusal) << who;
}

TEST(Authorization, taking_part_is_for_participants_only_admins_included_in_the_refusal) {
  for (const Row& row : table()) {
    expect_right(authorize_participant(session(), row.user), row.may_take_part, "Unauthorized access to session", row.who);
  }
}

TEST(Authorization, a_participant_takes_part_in_the_role_of_the_session_not_of_the_account) {
  const auto participant = authorize_participant(session(), user(example::patient_id, "doctor"));
  ASSERT_TRUE(participant);
  EXPECT_EQ(*participant, example::patient);
}

TEST(Authorization, the_status_of_the_session_changes_nothing_about_access) {
  SessionRow row = session();
  for (const auto status : {SessionStatus::created, SessionStatus::active, SessionStatus::ended}) {
    row.status = status;
    EXPECT_TRUE(authorize_participant(row, user(example::doctor_id, "doctor")));
    EXPECT_FALSE(authorize_participant(row, user(stranger_id, "doctor")));
  }
}

TEST(Authorization, a_session_without_participants_is_nobodys) {
  for (const Row& row : table()) EXPECT_FALSE(authorize_participant(SessionRow{}, row.user)) << row.who;
}

TEST(Authorization, creating_is_for_doctors) {
  for (const Row& row : table()) {
    expect_right(authorize_create(row.user, RoleSet()), row.may_create, "Only doctors can create sessions", row.who);
  }
}

TEST(Authorization, creating_is_for_the_first_configured_role) {
  const RoleSet roles({Role{"agent"}, Role{"customer"}});
  EXPECT_TRUE(authorize_create(user(stranger_id, "agent"), roles));
  EXPECT_FALSE(authorize_create(user(stranger_id, "customer"), roles));
  EXPECT_FALSE(authorize_create(user(stranger_id, "doctor"), roles));
}

TEST(Authorization, deleting_is_for_the_sender_and_for_admins) {
  for (const Row& row : table()) {
    expect_right(authorize_delete(example::patient_id, row.user), row.may_delete, "Unauthorized to delete this message", row.who);
  }
}

TEST(Authorization, reopening_is_for_the_creator_and_for_admins) {
  for (const Row& row : table()) {
    expect_right(authorize_reopen(session(), row.user), row.reopening.empty(), row.reopening, row.who);
  }
  EXPECT_EQ(authorize_reopen(session(), user(example::doctor_id, "patient"))->name, "doctor") << "the role of the session";
  EXPECT_EQ(authorize_reopen(session(), user(admin_id, "admin"))->name, "admin");
  EXPECT_EQ(authorize_reopen(session(), user(interpreter_id, "admin"))->name, "interpreter") << "an admin who takes part";
}

TEST(Authorization, administration_is_for_admins) {
  for (const Row& row : table()) expect_right(authorize_admin(row.user), row.is_admin, "Admin access required", row.who);
}

TEST(Authorization, sending_needs_a_session_that_has_not_ended) {
  SessionRow row = session();
  row.status = SessionStatus::created;
  EXPECT_TRUE(require_open(row));
  row.status = SessionStatus::active;
  EXPECT_TRUE(require_open(row));
  row.status = SessionStatus::ended;
  const auto refused = require_open(row);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::session_ended);
  EXPECT_EQ(refused.error().message, "Session has already ended");
}

TEST(Roles, of_participants_and_of_accounts_are_two_closed_sets) {
  const RoleSet roles;
  EXPECT_EQ(roles.doctor(), Role{"doctor"});
  EXPECT_EQ(roles.patient(), Role{"patient"});
  for (const auto* name : {"doctor", "patient"}) {
    EXPECT_EQ(roles.parse_account_role(name), Role{name});
    EXPECT_EQ(roles.parse_participant_role(name), Role{name});
  }
  EXPECT_EQ(roles.parse_account_role("admin"), RoleSet::admin());
  EXPECT_FALSE(roles.parse_participant_role("admin"));
  for (const auto* name : {"", "nurse", "Doctor", "ADMIN", "doctor ", "doctorx"}) {
    EXPECT_FALSE(roles.parse_account_role(name)) << name;
    EXPECT_FALSE(roles.parse_participant_role(name)) << name;
  }
}

TEST(Roles, can_be_configured) {
  const RoleSet roles({Role{"agent"}, Role{"customer"}, Role{"supervisor"}});
  EXPECT_TRUE(roles.parse_participant_role("supervisor"));
  EXPECT_FALSE(roles.parse_participant_role("doctor"));
  EXPECT_TRUE(roles.parse_account_role("admin"));
}

TEST(Roles, have_names_of_1_to_15_plain_characters) {
  for (const auto* name : {"a", "doctor", "next-of-kin", "a_b", "0", "abcdefghijklmno"}) EXPECT_TRUE(is_role_name(name)) << name;
  for (const auto* name : {"", "abcdefghijklmnop", "Doctor", "a b", "a.b", "ärztin", "a\n"}) EXPECT_FALSE(is_role_name(name)) << name;
}

TEST(RolesDeathTest, a_set_that_makes_no_sense_is_refused_at_once) {
  EXPECT_DEATH(RoleSet({Role{"doctor"}}), "assertion failed");
  EXPECT_DEATH(RoleSet({Role{"doctor"}, Role{"doctor"}}), "assertion failed");
  EXPECT_DEATH(RoleSet({Role{"doctor"}, Role{"admin"}}), "assertion failed");
  EXPECT_DEATH(RoleSet({Role{"doctor"}, Role{"The Patient"}}), "assertion failed");
}

}  // namespace
}  // namespace parley::domain
