// The start of a use case.
#pragma once

#include "service/session/router.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// One call of a use case. It starts on the loop `from`, and its answer arrives there. It acts for the caller.
struct Invocation {
  Router& router;
  EventLoop& from;
  CallerPtr caller;
};

}  // namespace parley::service
