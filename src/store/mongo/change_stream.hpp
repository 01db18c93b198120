// A change stream over the engine's database, without the headers of libmongoc: what happened in `sessions` and `chatmessages`, in order,
// as hints. Parley's own messages are left out by the server. Owner: one thread; blocking.
#pragma once

#include <memory>
#include <optional>

#include "store/mongo/client.hpp"
#include "store/mongo/document.hpp"

extern "C" {
struct _mongoc_change_stream_t;
}

namespace parley::store::mongo {

class ChangeStream {
 public:
  /// Begins after the event of `token`; without one, now. What is wrong is told by `next`. The client must outlive it.
  ChangeStream(Client& client, const std::optional<Document>& token);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  /// The next event; nothing: none came within limits::mongo_stream_wait. After a failure the stream is of no more use.
  [[nodiscard]] Outcome<std::optional<Document>> next();
  /// Where another stream goes on after everything that `next` gave; nothing: the server has not said yet.
  [[nodiscard]] std::optional<Document> token() const;

 private:
  ::_mongoc_change_stream_t* stream_;
};

/// There are no change streams here.
[[nodiscard]] bool has_no_streams(const Failure& failure);

}  // namespace parley::store::mongo
