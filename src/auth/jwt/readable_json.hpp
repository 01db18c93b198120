// Prepares the JSON of a token with a valid signature, so that one unusual value does not make all of it unreadable.
#pragma once

#include <string>

namespace parley::auth {

/// JavaScript issues two kinds of values for which JSON readers refuse the whole text. A number beyond a `double` becomes the largest one.
/// A lone surrogate becomes U+0000. (U+FFFD may be a part of an id; no id and no role may have a control character, so these stay strict.
/// claims.cpp puts U+FFFD into texts for display.) A text that is not JSON stays invalid.
[[nodiscard]] std::string readable_json(std::string json);

}  // namespace parley::auth
