// The fixture of all tests of appends.
#pragma once

#include "contract/store_under_test.hpp"

namespace parley::test {

class AppendContract : public StoreContract {};

}  // namespace parley::test
