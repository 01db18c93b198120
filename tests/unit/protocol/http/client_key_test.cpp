#include "protocol/http/client_key.hpp"

#include <gtest/gtest.h>

namespace parley::protocol::http {
namespace {

TEST(ClientKey, is_the_ipv4_address_or_the_56_bits_of_an_ipv6_one) {
  EXPECT_EQ(client_key("10.1.2.3"), "10.1.2.3");
  EXPECT_NE(client_key("10.1.2.3"), client_key("10.1.2.4"));
  EXPECT_EQ(client_key("2001:db8:1:ff00::1"), client_key("2001:db8:1:ffff:5::9"));
  EXPECT_NE(client_key("2001:db8:1:ff00::1"), client_key("2001:db8:1:fe00::1"));
  EXPECT_EQ(client_key("fe80::1%eth0"), client_key("fe80::2"));
}

}  // namespace
}  // namespace parley::protocol::http
