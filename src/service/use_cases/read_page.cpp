// Pages and history: from the tail in memory when it reaches back far enough, otherwise by one read job.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "service/session/access.hpp"
#include "service/session/view.hpp"
#include "service/use_cases/live_texts.hpp"
#include "service/use_cases/read.hpp"

namespace parley::service {
namespace {

using domain::MessageView;
using domain::PageView;

struct PageOfTexts {
  std::vector<StoredText> texts;
  std::uint64_t total = 0;  // live texts strictly older than `before`
};

/// The number of newer messages that page `page` skips; saturates, because a page number may have any value.
std::uint64_t skipped(const ReadPage& request) {
  const std::uint64_t pages = request.page - 1;
  constexpr std::uint64_t never_reached = std::uint64_t{1} << 40;
  return pages > never_reached / request.limit ? never_reached : pages * request.limit;
}

/// The page without its messages.
PageView numbers_of(const ReadPage& request, const PageOfTexts& page) {
  PageView view;
  view.current_page = request.page;
  view.total_messages = page.total;
  view.total_pages = (page.total + request.limit - 1) / request.limit;
  view.has_more = request.page < view.total_pages;
  return view;
}

std::vector<MessageView> messages_of(const Context& context, const SessionId& session, const std::vector<domain::User>& users,
                                     const PageOfTexts& page) {
  std::vector<MessageView> messages;
  messages.reserve(page.texts.size());
  for (const StoredText& text : page.texts) {
    messages.push_back(message_view(session, text, known_user(context, text.sender, users)));
  }
  return messages;
}

Result<PageOfTexts> read_from_log(store::LogReader& reader, SessionNumber number, const ReadPage& request) {
  auto texts = LiveTexts::open(reader, number);
  if (!texts) return std::unexpected(texts.error());
  PageOfTexts page;
  page.total = texts->total();
  if (request.before) {
    const auto older = texts->count_before(*request.before);
    if (!older) return std::unexpected(older.error());
    page.total = *older;
  }
  const std::uint64_t skip = skipped(request);
  if (skip >= page.total) return page;
  const std::uint64_t last = page.total - skip;  // rank of the newest text of the page
  const std::uint64_t count = std::min<std::uint64_t>(request.limit, last);
  auto range = texts->range(last - count + 1, count);
  if (!range) return std::unexpected(range.error());
  page.texts = std::move(*range);
  return page;
}

std::optional<PageOfTexts> read_from_tail(const SessionState& session, const ReadPage& request) {
  const std::uint64_t live_total = session.head.counters.live_texts();
  const auto slice = session.texts.slice({skipped(request), request.limit, request.before, live_total});
  if (!slice) return std::nullopt;
  PageOfTexts page;
  page.total = live_total - slice->newer;
  for (const StoredText* text : slice->texts) page.texts.push_back(*text);
  return page;
}

void answer_page(SessionShard& shard, SessionState& session, const ReadPage& request, Answer<PageView> answer) {
  const Context& context = shard.context();
  if (auto page = read_from_tail(session, request)) {
    PageView view = numbers_of(request, *page);
    view.messages = messages_of(context, session.id(), session.users, *page);
    answer(std::move(view));
    return;
  }
  shard.read<PageOfTexts>(
      [number = session.row->number, request](store::LogReader& reader) { return read_from_log(reader, number, request); },
      [&context, id = session.id(), users = session.users, request, answer = std::move(answer)](Result<PageOfTexts> page) mutable {
        if (!page) return answer.refuse(std::move(page.error()));
        PageView view = numbers_of(request, *page);
        view.messages = messages_of(context, id, users, *page);
        answer(std::move(view));
      });
}

}  // namespace

void read_page(Invocation by, ReadPage request, Done<PageView> done) {
  request.page = std::max<std::uint64_t>(request.page, 1);
  request.limit = std::clamp<std::uint32_t>(request.limit, 1, page_limit_max(by.router.context().config.message_length_max));
  const domain::SessionField session = request.session;
  with_access<PageView>(std::move(by), session, std::move(done),
                        [request](SessionShard& shard, SessionState& state, Answer<PageView> answer) {
                          answer_page(shard, state, request, std::move(answer));
                        });
}

void read_history(Invocation by, const domain::SessionField& session, Done<std::vector<MessageView>> done) {
  ReadPage newest;
  newest.session = session;
  newest.limit = limits::history_messages_max;
  read_page(std::move(by), newest, [done = std::move(done)](Result<PageView> page) mutable {
    if (page)
      done(std::move(page->messages));
    else
      done(std::unexpected(std::move(page.error())));
  });
}

}  // namespace parley::service
