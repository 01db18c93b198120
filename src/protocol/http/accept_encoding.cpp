#include "protocol/http/accept_encoding.hpp"

#include <charconv>
#include <optional>

#include "protocol/http/header_text.hpp"

namespace parley::protocol::http {
namespace {

struct Wish {
  std::string_view coding;
  double weight = 1;
};

std::optional<Wish> parse_wish(std::string_view item) {
  const auto semicolon = item.find(';');
  Wish wish{trim_whitespace(item.substr(0, semicolon))};
  if (wish.coding.empty()) return std::nullopt;
  if (semicolon == std::string_view::npos) return wish;
  const std::string_view parameter = trim_whitespace(item.substr(semicolon + 1));
  if (parameter.size() < 3 || !equals_ignoring_case(parameter.substr(0, 2), "q=")) return std::nullopt;
  const auto [end, error] =
      std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), wish.weight, std::chars_format::fixed);
  const bool is_weight = error == std::errc{} && end == parameter.data() + parameter.size() && wish.weight >= 0 && wish.weight <= 1;
  return is_weight ? std::optional(wish) : std::nullopt;
}

/// The weights in a header; nothing: the header does not name this coding.
struct Weights {
  std::optional<double> gzip;
  std::optional<double> deflate;
  std::optional<double> identity;
  std::optional<double> any;

  void add(const Wish& wish) {
    const auto is = [&wish](std::string_view name) { return equals_ignoring_case(wish.coding, name); };
    if (is("gzip") || is("x-gzip")) gzip = wish.weight;
    if (is("deflate")) deflate = wish.weight;
    if (is("identity")) identity = wish.weight;
    if (is("*")) any = wish.weight;
  }
};

}  // namespace

std::string_view name_of(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::deflate:
      return "deflate";
    case ContentCoding::identity:
      break;
  }
  return "identity";
}

ContentCoding preferred_coding(std::string_view accept_encoding) {
  Weights weights;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    if (const auto wish = parse_wish(accept_encoding.substr(0, comma))) weights.add(*wish);
    accept_encoding = comma == std::string_view::npos ? std::string_view() : accept_encoding.substr(comma + 1);
  }
  const double gzip = weights.gzip.value_or(weights.any.value_or(0));
  const double deflate = weights.deflate.value_or(weights.any.value_or(0));
  const double best = gzip >= deflate ? gzip : deflate;
  if (best == 0 || weights.identity.value_or(0) > best) return ContentCoding::identity;
  return gzip >= deflate ? ContentCoding::gzip : ContentCoding::deflate;
}

}  // namespace parley::protocol::http
