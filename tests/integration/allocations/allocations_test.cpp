// Counts the memory that the event loop takes for one relayed message, from the bytes of the sender to the bytes for both members.
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "base/json_writer.hpp"
#include "integration/allocations/counted_allocations.hpp"
#include "support/chat_system.hpp"
#include "support/raw_database.hpp"
#include "support/test_client.hpp"

namespace parley::test {
namespace {

constexpr std::string_view doctor_id = "0123456789abcdef01234567";
constexpr std::string_view patient_id = "89abcdef0123456789abcdef";
constexpr int in_flight = 8;

std::string session_of(const std::string& created) {
  constexpr std::string_view before = R"("sessionId":")";
  const std::size_t begin = created.find(before) + before.size();
  return created.substr(begin, created.find('"', begin) - begin);
}

/// A doctor and a patient in one session of a server with one loop.
class Room {
 public:
  explicit Room(const std::string& directory)
      : system_(directory, ChatSystem::Syncing::real, service::IdentitySource::claims, 1),
        doctor_(system_.port(), ChatSystem::token(doctor_id, "doctor")),
        patient_(system_.port(), ChatSystem::token(patient_id, "patient")) {
    RestClient rest(system_.port(), ChatSystem::token(doctor_id, "doctor"));
    session_ = session_of(rest.post("/api/sessions/create", R"({"patientId":")" + std::string(patient_id) + R"("})").body);
    for (ChatSocket* member : {&doctor_, &patient_}) {
      const std::string joined = member->wait_for_ack(member->emit("join-session", R"({"sessionId":")" + session_ + R"("})"));
      if (!joined.starts_with(R"([{"success":true)")) throw std::runtime_error("a join was refused: " + joined);
    }
  }

  /// Sends `count` messages, several at once, and returns when the sender has their acks.
  void send(int count) {
    for (int sent = 0; sent < count; sent += in_flight) {
      std::vector<std::uint64_t> acks;
      for (int each = 0; each < in_flight; ++each) acks.push_back(doctor_.emit("chat-message", next_message()));
      for (const std::uint64_t ack : acks) {
        const std::string answer = doctor_.wait_for_ack(ack);
        if (!answer.starts_with(R"([{"success":true)")) throw std::runtime_error("a message was refused: " + answer);
      }
    }
  }

  /// Runs `call` on the loop and waits for its result.
  template <typename Call>
  auto on_loop(Call call) {
    std::promise<decltype(call())> result;
    system_.loops().front()->post([&] {
      if constexpr (std::is_void_v<decltype(call())>) {
        call();
        result.set_value();
      } else {
        result.set_value(call());
      }
    });
    return result.get_future().get();
  }

 private:
  std::string next_message() {
    std::string json;
    JsonWriter(json)
        .begin_object()
        .member("sessionId", session_)
        .member("message", std::string(120, 'a'))
        .member("clientMessageId", "0d9c2f4e-7a31-4c58-9f10-" + std::to_string(100'000'000'000 + next_++))
        .end_object();
    return json;
  }

  ChatSystem system_;
  ChatSocket doctor_;
  ChatSocket patient_;
  std::string session_;
  std::uint64_t next_ = 0;
};

TEST(Allocations, of_the_event_loop_for_a_relayed_message) {
  constexpr int warm_up = 400;  // the texts in memory reach their limit
  constexpr int counted = 800;
  constexpr double allocations_max = 4.05;  // text, id and two packets; tables that hold more keys grow now and then
  TemporaryDirectory place;
  Room room(place.path() + "/data");
  room.send(warm_up);
  room.on_loop([] { begin_counting(); });
  room.send(counted);
  const AllocationCount count = room.on_loop([] { return end_counting(); });
  const double each = static_cast<double>(count.taken) / counted;
  RecordProperty("allocations", std::to_string(each));
  std::printf("a message takes %.2f allocations, %.0f bytes; %.2f are freed by another thread\n", each,
              static_cast<double>(count.taken_bytes) / counted, static_cast<double>(count.freed_elsewhere) / counted);
  EXPECT_GT(count.taken, 0u) << "nothing was counted";
  EXPECT_LE(each, allocations_max);
  EXPECT_LE(count.freed_elsewhere, static_cast<std::uint64_t>(counted / 100))
      << "blocks of a message are freed by the thread that took them";
}

}  // namespace
}  // namespace parley::test
