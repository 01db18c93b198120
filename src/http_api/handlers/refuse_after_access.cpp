#include "http_api/handlers/refuse_after_access.hpp"

#include <utility>

namespace parley::http_api {

void refuse_after_access(const Backend& backend, PendingRequestPtr pending, const domain::SessionField& session, Error refusal) {
  auto& kept = *pending;
  backend.service.get_session(*kept.loop, std::move(kept.caller), session,
                              [pending = std::move(pending), refusal = std::move(refusal)](Result<domain::SessionView> seen) {
                                pending->answer(seen ? refusal : seen.error());
                              });
}

}  // namespace parley::http_api
