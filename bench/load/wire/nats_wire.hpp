// NATS' client protocol over TCP, with JetStream: the room is the subject `room.<room>`, which a stream of the server captures. A publish
// names a reply subject. The answer of the stream (PubAck) on this subject is the ack, and messages on the subject of the room are
// deliveries.
//
// The stream must exist before the run (bench/peer_servers.py creates it). Without one, the server answers at once that nobody responds,
// and each message counts as refused.
#pragma once

#include "load/field_finder.hpp"
#include "load/random.hpp"
#include "load/wire/chat_wire.hpp"

namespace parley::bench {

class NatsWire final : public ChatWire {
 public:
  /// Shared by all wires of a run; must outlive them.
  struct Shared {
    Random& random;
    std::string payload{};  // scratch
    FieldFinder text{R"("message":")"};
    FieldFinder tag{R"("clientMessageId":")"};
  };

  NatsWire(Shared& shared, const Seat& seat, Listener& listener);

  /// Appends nothing: the server speaks first.
  void open(std::string&) override {}
  [[nodiscard]] std::size_t receive(std::span<char> bytes, std::string& out) override;
  void send(const Message& message, std::string& out) override;

 private:
  /// The head of a message: `MSG <subject> <sid> [reply-to] <size>`, and `HMSG …` with the size of the headers before the total size.
  struct Head {
    std::string_view subject;
    std::string_view sid;
    std::size_t headers_size = 0;
    std::size_t size = 0;  // headers and payload
  };

  /// Handles the first item of `bytes`. Returns its size, or 0 if it is not complete or the wire has failed.
  [[nodiscard]] std::size_t take(std::string_view bytes, std::string& out);
  [[nodiscard]] std::size_t take_message(std::string_view bytes, std::size_t line_size);
  void on_line(std::string_view line, std::string& out);
  void on_message(const Head& head, std::string_view body);
  void on_answer(const Head& head, std::string_view body);
  [[nodiscard]] static std::optional<Head> parse_head(std::string_view line);
  void fail(std::string reason);

  Shared& shared_;
  Listener& listener_;
  std::string subject_;
  std::string inbox_;  // up to the number of the message
  bool greeted_ = false;
  bool joined_ = false;
  std::string failure_;
};

class NatsWires final : public WireFactory {
 public:
  explicit NatsWires(Random& random) : shared_{.random = random} {}
  [[nodiscard]] std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) override {
    return std::make_unique<NatsWire>(shared_, seat, listener);
  }

 private:
  NatsWire::Shared shared_;
};

}  // namespace parley::bench
