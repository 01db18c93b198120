#include "store/mongo/foreign_decision.hpp"

namespace parley::store::mongo {

ForeignNews foreign_news(const ForeignQuestion& question) {
  using domain::SessionStatus;
  const DocumentState& document = question.document;
  ForeignNews news;
  if (question.known == document) return news;
  const bool is_open = question.row != SessionStatus::ended;
  const bool says_ended = document.status == SessionStatus::ended;
  news.starts = is_open && question.has_start && !question.row_has_start;
  if (says_ended) {
    news.ends = is_open;
    return news;
  }
  if (!question.known) return news;  // earlier servers leave the time of an end in a session that they made active again
  const bool end_was_seen = question.known->status == SessionStatus::ended;
  // Both were written since somebody looked: the end that is no longer said has left its time.
  const bool has_new_end = document.ended_at && document.ended_at != question.known->ended_at && !end_was_seen;
  news.ends = is_open && has_new_end;
  // An end that the log has and nobody has seen in the document yet came after them: they had up to a look's time to be written, the end a
  // moment. Reopening the session would undo what a person has just done.
  news.reopens = news.ends || (!is_open && end_was_seen);
  return news;
}

}  // namespace parley::store::mongo
