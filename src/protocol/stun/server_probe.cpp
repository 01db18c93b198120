#include "protocol/stun/server_probe.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace parley::protocol::stun {

namespace {

constexpr auto first_wait = std::chrono::milliseconds(500);  // RFC 8489 §6.2.1, RTO
constexpr std::uint32_t udp_transport = 17u << 24;           // RFC 8656 §18.8: the protocol number and three zero bytes
constexpr unsigned unauthorized = 401;
constexpr unsigned stale_nonce = 438;

std::string text_of(const ErrorAnswer& error) {
  std::string text = "The server answered " + std::to_string(error.code);
  const auto reason = error.reason.substr(0, limits::stun_reason_bytes_max);
  const bool shown = !reason.empty() && std::ranges::all_of(reason, [](char c) { return c >= ' ' && c < 0x7f; });
  if (shown) text.append(" ").append(reason);
  return text;
}

std::string_view value_of(const Message& message, AttributeType type) {
  const Attribute* attribute = message.find(type);
  return attribute == nullptr ? std::string_view() : attribute->value;
}

}  // namespace

ServerProbe::ServerProbe(ProbeTarget target, Entropy& entropy, SteadyTime now)
    : target_(std::move(target)), entropy_(entropy), method_(target_.kind == ProbeTarget::Kind::stun ? Method::binding : Method::allocate) {
  if (target_.kind == ProbeTarget::Kind::turn)
    ask_for_allocation(now);
  else
    begin(std::move(new_request(method_).add_fingerprint()).take(), now);
}

void ServerProbe::begin(Bytes request, SteadyTime now) {
  request_ = std::move(request);
  first_sent_ = next_due_ = now;
  wait_ = first_wait;
}

MessageWriter ServerProbe::new_request(Method method) {
  transaction_ = entropy_.bytes<std::tuple_size_v<TransactionId>>();
  return {Class::request, method, transaction_};
}

Bytes ServerProbe::authenticated(MessageWriter writer) const {
  writer.add(AttributeType::username, target_.username).add(AttributeType::realm, realm_).add(AttributeType::nonce, nonce_);
  return std::move(writer.add_integrity(key_).add_fingerprint()).take();
}

void ServerProbe::ask_for_allocation(SteadyTime now) {
  auto request = new_request(Method::allocate);
  request.add_number(AttributeType::requested_transport, udp_transport);
  begin(key_.empty() ? std::move(request.add_fingerprint()).take() : authenticated(std::move(request)), now);
}

std::optional<Bytes> ServerProbe::take_due(SteadyTime now) {
  if (done()) return farewell_.empty() ? std::nullopt : std::optional(std::exchange(farewell_, {}));
  if (now < next_due_) return std::nullopt;
  next_due_ = now + wait_;
  wait_ *= 2;
  return request_;
}

void ServerProbe::on_datagram(BytesView datagram, SteadyTime now) {
  if (done()) return;
  const auto message = decode_message(datagram);
  if (!message || message->transaction != transaction_ || message->method != method_) return;
  if (message->message_class == Class::success) return on_success(*message, now);
  if (message->message_class == Class::error) return on_error(*message, now);
}

void ServerProbe::on_success(const Message& message, SteadyTime now) {
  const auto took = now - first_sent_;
  if (!key_.empty() && !has_integrity(message, key_)) return;
  const bool is_turn = method_ == Method::allocate;
  const auto address = value_of(message, is_turn ? AttributeType::xor_relayed_address : AttributeType::xor_mapped_address);
  if (!read_xor_address(address, transaction_)) {
    return finish({false, took, is_turn ? "The server gave no relayed address" : "The server gave no mapped address"});
  }
  finish({true, took, {}});
  if (!is_turn) return;
  auto refresh = new_request(Method::refresh);
  refresh.add_number(AttributeType::lifetime, 0);
  farewell_ = key_.empty() ? std::move(refresh.add_fingerprint()).take() : authenticated(std::move(refresh));
}

void ServerProbe::on_error(const Message& message, SteadyTime now) {
  const auto error = error_of(message);
  if (!error) return finish({false, now - first_sent_, "The server answered an error without a code"});
  const auto realm = value_of(message, AttributeType::realm);
  const auto nonce = value_of(message, AttributeType::nonce);
  const bool can_authenticate = target_.kind == ProbeTarget::Kind::turn && !realm.empty() && !nonce.empty() &&
                                realm.size() <= limits::stun_name_bytes_max && nonce.size() <= limits::stun_name_bytes_max;
  const bool is_first_401 = error->code == unauthorized && key_.empty();
  const bool is_first_438 = error->code == stale_nonce && !key_.empty() && !std::exchange(nonce_renewed_, true);
  if (!can_authenticate || !(is_first_401 || is_first_438)) return finish({false, now - first_sent_, text_of(*error)});
  realm_ = realm;
  nonce_ = nonce;
  key_ = long_term_key(target_.username, realm_, target_.credential);
  ask_for_allocation(now);
}

void ServerProbe::give_up(std::string why) {
  if (!done()) finish({false, std::nullopt, std::move(why)});
}

void ServerProbe::finish(ProbeOutcome outcome) {
  outcome_ = std::move(outcome);
}

}  // namespace parley::protocol::stun
