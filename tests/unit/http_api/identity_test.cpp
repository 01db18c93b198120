// The identity of a request (docs/api-contract.md §1.2, §1.3): one table for identity from claims and from the user store.
#include "base/limits.hpp"
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using namespace std::chrono_literals;

service::ServiceConfig directory_config() {
  service::ServiceConfig config;
  config.identity = service::IdentitySource::directory;
  return config;
}

class ByDirectory : public Api {
 protected:
  explicit ByDirectory(RequestLimits request_limits = {0, 0, 0, 0}) : Api(request_limits, {}, directory_config()) {
    put(doctor_id, "doctor", "Dr Store");
    put(patient_id, "patient", "Pat Store");
    put(admin_id, "admin", "Root Store");
  }
  void put(std::string_view id, const std::string& role, const std::string& name) {
    store.put_user({*UserId::parse(id), {role}, name.substr(0, 2) + "@store.example", name});
  }
  void forget(std::string_view id) { store.forget_user(*UserId::parse(id)); }
  unsigned status_of(std::string_view token) { return get("/api/sessions/user/active", token).status; }

  /// Sends a request and does not wait for the answer.
  std::shared_ptr<std::optional<protocol::http::Response>> start(std::string target, std::string_view token) {
    auto answer = std::make_shared<std::optional<protocol::http::Response>>();
    protocol::http::Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers = bearer(token);
    request.remote_address = address;
    http.handle(std::move(request), loop, [answer](protocol::http::Response response) { *answer = std::move(response); });
    parley::test::run_all({&loop, &worker});
    return answer;
  }
};
using ByClaims = Api;

struct Row {
  Headers headers;
  unsigned status;
  std::string_view message;  // empty: the request is accepted
};

constexpr std::string_view missing = "Not authorized, token missing";
constexpr std::string_view invalid = "Not authorized, token invalid";
constexpr std::string_view not_found = "Not authorized, user not found";

/// docs/api-contract.md §1.3.
std::vector<Row> table() {
  return {
      {{}, 401, missing},
      {{{"Authorization", "Bearer"}}, 401, missing},
      {{{"Authorization", "Bearer "}}, 401, missing},
      {{{"Authorization", "Bearer  doctor"}}, 401, missing},
      {{{"Authorization", "Bearer"}, {"Cookie", "token=doctor"}}, 401, missing},
      {{{"Cookie", "token="}}, 401, missing},
      {{{"Authorization", "Bearer revoked"}}, 401, "Token revoked. Please login again."},
      {{{"Authorization", "Bearer forged"}}, 401, invalid},
      {{{"Authorization", "Bearer forged"}, {"Cookie", "token=doctor"}}, 401, invalid},
      {{{"Authorization", "Bearer nobody"}}, 401, not_found},
      {{{"Authorization", "Bearer doctor"}}, 200, ""},
      {{{"Cookie", "token=doctor"}}, 200, ""},
      {{{"Authorization", "bearer x"}, {"Cookie", "a=b; token=doctor"}}, 200, ""},
  };
}

template <typename Send>
void expect_table(Send send) {
  for (const Row& row : table()) {
    const auto answer = send(row.headers);
    const auto shown = row.headers.empty() ? std::string("no header") : row.headers.front().name + ": " + row.headers.front().value;
    EXPECT_EQ(answer.status, row.status) << shown;
    if (row.message.empty()) continue;
    EXPECT_EQ(answer.body, R"({"success":false,"message":")" + std::string(row.message) + "\"}") << shown;
  }
}

TEST_F(ByClaims, the_table_of_tokens) {
  expect_table([&](const Headers& headers) { return send("GET", "/api/sessions/user/active", headers); });
  EXPECT_EQ(get("/api/sessions/user/active", "roleless").body, R"({"success":false,"message":"Not authorized, token invalid"})");
}

TEST_F(ByDirectory, the_table_of_tokens) {
  expect_table([&](const Headers& headers) { return send("GET", "/api/sessions/user/active", headers); });
  EXPECT_EQ(status_of("roleless"), 200U) << "the store has the role";
  EXPECT_EQ(get("/api/sessions/user/active", "stranger").body, R"({"success":false,"message":"Not authorized, user not found"})")
      << "a good token of somebody who is not in the store";
}

TEST_F(ByDirectory, the_role_is_the_stores) {
  put(doctor_id, "admin", "Dr Store");
  EXPECT_EQ(get("/api/sessions/monitoring/metrics", "doctor").status, 200U);
  put(admin_id, "patient", "Root Store");
  EXPECT_EQ(get("/api/sessions/monitoring/metrics", "admin").body, R"({"message":"Admin access required","code":"forbidden"})");
}

TEST_F(ByDirectory, a_stored_role_that_is_not_configured_is_token_invalid) {
  put(doctor_id, "nurse", "Dr Store");
  EXPECT_EQ(get("/api/sessions/user/active", "doctor").body, R"({"success":false,"message":"Not authorized, token invalid"})");
}

TEST_F(ByDirectory, changes_of_the_store_hold_when_what_was_read_is_stale) {
  EXPECT_EQ(status_of("doctor"), 200U);
  forget(doctor_id);
  clock.advance(limits::user_staleness - 1ms);
  EXPECT_EQ(status_of("doctor"), 200U);
  clock.advance(1ms);
  EXPECT_EQ(status_of("doctor"), 401U);
  put(doctor_id, "doctor", "Dr Back");
  clock.advance(limits::absent_user_staleness);
  EXPECT_EQ(status_of("doctor"), 200U);
}

TEST_F(ByDirectory, a_request_waits_for_the_store_and_answers_when_it_has_come) {
  store.hold_reads();
  const auto first = start("/api/sessions/" + std::string(unknown_session), "doctor");
  const auto second = start("/api/sessions/ice-servers", "doctor");
  EXPECT_FALSE(first->has_value());
  EXPECT_FALSE(second->has_value());
  EXPECT_EQ(store.reads_waiting(), 1U) << "both wait for one read";
  store.release_reads();
  parley::test::run_all({&loop, &worker});
  EXPECT_EQ((*first)->status, 404U) << "the path's parameter is still there";
  EXPECT_EQ((*first)->body, R"({"message":"Session not found","code":"not_found"})");
  EXPECT_EQ((*second)->status, 200U);
}

TEST_F(ByDirectory, a_full_reader_pool_is_overloaded) {
  store.refuse_read_jobs(true);
  const auto answer = get("/api/sessions/ice-servers", "doctor");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, R"({"message":"The server is overloaded","code":"overloaded","retryAfter":1})");
  EXPECT_EQ(answer.header("Retry-After"), "1");
  store.refuse_read_jobs(false);
  EXPECT_EQ(get("/api/sessions/ice-servers", "doctor").status, 200U);
}

TEST_F(ByDirectory, a_store_that_cannot_be_read_is_503_and_never_401) {
  store.fail_reads({ErrorCode::store_failed, "The store cannot be read", {}});
  const auto answer = get("/api/sessions/ice-servers", "doctor");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, R"({"message":"The store cannot be read","code":"store_failed"})");
  EXPECT_EQ(status_of("forged"), 401U);
  EXPECT_EQ(status_of(""), 401U);
  store.mend_reads();
  EXPECT_EQ(get("/api/sessions/ice-servers", "doctor").status, 200U);
}

TEST_F(ByDirectory, what_is_not_there_wants_a_user_all_the_same) {
  EXPECT_EQ(get("/api/chat/nope/at/all", "doctor").status, 404U);
  EXPECT_EQ(get("/api/chat/nope/at/all", "stranger").status, 401U);
}

TEST_F(ByDirectory, signing_out_revokes_the_token) {
  EXPECT_EQ(post("/api/auth/logout", "doctor").status, 200U);
  EXPECT_EQ(get("/api/sessions/user/active", "doctor").body, R"({"success":false,"message":"Token revoked. Please login again."})");
  EXPECT_EQ(status_of("patient"), 200U);
}

TEST_F(ByDirectory, a_token_signed_out_while_its_user_is_looked_up_is_revoked) {
  store.hold_reads();
  const auto waiting = start("/api/sessions/user/active", "doctor");
  people.revoke({sha256({std::string_view("doctor")}), std::nullopt});
  store.release_reads();
  parley::test::run_all({&loop, &worker});
  EXPECT_EQ((*waiting)->body, R"({"success":false,"message":"Token revoked. Please login again."})");
}

TEST_F(ByDirectory, answers_show_the_users_of_the_store_and_null_for_who_is_gone) {
  const auto session = created_session();
  EXPECT_EQ(store_text(session, "hello", "patient").status, 201U);
  EXPECT_EQ(store_text(session, "yes", "doctor").status, 201U);
  const auto there = get("/api/sessions/" + session, "doctor").body;
  EXPECT_NE(there.find(R"("doctorId":{"_id":"65f000000000000000000001","email":"Dr@store.example","role":"doctor","name":"Dr Store"})"),
            std::string::npos)
      << there;
  EXPECT_NE(there.find(R"("patientId":{"_id":"65f000000000000000000002","email":"Pa@store.example","role":"patient","name":"Pat Store"})"),
            std::string::npos)
      << there;
  forget(patient_id);
  clock.advance(limits::user_staleness);
  EXPECT_NE(get("/api/sessions/" + session, "doctor").body.find(R"("patientId":null,)"), std::string::npos);
  EXPECT_NE(get("/api/sessions/user/active", "doctor").body.find(R"("patientId":null,)"), std::string::npos);
  const auto page = get("/api/chat/session/" + session, "doctor").body;
  EXPECT_NE(page.find(R"("senderId":null,"senderRole":"patient","message":"hello")"), std::string::npos) << page;
  EXPECT_NE(page.find(R"("senderId":{"_id":"65f000000000000000000001")"), std::string::npos) << page;
}

TEST_F(ByDirectory, signalling_shows_null_for_who_is_gone) {
  const auto session = created_session();
  const auto row = *store.find_session(*SessionId::parse(session));
  store::SignallingMessage message;
  message.id = *ObjectId::parse("65f0000000000000000000aa");
  message.session = row->number;
  message.sender = *UserId::parse(stranger_id);
  message.type = "chat";
  message.timestamp = clock.now();
  store.record(message);
  parley::test::run_all({&loop, &worker});
  const auto body = get("/api/sessions/" + session + "/signaling", "doctor").body;
  EXPECT_NE(body.find(R"("senderId":null,)"), std::string::npos) << body;
}

TEST_F(ByDirectory, creating_needs_a_patient_of_the_store) {
  const auto create = [&](std::string_view patient) {
    return post("/api/sessions/create", "doctor", R"({"patientId":")" + std::string(patient) + "\"}").body;
  };
  EXPECT_EQ(create(stranger_id), R"({"message":"Invalid patient ID","code":"invalid_argument"})") << "not in the store";
  EXPECT_EQ(create(admin_id), R"({"message":"Invalid patient ID","code":"invalid_argument"})");
  EXPECT_NE(create(patient_id).find("Session created successfully"), std::string::npos);
}

struct ByDirectoryLimited : ByDirectory {
  ByDirectoryLimited() : ByDirectory({1, 0, 0, 0}) {}
};

TEST_F(ByDirectoryLimited, a_limited_client_is_refused_before_the_store_is_asked) {
  EXPECT_EQ(status_of("doctor"), 200U);
  const auto reads = store.user_reads();
  EXPECT_EQ(status_of("patient"), 429U);
  EXPECT_EQ(store.user_reads(), reads);
}

}  // namespace
}  // namespace parley::http_api::test
