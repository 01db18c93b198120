// Cores: a core that decodes must encode to the same bytes. Extensions with any content can be read.
#include "domain/created.hpp"
#include "domain/extensions.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace parley;
  using namespace parley::domain;
  const BytesView bytes = fuzz::view(data, size);
  const auto core = decode_core(bytes);
  if (!core) {
    fuzz::require(core.error().detail.starts_with("core, offset "));
    return 0;
  }
  fuzz::require(encode_core(*core) == bytes);
  if (const auto target = read_target_seq(*core)) fuzz::require(*target < core->seq);
  static_cast<void>(read_target_id(*core));  // these must not crash; the results do not matter
  static_cast<void>(read_participant_change(*core));
  static_cast<void>(read_original_time(*core));
  static_cast<void>(read_adopted_id(*core));
  static_cast<void>(read_created_row({*core, std::nullopt, {}}));
  return 0;
}
