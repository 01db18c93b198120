// Accept-Encoding: weights, names, and values that cannot be read.
#include "protocol/http/accept_encoding.hpp"

#include <gtest/gtest.h>

namespace parley::protocol::http {
namespace {

TEST(AcceptEncoding, is_read_by_weight) {
  using enum ContentCoding;
  const std::pair<std::string_view, ContentCoding> cases[] = {
      {"", identity},
      {"gzip, deflate, br", gzip},
      {"deflate", deflate},
      {"deflate, gzip;q=0.5", deflate},
      {"deflate;q=0.5, gzip;q=0.5", gzip},
      {"GZIP ; Q=0.8 , Deflate;q=0.9", deflate},
      {"x-gzip", gzip},
      {"br", identity},
      {"*", gzip},
      {"gzip;q=0, *", deflate},
      {"*;q=0", identity},
      {"gzip;q=0", identity},
      {"identity, gzip;q=0.5", identity},
      {"identity;q=0.5, gzip;q=0.5", gzip},
      {",,gzip,", gzip},
      {"gzip;q=2", identity},
      {"gzip;q=-1", identity},
      {"gzip;q=nan", identity},
      {"gzip;q=", identity},
      {"gzip;level=9", identity},
      {";q=1", identity},
      {"gzipped", identity},
  };
  for (const auto& [header, coding] : cases) EXPECT_EQ(preferred_coding(header), coding) << header;
}

TEST(AcceptEncoding, codings_have_their_names) {
  EXPECT_EQ(name_of(ContentCoding::gzip), "gzip");
  EXPECT_EQ(name_of(ContentCoding::deflate), "deflate");
  EXPECT_EQ(name_of(ContentCoding::identity), "identity");
}

}  // namespace
}  // namespace parley::protocol::http
