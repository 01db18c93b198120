// The parts of a request, taken from its target and headers.
#include "protocol/http/http_handler.hpp"

#include "protocol/http/header_text.hpp"

namespace parley::protocol::http {

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

const std::string* Request::find(std::string_view name) const {
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, name)) {
      return &header.value;
    }
  }
  return nullptr;
}

bool Request::is_own_origin(std::string_view origin) const {
  const std::string* const host = find("Host");
  return host != nullptr && (origin == "http://" + *host || origin == "https://" + *host);
}

std::optional<std::string> Request::joined(std::string_view name, std::string_view separator) const {
  std::optional<std::string> all;
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    if (all) {
      all->append(separator).append(header.value);
    } else {
      all = header.value;
    }
  }
  return all;
}

}  // namespace parley::protocol::http
