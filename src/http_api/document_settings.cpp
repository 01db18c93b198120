#include "http_api/document_settings.hpp"

#include <string_view>

#include "service/service_config.hpp"

namespace parley::http_api {

namespace {

void fill_in(std::string& document, std::string_view place, const std::string& value) {
  for (auto at = document.find(place); at != std::string::npos; at = document.find(place, at + value.size()))
    document.replace(at, place.size(), value);
}

}  // namespace

std::string with_settings(std::string document, const HttpApiConfig& config) {
  fill_in(document, "@message_length_max@", std::to_string(config.message_length_max));
  fill_in(document, "@page_limit_max@", std::to_string(service::page_limit_max(config.message_length_max)));
  return document;
}

}  // namespace parley::http_api
