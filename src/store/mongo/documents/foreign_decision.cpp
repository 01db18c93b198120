#include "store/mongo/documents/foreign_decision.hpp"

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
  if (!question.known) return news;  // earlier servers keep the time of an end in a session that they made active again
  const bool end_was_seen = question.known->status == SessionStatus::ended;
  // Both an end and a reopening were written since the last look. The status no longer shows the end, but its time is still there.
  const bool has_new_end = document.ended_at && document.ended_at != question.known->ended_at && !end_was_seen;
  news.ends = is_open && has_new_end;
  // If the log has an end that the document never showed, the foreign change was made without knowing that end. The
  // change may be as old as the interval between two looks, and the end is newer. Reopening would undo a user's action.
  news.reopens = news.ends || (!is_open && end_was_seen);
  return news;
}

}  // namespace parley::store::mongo
