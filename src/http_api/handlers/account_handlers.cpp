#include "http_api/handlers/handlers.hpp"

namespace parley::http_api {

void sign_out(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  // A page cannot expire a cookie that is hidden from scripts, so the answer expires it.
  if (kept.request.find("cookie") != nullptr) {
    kept.more_headers.push_back({"Set-Cookie", "token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax"});
  }
  backend.service.sign_out(*kept.loop, kept.token, [pending = std::move(pending)](Result<service::SignedOut> signed_out) {
    if (!signed_out) return pending->answer(signed_out.error());
    pending->answer(200, R"({"success":true})");
  });
}

}  // namespace parley::http_api
