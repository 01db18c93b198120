// The life cycle of the namespaces of one connection.
#include "protocol/socketio/connection_state.hpp"

#include <gtest/gtest.h>

namespace parley::protocol::socketio {
namespace {

using Action = ConnectionState::Action;

class ConnectionStateTest : public testing::Test {
 protected:
  void connect(std::string_view nsp) {
    ASSERT_EQ(state_.on_packet(PacketType::connect, nsp), Action::decide);
    state_.accepted(nsp);
  }

  std::vector<std::string> namespaces_ = {"/", "/custom"};
  ConnectionState state_{namespaces_};
};

TEST_F(ConnectionStateTest, delivers_after_the_connect_was_accepted) {
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::deliver_event);
  EXPECT_EQ(state_.on_packet(PacketType::binary_event, "/"), Action::deliver_event);
  EXPECT_EQ(state_.on_packet(PacketType::ack, "/"), Action::deliver_ack);
  EXPECT_EQ(state_.on_packet(PacketType::binary_ack, "/"), Action::deliver_ack);
}

TEST_F(ConnectionStateTest, closes_on_anything_but_a_connect_before) {
  for (const PacketType type : {PacketType::disconnect, PacketType::event, PacketType::ack, PacketType::connect_error,
                                PacketType::binary_event, PacketType::binary_ack}) {
    EXPECT_EQ(state_.on_packet(type, "/"), Action::close);
  }
}

TEST_F(ConnectionStateTest, closes_on_packets_while_the_application_decides) {
  ASSERT_EQ(state_.on_packet(PacketType::connect, "/"), Action::decide);
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::close);
  EXPECT_EQ(state_.on_packet(PacketType::disconnect, "/"), Action::close);
  EXPECT_EQ(state_.on_packet(PacketType::connect, "/"), Action::close);
}

TEST_F(ConnectionStateTest, closes_on_a_second_connect) {
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::connect, "/"), Action::close);
}

TEST_F(ConnectionStateTest, closes_on_a_connect_error_from_a_client) {
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::connect_error, "/"), Action::close);
}

TEST_F(ConnectionStateTest, refuses_unknown_namespaces_and_stays) {
  EXPECT_EQ(state_.on_packet(PacketType::connect, "/random"), Action::refuse_namespace);
  EXPECT_EQ(state_.on_packet(PacketType::connect, "/random"), Action::refuse_namespace);
  EXPECT_EQ(state_.on_packet(PacketType::event, "/random"), Action::close);
  connect("/");
}

TEST_F(ConnectionStateTest, namespaces_live_apart) {
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::event, "/custom"), Action::close);
  connect("/custom");
  EXPECT_EQ(state_.on_packet(PacketType::disconnect, "/"), Action::leave);
  EXPECT_EQ(state_.on_packet(PacketType::event, "/custom"), Action::deliver_event);
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::close);
}

TEST_F(ConnectionStateTest, a_client_may_come_back_after_leaving) {
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::disconnect, "/"), Action::leave);
  connect("/");
}

TEST_F(ConnectionStateTest, a_client_may_try_again_after_a_refusal) {
  ASSERT_EQ(state_.on_packet(PacketType::connect, "/"), Action::decide);
  state_.refused("/");
  EXPECT_TRUE(state_.unused());
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::close);
  connect("/");
}

TEST_F(ConnectionStateTest, what_was_on_its_way_when_the_server_left_is_ignored) {
  connect("/");
  state_.left("/");
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::ignore);
  EXPECT_EQ(state_.on_packet(PacketType::ack, "/"), Action::ignore);
  EXPECT_EQ(state_.on_packet(PacketType::disconnect, "/"), Action::ignore);
  connect("/");
  EXPECT_EQ(state_.on_packet(PacketType::event, "/"), Action::deliver_event);
}

TEST_F(ConnectionStateTest, is_unused_until_a_connect_and_after_the_last_namespace_went) {
  EXPECT_TRUE(state_.unused());
  ASSERT_EQ(state_.on_packet(PacketType::connect, "/"), Action::decide);
  EXPECT_FALSE(state_.unused());
  state_.accepted("/");
  EXPECT_FALSE(state_.unused());
  state_.left("/");
  EXPECT_TRUE(state_.unused());
}

TEST(ConnectionStateLimit, takes_as_many_namespaces_as_the_limit_and_not_one_more) {
  std::vector<std::string> namespaces;
  for (std::size_t index = 0; index <= limits::namespaces_per_connection_max; ++index) {
    namespaces.push_back("/" + std::to_string(index));
  }
  ConnectionState state(namespaces);
  for (std::size_t index = 0; index < limits::namespaces_per_connection_max; ++index) {
    ASSERT_EQ(state.on_packet(PacketType::connect, namespaces[index]), Action::decide);
  }
  EXPECT_EQ(state.on_packet(PacketType::connect, namespaces.back()), Action::close);
}

}  // namespace
}  // namespace parley::protocol::socketio
