#include "http_api/request/window_limiter.hpp"

#include "base/assert.hpp"

namespace parley::http_api {

WindowState WindowLimiter::count(std::string_view client, SteadyTime now, std::uint32_t amount) {
  PARLEY_ASSERT(!off());
  const auto admission = windows_.admit(client, limit_, now, amount);
  const auto reset = std::chrono::ceil<std::chrono::seconds>(admission.window_rest);
  return {limit_, static_cast<std::uint32_t>(window_.count()), admission.left, static_cast<std::uint32_t>(reset.count()),
          !admission.admitted};
}

}  // namespace parley::http_api
