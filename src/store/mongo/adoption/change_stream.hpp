// A change stream over the engine's database, without the headers of libmongoc. It gives hints about changes in
// `sessions` and `chatmessages`, in order. The server filters out Parley's own messages. Owner: one thread; blocking.
#pragma once

#include <memory>
#include <optional>

#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/document.hpp"

extern "C" {
struct _mongoc_change_stream_t;
}

namespace parley::store::mongo {

class ChangeStream {
 public:
  /// Begins after the event of `token`; without a token, now. Errors are returned by `next`. The client must outlive the stream.
  ChangeStream(Client& client, const std::optional<Document>& token);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  /// The next event; empty if none came within limits::mongo_stream_wait. After a failure the stream must not be used again.
  [[nodiscard]] Outcome<std::optional<Document>> next();
  /// Another stream started with this token continues after all events that `next` gave; empty: the server has sent none yet.
  [[nodiscard]] std::optional<Document> token() const;

 private:
  ::_mongoc_change_stream_t* stream_;
};

/// This server does not support change streams.
[[nodiscard]] bool has_no_streams(const Failure& failure);

}  // namespace parley::store::mongo
