// Says of text that is not JSON where it stops being so, for the person who has to mend it. Slower than judging, and only asked then.
#pragma once

#include <string>
#include <string_view>

namespace parley::api {

/// `Invalid JSON near byte 17`, counted from 0; without the place where it cannot be told, with the reason where that says more.
[[nodiscard]] std::string describe_json_fault(std::string_view text);

}  // namespace parley::api
