// The fixture of all tests of reads.
#pragma once

#include <string>

#include "contract/store_under_test.hpp"

namespace parley::test {

class ReadContract : public StoreContract {
 protected:
  store::SignallingMessage signalling_message(SessionNumber session, std::uint32_t number, Timestamp time) {
    return {.id = object_id(number),
            .session = session,
            .session_id = LogScript(session.value).row().id,
            .sender = user_id(1),
            .type = "offer",
            .payload_json = R"({"sdp":")" + std::string(number % 7 * 20'000, 'x') + R"("})",
            .timestamp = time,
            .user_agent = "a browser",
            .address = "192.0.2.1",
            .connection_id = "c" + std::to_string(number)};
  }
  void wait_for_signalling(SessionNumber session, std::size_t count) {
    ASSERT_TRUE(store->run_until(loop, [&] { return newest(session, 2000)->size() == count; }));
  }
};

}  // namespace parley::test
