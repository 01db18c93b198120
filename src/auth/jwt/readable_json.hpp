// The JSON of a token whose signature is good, made so that one odd value does not spoil the rest.
#pragma once

#include <string>

namespace parley::auth {

/// JavaScript issues two kinds of values that JSON readers refuse, and then the whole text with them. A number beyond a `double` becomes
/// the largest one. A lone surrogate becomes U+0000 and not U+FFFD, which may be a part of an id: no id and no role has a control
/// character, so those stay strict, and texts that are shown get U+FFFD for it (claims.cpp). A text that is no JSON stays none.
[[nodiscard]] std::string readable_json(std::string json);

}  // namespace parley::auth
