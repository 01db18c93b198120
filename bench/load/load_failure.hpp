// A benchmark cannot start or continue: no server, a refused token, or an unexpected answer. The text names the fault, its place and how to
// fix it. It is an exception, because a failed run has no usable part. `parley bench` prints it and exits with status 2.
#pragma once

#include <stdexcept>

namespace parley::bench {

class LoadFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace parley::bench
