// What a deployment sets about tokens. Filled by `config`.
#pragma once

#include <string>

namespace parley::auth {

struct JwtConfig {
  std::string secret;  // shared by whoever issues tokens; at least limits::jwt_secret_bytes_min
};

}  // namespace parley::auth
