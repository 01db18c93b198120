#include "http_api/refuse_after_access.hpp"

#include <utility>

namespace parley::http_api {

void refuse_after_access(const Backend& backend, ExchangePtr exchange, const domain::SessionField& session, Error refusal) {
  auto& kept = *exchange;
  backend.service.get_session(*kept.loop, std::move(kept.caller), session,
                              [exchange = std::move(exchange), refusal = std::move(refusal)](Result<domain::SessionView> seen) {
                                exchange->answer(seen ? refusal : seen.error());
                              });
}

}  // namespace parley::http_api
