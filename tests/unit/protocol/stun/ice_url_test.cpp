// URLs of ICE servers, as RFC 7064 and RFC 7065 write them.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "protocol/stun/ice_url.hpp"

namespace parley::protocol::stun {
namespace {

/// `kind transport host port`, or `none`.
std::string read(std::string_view text) {
  const auto url = parse_ice_url(text);
  if (!url) return "none";
  const std::string transports[] = {"udp", "tcp", "tls"};
  return (url->kind == IceUrl::Kind::stun ? "stun " : "turn ") + transports[static_cast<std::size_t>(url->transport)] + " " + url->host +
         " " + std::to_string(url->port);
}

TEST(IceUrls, have_a_kind_a_host_a_port_and_a_transport) {
  EXPECT_EQ(read("stun:stun.l.google.com:19302"), "stun udp stun.l.google.com 19302");
  EXPECT_EQ(read("stun:example.org"), "stun udp example.org 3478");
  EXPECT_EQ(read("STUN:192.0.2.1:1"), "stun udp 192.0.2.1 1");
  EXPECT_EQ(read("stuns:example.org"), "stun tls example.org 5349");
  EXPECT_EQ(read("turn:turn.example.org"), "turn udp turn.example.org 3478");
  EXPECT_EQ(read("turn:[2001:db8::1]:65535?transport=udp"), "turn udp 2001:db8::1 65535");
  EXPECT_EQ(read("turn:example.org?transport=TCP"), "turn tcp example.org 3478");
  EXPECT_EQ(read("turns:example.org:443?transport=tcp"), "turn tls example.org 443");
  EXPECT_EQ(read("stun:[::1]"), "stun udp ::1 3478");
}

TEST(IceUrls, anything_else_is_none) {
  for (const std::string_view text : {"",
                                      "stun",
                                      "stun:",
                                      "http://example.org",
                                      "stun://example.org",
                                      "stun:example.org:",
                                      "stun:example.org:0",
                                      "stun:example.org:65536",
                                      "stun:example.org:1x",
                                      "stun:example.org:-1",
                                      "stun:exa mple.org",
                                      "stun:example.org/",
                                      "stun:example.org?transport=udp",
                                      "turn:example.org?transport=sctp",
                                      "turn:example.org?",
                                      "turn:example.org?x=1",
                                      "turn:[::1",
                                      "turn:[]",
                                      "turn:[::1]x",
                                      "turn:[g::1]",
                                      "turn:user@example.org",
                                      "turn::3478",
                                      "stun:exämple.org",
                                      "stun:example.org\n"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
  EXPECT_FALSE(parse_ice_url(std::string_view("stun:a\0b", 8)));
}

TEST(IceUrls, are_bounded) {
  const std::string longest = "stun:" + std::string(limits::ice_url_bytes_max - 5, 'a');
  EXPECT_TRUE(parse_ice_url(longest));
  EXPECT_FALSE(parse_ice_url(longest + "a"));
}

}  // namespace
}  // namespace parley::protocol::stun
