// All of http_api over the service and the model store, on loops driven by hand. A test sends a request and checks the answer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "domain/error_code.hpp"
#include "http_api/http_api.hpp"
#include "relay/local/local_relay.hpp"
#include "support/collected_logs.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"
#include "support/model_store.hpp"
#include "support/scripted_ice_checker.hpp"
#include "support/seeded_entropy.hpp"

namespace parley::http_api::test {

inline constexpr std::string_view doctor_id = "65f000000000000000000001";
inline constexpr std::string_view patient_id = "65f000000000000000000002";
inline constexpr std::string_view stranger_id = "65f000000000000000000003";
inline constexpr std::string_view admin_id = "65f000000000000000000004";
inline constexpr std::string_view unknown_session = "00000000-0000-4000-8000-000000000000";

/// In these tests a token is the name of a user.
class NamedPeople final : public auth::Authenticator {
 public:
  [[nodiscard]] std::expected<auth::Identity, auth::AuthFailure> authenticate(std::string_view token) override {
    if (revoked.contains(sha256({token}))) return std::unexpected(auth::AuthFailure::revoked);
    if (token == "revoked") return std::unexpected(auth::AuthFailure::revoked);
    if (token == "nobody") return std::unexpected(auth::AuthFailure::user_not_found);
    if (token == "doctor") return person(token, doctor_id, "doctor");
    if (token == "patient") return person(token, patient_id, "patient");
    if (token == "stranger") return person(token, stranger_id, "doctor");
    if (token == "admin") return person(token, admin_id, "admin");
    return std::unexpected(auth::AuthFailure::invalid);
  }

  /// A `roleless` token only proves that it belongs to the doctor.
  [[nodiscard]] std::expected<auth::TokenOwner, auth::AuthFailure> owner_of(std::string_view token) override {
    const auto identity = authenticate(token == "roleless" ? "doctor" : token);
    if (!identity) return std::unexpected(identity.error());
    return auth::TokenOwner{identity->user.id, identity->token};
  }

  void revoke(const domain::Revocation& revocation) override { revoked.insert(revocation.token); }

 private:
  std::set<domain::TokenId> revoked;
  static auth::Identity person(std::string_view token, std::string_view id, const std::string& role) {
    return {{*UserId::parse(id), {role}, role + "@example.org", "A " + role}, {sha256({token}), std::nullopt}};
  }
};

using Headers = std::vector<protocol::http::Header>;

struct Answer : protocol::http::Response {
  /// A header from the response or from its shared lines; nothing if it is absent.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const {
    for (const auto& each : headers) {
      if (each.name == name) return each.value;
    }
    const auto line = "\r\n" + std::string(name) + ": ";
    const auto lines = "\r\n" + shared_headers;
    const auto at = lines.find(line);
    if (at == std::string::npos) return std::nullopt;
    return lines.substr(at + line.size(), lines.find("\r\n", at + 2) - at - line.size());
  }
};

class Api : public testing::Test {
 protected:
  explicit Api(RequestLimits request_limits = {0, 0, 0, 0}, std::vector<Asset> assets = {}, service::ServiceConfig service_config = {})
      : service_config_(std::move(service_config)), config_(make_config(request_limits, std::move(assets))) {}

  static HttpApiConfig make_config(RequestLimits request_limits, std::vector<Asset> assets) {
    HttpApiConfig config;
    config.limits = request_limits;
    config.assets = std::move(assets);
    return config;
  }

  Answer send(std::string method, std::string target, Headers headers = {}, std::optional<std::string> body = std::nullopt) {
    protocol::http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.has_body = body.has_value();
    request.body = body.value_or("");
    request.remote_address = address;
    std::optional<Answer> answer;
    http.handle(std::move(request), loop, [&answer](protocol::http::Response response) {
      ASSERT_FALSE(answer.has_value()) << "answered twice";
      answer.emplace();
      static_cast<protocol::http::Response&>(*answer) = std::move(response);
      if (answer->shared_body != nullptr) answer->body = *answer->shared_body;
    });
    parley::test::run_all({&loop, &worker});
    EXPECT_TRUE(answer.has_value()) << "never answered";
    return answer.value_or(Answer{});
  }
  Answer get(std::string target, std::string_view token) { return send("GET", std::move(target), bearer(token)); }
  Answer post(std::string target, std::string_view token, std::string json = "{}") {
    auto headers = bearer(token);
    headers.push_back({"Content-Type", "application/json"});
    return send("POST", std::move(target), std::move(headers), std::move(json));
  }
  Answer remove(std::string target, std::string_view token) { return send("DELETE", std::move(target), bearer(token)); }

  static Headers bearer(std::string_view token) {
    if (token.empty()) return {};
    return {{"Authorization", "Bearer " + std::string(token)}};
  }

  /// The value of the first member of that name, as it is in the JSON; strings without quotes.
  static std::string member(const std::string& json, std::string_view name) {
    const auto key = "\"" + std::string(name) + "\":";
    const auto at = json.find(key);
    if (at == std::string::npos) return {};
    const auto begin = at + key.size();
    if (json[begin] == '"') return json.substr(begin + 1, json.find('"', begin + 1) - begin - 1);
    return json.substr(begin, json.find_first_of(",}]", begin) - begin);
  }

  std::string created_session() {
    const auto answer = post("/api/sessions/create", "doctor", R"({"patientId":")" + std::string(patient_id) + "\"}");
    EXPECT_EQ(answer.status, 201U) << answer.body;
    return member(answer.body, "sessionId");
  }
  Answer store_text(const std::string& session, std::string_view text, std::string_view who = "doctor") {
    return post("/api/chat/store", who, R"({"sessionId":")" + session + R"(","message":")" + std::string(text) + "\"}");
  }

 private:
  service::ServiceConfig service_config_;

 protected:
  std::string address = "192.0.2.7";
  std::vector<std::string> not_ready;
  parley::test::ManualClock clock;
  parley::test::ManualLoop loop{0};
  parley::test::ManualLoop worker{1};
  parley::test::ModelStore store{worker, clock};
  relay::LocalRelay relay;
  NamedPeople people;
  parley::test::CollectedLogs logs;
  parley::test::ScriptedIceChecker ice_checker;
  service::ChatService service{
      {{&loop}, store, relay, people, clock, [] { return std::make_unique<parley::test::SeededEntropy>(1); }, logs, ice_checker},
      service_config_};

 private:
  HttpApiConfig config_;

 protected:
  HttpApi http{{service, clock, logs, [](const Figures&) { return std::string("parley_up 1\n"); }, [this] { return not_ready; },
                [] { return std::uint64_t{12'345'678}; }},
               config_};
};

}  // namespace parley::http_api::test
