#include "server/shared/client_address.hpp"

#include <gtest/gtest.h>

namespace parley::server {
namespace {

protocol::http::Request forwarded(std::initializer_list<std::string> lists) {
  protocol::http::Request request;
  for (const auto& list : lists) request.headers.push_back({"x-forwarded-For", list});
  return request;
}

TrustedProxies trusting(std::vector<std::string> networks) {
  return TrustedProxies::parse(networks).value();
}

TEST(TrustedProxies, without_any_the_peer_is_the_client) {
  EXPECT_EQ(TrustedProxies().client_of("203.0.113.9", forwarded({"1.2.3.4"})), "203.0.113.9");
}

TEST(TrustedProxies, a_stranger_is_not_believed) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("203.0.113.9", forwarded({"1.2.3.4"})), "203.0.113.9");
}

TEST(TrustedProxies, a_trusted_proxy_names_the_client) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({"1.2.3.4"})), "1.2.3.4");
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({})), "10.1.2.3");
}

TEST(TrustedProxies, what_a_client_wrote_itself_before_the_first_proxy_is_not_believed) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({"6.6.6.6, 1.2.3.4, 10.9.9.9"})), "1.2.3.4");
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({"6.6.6.6", "1.2.3.4"})), "1.2.3.4");
}

TEST(TrustedProxies, an_entry_that_is_no_address_ends_the_search) {
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({"1.2.3.4, unknown"})), "10.1.2.3");
}

TEST(TrustedProxies, an_entry_may_have_a_port_brackets_or_quotes) {
  const auto client = [](const std::string& entry) { return trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({entry})); };
  for (const std::string entry :
       {"203.0.113.5:51234", "203.0.113.5:0", "203.0.113.5:65535", " 203.0.113.5:80\t", "\"203.0.113.5:51234\"", "\"203.0.113.5\"",
        "[::ffff:203.0.113.5]:51234", "6.6.6.6:1, 203.0.113.5:51234, 10.9.9.9:443", "203.0.113.5:51234,,", ", 203.0.113.5 , ,10.9.9.9"})
    EXPECT_EQ(client(entry), "203.0.113.5") << entry;
  for (const std::string entry : {"[2001:db8::7]:51234", "[2001:DB8::7]", "\"[2001:db8::7]:51234\"", "2001:db8::7", "\"2001:db8::7\""})
    EXPECT_EQ(client(entry), "2001:db8::7") << entry;
}

TEST(TrustedProxies, an_entry_with_a_broken_port_or_broken_brackets_is_no_address) {
  for (const std::string entry : {"203.0.113.5:",    "203.0.113.5:65536",
                                  "203.0.113.5:-1",  "203.0.113.5:x",
                                  "203.0.113.5:1:2", "203.0.113.5:+1",
                                  "[203.0.113.5]",   "[203.0.113.5]:80",
                                  "[2001:db8::7",    "2001:db8::7]",
                                  "[2001:db8::7]80", "[2001:db8::7]:",
                                  "[[2001:db8::7]]", "[]",
                                  "[]:80",           ":80",
                                  "\"203.0.113.5",   "\"",
                                  "unknown:80",      "_hidden",
                                  "fe80::1%eth0",    "203.0.113.5 : 80"})
    EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.1.2.3", forwarded({"6.6.6.6, " + entry})), "10.1.2.3") << entry;
}

TEST(TrustedProxies, ipv6_networks_and_mapped_addresses_count) {
  EXPECT_EQ(trusting({"fd00::/7"}).client_of("fd12::1", forwarded({"2001:db8::7"})), "2001:db8::7");
  EXPECT_EQ(trusting({"127.0.0.1"}).client_of("127.0.0.1", forwarded({"::ffff:1.2.3.4"})), "1.2.3.4");
}

TEST(TrustedProxies, the_prefix_is_counted_in_bits) {
  const auto proxies = trusting({"192.168.128.0/17"});
  EXPECT_EQ(proxies.client_of("192.168.128.1", forwarded({"1.2.3.4"})), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("192.168.127.1", forwarded({"1.2.3.4"})), "192.168.127.1");
}

TEST(TrustedProxies, what_is_no_network_is_named) {
  for (const std::string bad : {"10.0.0.0/33", "::/129", "10.0.0", "10.0.0.0/", "10.0.0.0/x", "", "host"}) {
    const auto parsed = TrustedProxies::parse(std::vector{bad});
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_NE(parsed.error().find("'" + bad + "'"), std::string::npos);
  }
}

}  // namespace
}  // namespace parley::server
