#include "load/wire/nats_wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/ids.hpp"

namespace parley::bench {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t line_bytes_max = 64 * 1024;       // INFO of a server without a cluster has less than 2 KB
constexpr std::size_t message_bytes_max = 1024 * 1024;  // max_payload, the default of the server
constexpr std::string_view room_sid = "1";
constexpr std::string_view inbox_sid = "2";
constexpr std::string_view connect_options =
    R"({"verbose":false,"pedantic":false,"lang":"parley-bench","version":"1","protocol":1,"echo":true,"headers":true,"no_responders":true})";

std::optional<std::size_t> parse_size(std::string_view word) {
  std::size_t size = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), size);
  const bool is_whole = parsed.ec == std::errc{} && parsed.ptr == word.data() + word.size();
  return is_whole && size <= message_bytes_max ? std::optional(size) : std::nullopt;
}

}  // namespace

NatsWire::NatsWire(Shared& shared, const Seat& seat, Listener& listener)
    : shared_(shared),
      listener_(listener),
      subject_("room." + seat.room),
      inbox_("_INBOX." + ObjectId{shared.random.bytes<12>()}.to_string() + '.') {}

std::size_t NatsWire::receive(std::span<char> bytes, std::string& out) {
  std::string_view rest{bytes.data(), bytes.size()};
  for (std::size_t used = take(rest, out); used > 0; used = take(rest, out)) rest.remove_prefix(used);
  if (!failure_.empty()) listener_.on_failure(failure_);
  return bytes.size() - rest.size();
}

void NatsWire::send(const Message& message, std::string& out) {
  std::string& payload = shared_.payload;
  payload.assign(R"({"message":")").append(message.text).append(R"(","clientMessageId":")").append(message.tag).append("\"}");
  out.append("PUB ").append(subject_).append(" ").append(inbox_).append(std::to_string(message.number));
  out.append(" ").append(std::to_string(payload.size())).append(line_end).append(payload).append(line_end);
}

std::size_t NatsWire::take(std::string_view bytes, std::string& out) {
  if (!failure_.empty()) return 0;
  const std::size_t end = bytes.find(line_end);
  if (end == std::string_view::npos) {
    if (bytes.size() > line_bytes_max) fail("a line without an end: " + std::string(bytes.substr(0, 80)));
    return 0;
  }
  const std::string_view line = bytes.substr(0, end);
  if (line.starts_with("MSG ") || line.starts_with("HMSG ")) return take_message(bytes, end);
  on_line(line, out);
  return end + line_end.size();
}

std::size_t NatsWire::take_message(std::string_view bytes, std::size_t line_size) {
  const auto head = parse_head(bytes.substr(0, line_size));
  if (!head) {
    fail("a malformed message: " + std::string(bytes.substr(0, std::min<std::size_t>(line_size, 300))));
    return 0;
  }
  const std::size_t begin = line_size + line_end.size();
  const std::size_t whole = begin + head->size + line_end.size();
  if (bytes.size() < whole) return 0;
  if (bytes.substr(begin + head->size, line_end.size()) != line_end) {
    fail("a message that is longer than its size: " + std::string(bytes.substr(0, line_size)));
    return 0;
  }
  on_message(*head, bytes.substr(begin, head->size));
  return whole;
}

std::optional<NatsWire::Head> NatsWire::parse_head(std::string_view line) {
  constexpr std::size_t words_max = 6;  // HMSG subject sid reply-to headers-size size
  std::array<std::string_view, words_max> words;
  std::size_t count = 0;
  for (; !line.empty() && count < words_max; ++count) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words[count] = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  const std::size_t sizes = words[0] == "HMSG" ? 2 : 1;
  if (!line.empty() || count < 3 + sizes || count > 4 + sizes) return std::nullopt;
  const auto size = parse_size(words[count - 1]);
  const auto headers_size = sizes == 2 ? parse_size(words[count - 2]) : std::optional<std::size_t>(0);
  if (!size || !headers_size || *headers_size > *size) return std::nullopt;
  return Head{.subject = words[1], .sid = words[2], .headers_size = *headers_size, .size = *size};
}

void NatsWire::on_line(std::string_view line, std::string& out) {
  if (line == "PING") {
    out.append("PONG\r\n");
  } else if (line.starts_with("INFO ") && !std::exchange(greeted_, true)) {
    out.append("CONNECT ").append(connect_options).append(line_end);
    out.append("SUB ").append(subject_).append(" ").append(room_sid).append(line_end);
    out.append("SUB ").append(inbox_).append("* ").append(inbox_sid).append(line_end).append("PING\r\n");
  } else if (line == "PONG") {  // the server has handled everything before the PING
    if (!std::exchange(joined_, true)) listener_.on_joined();
  } else if (line.starts_with("-ERR")) {
    fail("the server refused: " + std::string(line.substr(0, 300)));
  } else if (!line.starts_with("INFO ") && !line.starts_with("+OK")) {
    fail("a line that the protocol does not have: " + std::string(line.substr(0, 80)));
  }
}

void NatsWire::on_message(const Head& head, std::string_view body) {
  if (head.sid == inbox_sid) return on_answer(head, body);
  const std::string_view json = body.substr(head.headers_size);
  listener_.on_delivery({.tag = shared_.tag.find(json), .text = shared_.text.find(json), .id = std::nullopt});
}

void NatsWire::on_answer(const Head& head, std::string_view body) {
  std::uint64_t number = 0;
  const std::string_view word = head.subject.starts_with(inbox_) ? head.subject.substr(inbox_.size()) : std::string_view();
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  if (parsed.ec != std::errc{}) return fail("an answer without a number: " + std::string(head.subject));
  const std::string_view json = body.substr(head.headers_size);
  const bool stored = json.find(R"("seq":)") != std::string_view::npos && json.find(R"("error":)") == std::string_view::npos;
  listener_.on_ack({.number = number, .accepted = stored, .id = std::nullopt, .answer = body});
}

void NatsWire::fail(std::string reason) {
  if (failure_.empty()) failure_ = std::move(reason);
}

}  // namespace parley::bench
