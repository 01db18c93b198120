// Refusals that http_api itself gives, with the texts of docs/api-contract.md §2. Steps send them, and the document lists them.
#pragma once

#include <string_view>

#include "api/refusal_document.hpp"

namespace parley::http_api {

inline constexpr std::string_view origin_refused_text = "Not allowed by CORS";
inline constexpr std::string_view body_too_large_text = "request entity too large";
inline constexpr std::string_view too_many_fields_text = "too many parameters";
inline constexpr std::string_view too_many_requests_text = "Too many requests, please try again later.";
inline constexpr std::string_view too_many_signals_text = "Too many signaling requests, please slow down.";
inline constexpr std::string_view too_many_creations_text = api::creations_refusal.text;
inline constexpr std::string_view server_error_text = "Server error";

}  // namespace parley::http_api
