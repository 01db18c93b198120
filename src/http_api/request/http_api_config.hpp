// HTTP settings of a deployment. Filled by `config` and `main`. The defaults are the contract's (docs/api-contract.md §2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"

namespace parley::http_api {

/// Requests of one client address in a fixed window; 0: off.
struct RequestLimits {
  std::uint32_t general = limits::requests_per_window;
  std::uint32_t chat = limits::chat_requests_per_window;
  std::uint32_t sessions = limits::session_requests_per_window;
  std::uint32_t session_creates = limits::session_creates_per_window;  // in limits::session_create_window
};

/// One file of a page, compiled into the program. Served at exactly `path`, without a rate limit.
struct Asset {
  std::string_view path;  // `/demo/app.js`
  std::string_view content_type;
  std::string_view body;
};

struct HttpApiConfig {
  std::vector<std::string> allowed_origins = {"http://localhost:5173", "http://localhost:3000", "http://localhost:3001",
                                              "http://localhost:4173", "http://localhost:8080", "https://localhost:5173"};
  std::string version = "0";             // of the program, for the documents
  std::string environment_name = "dev";  // `env` in /health
  RequestLimits limits;
  std::size_t message_length_max = limits::message_utf16_units_default;  // of service::ServiceConfig, for the documents
  std::vector<Asset> assets;
  /// `allowed`: pages may also send to their own origin, as the demo does. `as_listed`: they may only load files and read (docs page).
  enum class OwnOrigin : std::uint8_t { as_listed, allowed } own_origin = OwnOrigin::as_listed;
};

}  // namespace parley::http_api
