// Requests to the Engine.IO path: the table of docs/api-contract.md §6.1, in the order of checks of the JavaScript server.
#include "protocol/engineio/handshake.hpp"

#include <gtest/gtest.h>

#include "protocol/engineio/socket_handler.hpp"

namespace parley::protocol::engineio {
namespace {

using namespace std::chrono_literals;

std::optional<RequestError> refusal_of(std::string_view query, RequestForm form) {
  const auto kind = classify(Query::parse(query), form);
  return kind ? std::nullopt : std::optional(kind.error());
}

constexpr RequestForm get{.method = "GET"};
constexpr RequestForm post{.method = "POST"};
constexpr RequestForm upgrade{.method = "GET", .websocket = true};

TEST(EngineioQuery, reads_its_parameters) {
  const Query query = Query::parse("EIO=4&transport=polling&t=Nx&b64=1&sid=a%2Fb&token=x");
  EXPECT_EQ(query.eio, "4");
  EXPECT_EQ(query.transport, "polling");
  EXPECT_EQ(query.t, "Nx");
  EXPECT_EQ(query.sid, "a/b");
  EXPECT_TRUE(query.b64);
  EXPECT_FALSE(Query::parse("EIO=4").b64);
}

TEST(EngineioQuery, the_first_of_a_repeated_parameter_counts) {
  EXPECT_EQ(Query::parse("sid=a&sid=b").sid, "a");
}

TEST(EngineioQuery, decodes_what_can_be_decoded) {
  EXPECT_EQ(query_value("a=%41%zz%4&b", "a"), "A%zz%4");
  EXPECT_EQ(query_value("a=x+y", "a"), "x y");
  EXPECT_EQ(query_value("a=1&b", "b"), "");
  EXPECT_EQ(query_value("%61=1", "a"), "1");
  EXPECT_EQ(query_value("a=b=c", "a"), "b=c");
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  EXPECT_EQ(query_value("&&=", "a"), std::nullopt);
}

TEST(EngineioHandshake, opens_by_polling_and_by_websocket) {
  EXPECT_EQ(classify(Query::parse("EIO=4&transport=polling"), get), RequestKind::open_polling);
  EXPECT_EQ(classify(Query::parse("EIO=4&transport=websocket"), upgrade), RequestKind::open_websocket);
}

TEST(EngineioHandshake, refuses_in_the_order_of_the_javascript_server) {
  EXPECT_EQ(refusal_of("", get), RequestError::transport_unknown);
  EXPECT_EQ(refusal_of("EIO=4", get), RequestError::transport_unknown);
  EXPECT_EQ(refusal_of("EIO=4&transport=tcp", post), RequestError::transport_unknown);
  EXPECT_EQ(refusal_of("EIO=4&transport=polling", post), RequestError::bad_handshake_method);
  EXPECT_EQ(refusal_of("EIO=3&transport=polling", post), RequestError::bad_handshake_method);
  EXPECT_EQ(refusal_of("EIO=4&transport=polling", {.method = "PUT"}), RequestError::bad_handshake_method);
  EXPECT_EQ(refusal_of("EIO=4&transport=websocket", get), RequestError::bad_request);
  EXPECT_EQ(refusal_of("transport=polling", get), RequestError::unsupported_protocol_version);
  for (const std::string version : {"", "abc", "3", "5", "44"}) {
    EXPECT_EQ(refusal_of("EIO=" + version + "&transport=polling", get), RequestError::unsupported_protocol_version);
    EXPECT_EQ(refusal_of("EIO=" + version + "&transport=websocket", upgrade), RequestError::unsupported_protocol_version);
  }
}

TEST(EngineioHandshake, sorts_requests_with_a_sid) {
  const Query polling = Query::parse("EIO=4&transport=polling&sid=x");
  EXPECT_EQ(classify(polling, get), RequestKind::poll);
  EXPECT_EQ(classify(polling, post), RequestKind::post);
  EXPECT_EQ(classify(Query::parse("EIO=4&transport=websocket&sid=x"), upgrade), RequestKind::probe_websocket);
  EXPECT_EQ(refusal_of("EIO=4&transport=polling&sid=x", {.method = "DELETE"}), RequestError::bad_request);
  EXPECT_EQ(refusal_of("EIO=4&transport=polling&sid=x", upgrade), RequestError::bad_request);
}

TEST(EngineioHandshake, checks_a_sid_against_its_session) {
  const Query polling = Query::parse("EIO=4&transport=polling&sid=x");
  const Query websocket = Query::parse("EIO=4&transport=websocket&sid=x");
  for (const RequestKind kind : {RequestKind::poll, RequestKind::post}) {
    EXPECT_EQ(check_session(polling, kind, std::nullopt).error(), RequestError::session_id_unknown);
    EXPECT_EQ(check_session(websocket, kind, std::nullopt).error(), RequestError::session_id_unknown);
    EXPECT_TRUE(check_session(polling, kind, Transport::polling));
    EXPECT_EQ(check_session(websocket, kind, Transport::polling).error(), RequestError::bad_request);
    EXPECT_EQ(check_session(polling, kind, Transport::websocket).error(), RequestError::bad_request);
  }
  EXPECT_TRUE(check_session(websocket, RequestKind::probe_websocket, Transport::polling));
  EXPECT_EQ(check_session(websocket, RequestKind::probe_websocket, Transport::websocket).error(), RequestError::bad_request);
  EXPECT_EQ(check_session(websocket, RequestKind::probe_websocket, std::nullopt).error(), RequestError::session_id_unknown);
}

TEST(EngineioHandshake, gives_the_bodies_of_the_contract) {
  EXPECT_EQ(body_of(RequestError::transport_unknown), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(body_of(RequestError::session_id_unknown), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(body_of(RequestError::bad_handshake_method), R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(body_of(RequestError::bad_request), R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(body_of(RequestError::unsupported_protocol_version), R"({"code":5,"message":"Unsupported protocol version"})");
}

TEST(EngineioHandshake, writes_the_open_packet_in_the_order_of_the_javascript_server) {
  OpenPacket open{.sid = "lv_VI97HAXpY6yYWAAAB", .ping_interval = 25s, .ping_timeout = 60s, .payload_bytes_max = 1'000'000};
  EXPECT_EQ(encode_open(open),
            R"(0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
  open.transport = Transport::websocket;
  EXPECT_EQ(encode_open(open),
            R"(0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
}

TEST(EngineioSocket, names_its_reasons_and_encodes_messages) {
  EXPECT_EQ(name_of(CloseReason::transport_close), "transport close");
  EXPECT_EQ(name_of(CloseReason::transport_error), "transport error");
  EXPECT_EQ(name_of(CloseReason::ping_timeout), "ping timeout");
  EXPECT_EQ(name_of(CloseReason::parse_error), "parse error");
  EXPECT_EQ(name_of(CloseReason::forced_close), "forced close");
  EXPECT_EQ(name_of(CloseReason::server_shutting_down), "server shutting down");
  EXPECT_EQ(encode_message("hi")->text_packet(), "4hi");
}

}  // namespace
}  // namespace parley::protocol::engineio
