// Request bodies: a refusal uses our own words and a position inside the body. Describing a fault must never fail, for any input.
#include "api/json_fault.hpp"
#include "api/request.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using parley::fuzz::require;
  const std::string body(parley::fuzz::view(data, size));
  const auto fields = parley::api::Fields::from_json_body(body);
  const std::string fault = fields ? parley::api::describe_json_fault(body) : fields.error().message;
  require(fault.starts_with("Invalid JSON"));
  constexpr std::string_view place = "Invalid JSON near byte ";
  if (fault.starts_with(place)) require(std::stoull(fault.substr(place.size())) <= body.size());
  return 0;
}
