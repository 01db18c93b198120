// A benchmark that cannot start or go on: the server is not there, refuses a token, or speaks another language. Says what, where
// and how to mend it. Thrown, because a load run has no smaller unit to save; `parley bench` prints it and leaves with 2.
#pragma once

#include <stdexcept>

namespace parley::bench {

class LoadFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace parley::bench
