// The key by which clients are counted per address.
#pragma once

#include <string>
#include <string_view>

namespace parley::protocol::http {

/// An IPv4 address itself; an IPv6 address by its /56, because one household or machine has that many addresses. `remote_address` as in
/// Request. The key is short enough for a string without an allocation.
[[nodiscard]] std::string client_key(std::string_view remote_address);

}  // namespace parley::protocol::http
