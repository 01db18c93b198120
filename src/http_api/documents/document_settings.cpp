#include "http_api/documents/document_settings.hpp"

#include "base/replace_all.hpp"
#include "service/shared/service_config.hpp"

namespace parley::http_api {

std::string with_settings(std::string document, const HttpApiConfig& config) {
  replace_all(document, "@message_length_max@", std::to_string(config.message_length_max));
  replace_all(document, "@page_limit_max@", std::to_string(service::page_limit_max(config.message_length_max)));
  return document;
}

}  // namespace parley::http_api
