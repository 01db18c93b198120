// Chat and sessions over HTTP (docs/api-contract.md §4, §5): parameters, answers and refusals, as a client sees them. The tests of the
// service check the rules themselves.
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using Routes = Api;

TEST_F(Routes, a_session_is_created_joined_and_ended) {
  const auto created = post("/api/sessions/create", "doctor", R"({"patientId":")" + std::string(patient_id) + "\"}");
  EXPECT_EQ(created.status, 201U);
  EXPECT_EQ(member(created.body, "message"), "Session created successfully");
  EXPECT_EQ(member(created.body, "status"), "created");
  EXPECT_NE(created.body.find(R"("appointmentId":null,"participantCount":0,"duration":0)"), std::string::npos) << created.body;
  EXPECT_EQ(created.body.find("startedAt"), std::string::npos);
  const auto session = member(created.body, "sessionId");

  const auto joined = post("/api/sessions/" + session + "/join", "patient");
  EXPECT_EQ(joined.status, 200U);
  EXPECT_EQ(member(joined.body, "message"), "Successfully joined session");
  EXPECT_EQ(member(joined.body, "status"), "active");
  EXPECT_EQ(member(joined.body, "userRole"), "patient");
  EXPECT_NE(joined.body.find("stun:stun.l.google.com:19302"), std::string::npos);

  clock.advance(std::chrono::milliseconds{61'900});
  const auto ended = post("/api/sessions/" + session + "/end", "patient");
  EXPECT_EQ(ended.status, 200U);
  EXPECT_EQ(member(ended.body, "message"), "Session ended successfully");
  EXPECT_EQ(member(ended.body, "status"), "ended");
  EXPECT_EQ(member(ended.body, "duration"), "61");
  EXPECT_EQ(member(ended.body, "endedAt").size(), std::string("2026-01-01T00:00:00.000Z").size());

  const auto again = post("/api/sessions/" + session + "/end", "doctor");
  EXPECT_EQ(again.status, 400U);
  EXPECT_EQ(member(again.body, "message"), "Session is already ended");
  const auto rejoined = post("/api/sessions/" + session + "/join", "doctor");
  EXPECT_EQ(rejoined.status, 400U);
  EXPECT_EQ(member(rejoined.body, "message"), "Session has already ended");
}

TEST_F(Routes, an_ended_session_is_reopened) {
  const auto session = created_session();
  const auto path = "/api/sessions/" + session;
  const auto refused = [&](std::string_view who) {
    const auto answer = post(path + "/reopen", who);
    return std::to_string(answer.status) + " " + member(answer.body, "message") + " " + member(answer.body, "code");
  };
  const auto started = member(post(path + "/join", "patient").body, "startedAt");
  EXPECT_EQ(refused("doctor"), "400 Session is not ended invalid_argument");
  clock.advance(std::chrono::seconds{10});
  post(path + "/end", "patient");
  EXPECT_EQ(refused("stranger"), "403 Unauthorized access to session forbidden");
  EXPECT_EQ(refused("patient"), "403 Only the creator of a session can reopen it forbidden");
  EXPECT_EQ(post("/api/sessions/" + std::string(unknown_session) + "/reopen", "doctor").status, 404U);
  clock.advance(std::chrono::hours{1});
  const auto reopened = post(path + "/reopen", "doctor");
  EXPECT_EQ(reopened.status, 200U) << reopened.body;
  EXPECT_EQ(member(reopened.body, "message"), "Session reopened successfully");
  EXPECT_EQ(member(reopened.body, "status"), "active");
  EXPECT_EQ(member(reopened.body, "startedAt"), started);
  EXPECT_EQ(member(reopened.body, "duration"), "10");
  EXPECT_EQ(reopened.body.find("endedAt"), std::string::npos);
  EXPECT_NE(reopened.body.find(R"("doctorId":{"_id":"65f000000000000000000001","email":"doctor@example.org")"), std::string::npos);
  EXPECT_EQ(store_text(session, "again").status, 201U);
  EXPECT_NE(get("/api/sessions/user/active", "patient").body.find(session), std::string::npos);
  clock.advance(std::chrono::seconds{5});
  EXPECT_EQ(member(post(path + "/end", "patient").body, "duration"), "15");

  const auto other = created_session();
  const auto in_the_way = post(path + "/reopen", "doctor");
  EXPECT_EQ(in_the_way.status, 409U);
  EXPECT_EQ(member(in_the_way.body, "message"), "Active session already exists");
  EXPECT_EQ(member(in_the_way.body, "sessionId"), other);
  post("/api/sessions/" + other + "/end", "doctor");
  EXPECT_EQ(post(path + "/reopen", "admin").status, 200U);
}

class JoinsReopen : public Api {
 protected:
  static service::ServiceConfig config() {
    service::ServiceConfig config;
    config.reopening.by = service::ReopeningConfig::By::joining;
    return config;
  }
  JoinsReopen() : Api({0, 0, 0, 0}, {}, config()) {}
};

TEST_F(JoinsReopen, within_the_time_and_while_no_other_session_of_the_two_is_open) {
  const auto session = created_session();
  const auto path = "/api/sessions/" + session;
  post(path + "/join", "patient");
  post(path + "/end", "patient");
  const auto joined = post(path + "/join", "patient");
  EXPECT_EQ(joined.status, 200U);
  EXPECT_EQ(member(joined.body, "message"), "Successfully joined session");
  EXPECT_EQ(member(joined.body, "status"), "active");
  post(path + "/end", "patient");
  const auto other = created_session();
  const auto in_the_way = post(path + "/join", "patient");
  EXPECT_EQ(in_the_way.status, 409U);
  EXPECT_EQ(member(in_the_way.body, "sessionId"), other);
  post("/api/sessions/" + other + "/end", "doctor");
  clock.advance(std::chrono::hours{24} + std::chrono::milliseconds{1});
  EXPECT_EQ(member(post(path + "/join", "patient").body, "message"), "Session has already ended");
}

TEST_F(Routes, a_second_session_of_a_pair_is_409_and_names_the_first) {
  const auto session = created_session();
  const auto second = post("/api/sessions/create", "doctor", R"({"patientId":")" + std::string(patient_id) + "\"}");
  EXPECT_EQ(second.status, 409U);
  EXPECT_EQ(member(second.body, "message"), "Active session already exists");
  EXPECT_EQ(member(second.body, "sessionId"), session);
}

struct WithoutRates : Api {
  WithoutRates() : Api({0, 0, 0, 0}, {}, without_rates()) {}
  static service::ServiceConfig without_rates() {
    service::ServiceConfig config;
    config.rates = service::no_event_rates;
    return config;
  }
};

TEST_F(WithoutRates, creation_refuses_in_the_contracts_order) {
  const auto refused = [&](std::string_view who, std::string json) {
    const auto answer = post("/api/sessions/create", who, std::move(json));
    return std::to_string(answer.status) + " " + member(answer.body, "message");
  };
  EXPECT_EQ(refused("patient", "{}"), "403 Only doctors can create sessions");
  EXPECT_EQ(refused("admin", "{}"), "403 Only doctors can create sessions");
  for (const std::string json : {"{}", R"({"patientId":""})", R"({"patientId":null})", R"({"patientId":0})", "[]", ""}) {
    EXPECT_EQ(refused("doctor", json), "400 Patient ID is required") << json;
  }
  for (const std::string json :
       {R"({"patientId":"two\nlines"})", R"({"patientId":7})", R"({"patientId":{}})", R"({"patientId":["65f000000000000000000002"]})"}) {
    EXPECT_EQ(refused("doctor", json), "400 Invalid patient ID") << json;
  }
  EXPECT_EQ(refused("doctor", R"({"patientId":"65f000000000000000000002","appointmentId":"x"})"), "400 Invalid appointment ID");
}

TEST_F(Routes, the_access_rule_holds_on_every_route_of_a_session) {
  const auto session = created_session();
  const auto foreign = std::string(unknown_session);
  struct Case {
    std::string method, before, after;
  };
  for (const auto& [method, before, after] :
       {Case{"GET", "/api/sessions/", ""}, Case{"POST", "/api/sessions/", "/join"}, Case{"POST", "/api/sessions/", "/end"},
        Case{"GET", "/api/sessions/", "/chat"}, Case{"GET", "/api/sessions/", "/signaling"}, Case{"GET", "/api/chat/session/", ""},
        Case{"GET", "/api/chat/session/", "/stats"}, Case{"GET", "/api/chat/session/", "?before=garbage"}}) {
    for (const std::string& id : {foreign, std::string("create"), std::string("%7B%7D")}) {
      const auto missing = send(method, before + id + after, bearer("stranger"));
      EXPECT_EQ(missing.status, 404U) << before << id << after;
      EXPECT_EQ(member(missing.body, "message"), "Session not found");
    }
    for (const std::string who : {"stranger", "admin"}) {
      const auto refused = send(method, before + session + after, bearer(who));
      EXPECT_EQ(refused.status, 403U) << before << after << " " << who;
      EXPECT_EQ(member(refused.body, "message"), "Unauthorized access to session");
      EXPECT_EQ(refused.body.find("\"success\""), std::string::npos);
    }
  }
  for (const std::string who : {"stranger", "admin"}) EXPECT_EQ(store_text(session, "hi", who).status, 403U);
  EXPECT_EQ(store_text(foreign, "hi").status, 404U);
}

TEST_F(Routes, reads_of_a_session) {
  const auto session = created_session();
  const auto read = get("/api/sessions/" + session, "patient");
  EXPECT_EQ(read.status, 200U);
  EXPECT_TRUE(read.body.starts_with("{\"session\":{"));
  EXPECT_NE(
      read.body.find(R"("doctorId":{"_id":"65f000000000000000000001","email":"doctor@example.org","role":"doctor","name":"A doctor"})"),
      std::string::npos)
      << read.body;
  const auto active = get("/api/sessions/user/active", "patient");
  EXPECT_EQ(active.status, 200U);
  EXPECT_NE(active.body.find(session), std::string::npos);
  EXPECT_EQ(get("/api/sessions/user/active", "stranger").body, R"({"sessions":[]})");
  EXPECT_EQ(get("/api/sessions/" + session + "/chat", "doctor").body, R"({"messages":[]})");
  EXPECT_EQ(get("/api/sessions/" + session + "/signaling", "doctor").body,
            R"({"sessionId":")" + session + R"(","signalingMessages":[],"count":0})");
}

TEST_F(Routes, ice_servers_are_listed) {
  const auto answer = get("/api/sessions/ice-servers", "patient");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(member(answer.body, "serverCount"), "3");
  EXPECT_EQ(member(answer.body, "timestamp"), "2026-01-01T00:00:00.000Z");
}

TEST_F(Routes, a_stored_message_is_answered_and_then_read_everywhere) {
  const auto session = created_session();
  const auto stored = store_text(session, "h\\u00e9 <b>\\n");
  EXPECT_EQ(stored.status, 201U) << stored.body;
  EXPECT_EQ(member(stored.body, "message"), "Chat message stored successfully");
  const auto id = member(stored.body, "_id");
  EXPECT_NE(stored.body.find(R"("message":"hé <b>\n")"), std::string::npos) << stored.body;
  EXPECT_NE(stored.body.find(R"("senderRole":"doctor")"), std::string::npos);

  const auto page = get("/api/chat/session/" + session, "patient");
  EXPECT_EQ(page.status, 200U);
  EXPECT_NE(page.body.find(id), std::string::npos);
  EXPECT_NE(page.body.find(R"("pagination":{"currentPage":1,"totalPages":1,"totalMessages":1,"hasMore":false})"), std::string::npos)
      << page.body;
  EXPECT_NE(get("/api/sessions/" + session + "/chat", "patient").body.find(id), std::string::npos);
  const auto stats = get("/api/chat/session/" + session + "/stats", "patient");
  EXPECT_EQ(member(stats.body, "totalMessages"), "1");
  EXPECT_EQ(member(stats.body, "messageCount"), "1");
}

TEST_F(Routes, no_201_before_the_commit) {
  const auto session = created_session();
  store.hold_commits();
  bool answered = false;
  protocol::http::Request request;
  request.method = "POST";
  request.target = "/api/chat/store";
  request.headers = bearer("doctor");
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = R"({"sessionId":")" + session + R"(","message":"held"})";
  request.has_body = true;
  http.handle(std::move(request), loop, [&answered](protocol::http::Response response) {
    EXPECT_EQ(response.status, 201U);
    answered = true;
  });
  parley::test::run_all({&loop, &worker});
  EXPECT_FALSE(answered);
  EXPECT_EQ(get("/api/chat/session/" + session, "doctor").body.find("held"), std::string::npos);
  store.release_commits();
  parley::test::run_all({&loop, &worker});
  EXPECT_TRUE(answered);
}

TEST_F(Routes, store_refuses_in_the_contracts_order) {
  const auto session = created_session();
  const auto refused = [&](std::string json) {
    const auto answer = post("/api/chat/store", "doctor", std::move(json));
    return std::to_string(answer.status) + " " + member(answer.body, "message");
  };
  const auto with = [&](const std::string& message) { return R"({"sessionId":")" + session + R"(","message":)" + message + "}"; };
  const std::string required = "400 Session ID and message are required";
  for (const std::string json :
       {"{}", "[]", "", R"({"message":"x"})", R"({"sessionId":"","message":"x"})", R"({"sessionId":0,"message":"x"})"}) {
    EXPECT_EQ(refused(json), required) << json;
  }
  for (const std::string message : {"\"\"", "null", "0", "false", "\"  \\n\\u2028\\ufeff\"", "\"\\u0000\\u001f\""})
    EXPECT_EQ(refused(with(message)), required) << message;
  for (const std::string message : {"1", "true", "[]", "{}"}) EXPECT_EQ(refused(with(message)), "400 Message must be a string") << message;
  EXPECT_EQ(refused(with("\"" + std::string(1001, 'x') + "\"")), "400 Message too long (max 1000 characters)");
  EXPECT_EQ(refused(R"({"sessionId":"nope","message":")" + std::string(1001, 'x') + "\"}"), "400 Message too long (max 1000 characters)");
  for (const std::string id : {"\"nope\"", "{\"$ne\":null}", "1", "true", "[]"}) {
    EXPECT_EQ(refused(R"({"message":"x","sessionId":)" + id + "}"), "404 Session not found") << id;
  }
  EXPECT_EQ(post("/api/chat/store", "doctor", with("\"" + std::string(1000, 'x') + "\"")).status, 201U);
  EXPECT_EQ(post("/api/sessions/" + session + "/end", "doctor").status, 200U);
  EXPECT_EQ(refused(with("\"late\"")), "400 Session has already ended");
}

TEST_F(Routes, a_request_without_a_body_gets_the_handlers_own_400) {
  for (const std::string target : {"/api/chat/store", "/api/sessions/create"}) {
    EXPECT_EQ(send("POST", target, bearer("doctor")).status, 400U) << target;
    auto headers = bearer("doctor");
    headers.push_back({"Content-Type", "text/plain"});
    const auto answer = send("POST", target, headers, "{\"sessionId\":\"x\"}");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(answer.body.find("success"), std::string::npos);
  }
}

TEST_F(Routes, forms_are_taken_as_well) {
  const auto session = created_session();
  auto headers = bearer("doctor");
  headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  const auto stored = send("POST", "/api/chat/store", headers, "sessionId=" + session + "&message=a+form%21");
  EXPECT_EQ(stored.status, 201U);
  EXPECT_NE(stored.body.find("a form!"), std::string::npos);
}

TEST_F(Routes, the_same_key_gives_the_same_message_by_field_or_header) {
  const auto session = created_session();
  const auto json = R"({"sessionId":")" + session + R"(","message":"once","clientMessageId":"k1"})";
  const auto first = post("/api/chat/store", "doctor", json);
  EXPECT_EQ(first.status, 201U);
  EXPECT_EQ(first.body.find("duplicate"), std::string::npos);
  auto headers = bearer("doctor");
  headers.push_back({"Content-Type", "application/json"});
  headers.push_back({"Idempotency-Key", "k1"});
  const auto second = send("POST", "/api/chat/store", headers, R"({"sessionId":")" + session + R"(","message":"once"})");
  EXPECT_EQ(second.status, 201U);
  EXPECT_EQ(member(second.body, "duplicate"), "true");
  EXPECT_EQ(member(second.body, "_id"), member(first.body, "_id"));
  EXPECT_EQ(send("POST", "/api/chat/store", headers, json).status, 201U);

  const auto other = post("/api/chat/store", "doctor", R"({"sessionId":")" + session + R"(","message":"another","clientMessageId":"k1"})");
  EXPECT_EQ(other.status, 409U);
  EXPECT_EQ(member(other.body, "code"), "idempotency_conflict");
  headers.back().value = "k2";
  const auto both = send("POST", "/api/chat/store", headers, json);
  EXPECT_EQ(both.status, 400U);
  EXPECT_EQ(member(both.body, "code"), "invalid_argument");
}

TEST_F(Routes, pages_read_their_parameters_as_the_contract_says) {
  const auto session = created_session();
  for (int i = 1; i <= 5; ++i) {
    clock.advance(std::chrono::seconds{1});
    ASSERT_EQ(store_text(session, "text " + std::to_string(i)).status, 201U);
  }
  const auto page = [&](const std::string& query) { return get("/api/chat/session/" + session + query, "doctor").body; };
  EXPECT_NE(page("?limit=2").find(R"("currentPage":1,"totalPages":3,"totalMessages":5,"hasMore":true)"), std::string::npos)
      << page("?limit=2");
  EXPECT_NE(page("?limit=2").find("text 4"), std::string::npos);
  EXPECT_EQ(page("?limit=2").find("text 3"), std::string::npos);
  EXPECT_NE(page("?limit=2&page=3").find("text 1"), std::string::npos);
  EXPECT_NE(page("?limit=2abc&page=2.9&page=1").find("text 3"), std::string::npos);
  EXPECT_NE(page("?page=9").find(R"("messages":[])"), std::string::npos);
  EXPECT_NE(page("?page=99999999999999999999&limit=1000").find(R"("messages":[])"), std::string::npos);
  for (const std::string query : {"?limit=0", "?limit=abc", "?limit=", "?limit=-1", "?page=0", "?page=abc", "?before="}) {
    EXPECT_NE(page(query).find(R"("currentPage":1,"totalPages":1,"totalMessages":5,"hasMore":false)"), std::string::npos) << query;
  }
  EXPECT_NE(page("?before=2026-01-01T00:00:03.000Z").find(R"("totalMessages":2)"), std::string::npos);
  EXPECT_NE(page("?before=1767225603000").find(R"("totalMessages":2)"), std::string::npos);
  EXPECT_NE(page("?before=2026-01-01").find(R"("totalMessages":0)"), std::string::npos);
  const auto invalid = get("/api/chat/session/" + session + "?before=yesterday", "doctor");
  EXPECT_EQ(invalid.status, 400U);
  EXPECT_EQ(member(invalid.body, "message"), "Invalid before timestamp");
}

TEST_F(Routes, a_deleted_message_is_gone_and_a_second_delete_is_404) {
  const auto session = created_session();
  const auto id = member(store_text(session, "to go", "patient").body, "_id");
  const auto refused = remove("/api/chat/" + id, "doctor");
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(member(refused.body, "message"), "Unauthorized to delete this message");
  const auto deleted = remove("/api/chat/" + id, "patient");
  EXPECT_EQ(deleted.status, 200U);
  EXPECT_EQ(deleted.body, R"({"message":"Chat message deleted successfully"})");
  EXPECT_EQ(get("/api/chat/session/" + session, "doctor").body.find("to go"), std::string::npos);
  for (const std::string& unknown : {id, std::string("x"), std::string("65f0000000000000000000ff")}) {
    const auto answer = remove("/api/chat/" + unknown, "patient");
    EXPECT_EQ(answer.status, 404U) << unknown;
    EXPECT_EQ(member(answer.body, "message"), "Message not found");
  }
}

TEST_F(Routes, store_troubles_have_their_statuses) {
  const auto session = created_session();
  store.fail_next({ErrorCode::store_full, "The store is full", {}, 0});
  EXPECT_EQ(store_text(session, "x").status, 507U);
  store.fail_next({ErrorCode::overloaded, "Too much is waiting", {}, 1'500});
  const auto overloaded = store_text(session, "x");
  EXPECT_EQ(overloaded.status, 503U);
  EXPECT_EQ(overloaded.header("Retry-After"), "2");
  EXPECT_EQ(member(overloaded.body, "code"), "overloaded");
  store.refuse_all({ErrorCode::store_failed, "The store takes no entries until restart", {}, 0});
  EXPECT_EQ(store_text(session, "x").status, 503U);
}

}  // namespace
}  // namespace parley::http_api::test
