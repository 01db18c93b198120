#include "store/mongo/adoption/foreign_texts.hpp"

#include <string>
#include <utility>

#include "base/limits.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

const Document& index_of_foreign() {
  static const Document index = ascending({"sessionId", "seq"});
  return index;
}

namespace {

constexpr std::int32_t code_bad_value = 2;  // of the server: for example, the index of a hint does not exist

/// After a drop of the collection the index is missing until it is created again. Meanwhile the answer takes longer.
Outcome<std::vector<Document>> find_by_index(Client& client, const Document& filter, FindOptions options) {
  options.hint = &index_of_foreign();
  auto found = client.find(collection::chat, filter, options);
  if (found || found.error().code != code_bad_value) return found;
  options.hint = nullptr;
  return client.find(collection::chat, filter, options);
}

}  // namespace

Result<std::size_t> count_messages(Client& client, const Document& filter) {
  Document command;
  command.text("count", collection::chat).document("query", filter).document("hint", index_of_foreign());
  command.int64("limit", messages_counted_max + 1).int64("maxTimeMS", limits::mongo_read_timeout.count());
  const auto answer = client.command(command);
  if (!answer) return std::unexpected(to_error(answer.error()));
  return static_cast<std::size_t>(Fields(*answer).integer("n").value_or(0));
}

LeftAlone messages_left_alone(std::string first, const std::string& reason, std::size_t count) {
  std::string how_many = " (1 message)";
  if (count > messages_counted_max)
    how_many = " (more than " + std::to_string(messages_counted_max) + " messages, the first is named)";
  else if (count > 1)
    how_many = " (" + std::to_string(count) + " messages, the first is named)";
  return {std::string(collection::chat), std::move(first), reason + how_many, count};
}

Result<void> ForeignTexts::name_marked(std::vector<LeftAlone>& left_alone) {
  Document marked;
  marked.null("$ne");
  Document filter;
  filter.text("sessionId", session_.to_string()).document("seq", marked);
  const auto found = find_by_index(client_, filter, {.limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return {};
  const auto count = count_messages(client_, filter);
  if (!count) return std::unexpected(count.error());
  left_alone.push_back(messages_left_alone(id_of(found->front()), "seq, which is Parley's own field, is there", *count));
  return {};
}

Document ForeignTexts::filter() const {
  Document filter;
  filter.text("sessionId", session_.to_string()).null("seq");
  if (has_begun_) filter.array("$and", behind_);
  return filter;
}

/// In sort order: values without a date come before all dates, and at equal times other ids come before ObjectIds.
void ForeignTexts::remember_place(const Fields& last) {
  const auto only = [](std::string_view type) {
    Document made;
    made.text("$type", type);
    return made;
  };
  has_begun_ = true;
  Document condition;
  if (const auto time = last.date("timestamp")) {
    Document behind = only("objectId");
    if (const auto id = last.id("_id")) behind = std::move(Document().id("$gt", *id));
    Document same;
    same.date("timestamp", *time).document("_id", behind);
    Document later;
    later.document("timestamp", Document().date("$gt", *time));
    Array either;
    either.document(later).document(same);
    condition.array("$or", either.as_document());
  } else {
    condition.document("timestamp", only("date"));
  }
  Array conditions;
  conditions.document(condition);
  behind_ = Document(conditions.as_document().raw());
}

Result<ForeignTexts::Page> ForeignTexts::next() {
  static const Document sort = ascending({"timestamp", "_id"});
  const FindOptions options{.sort = &sort, .limit = static_cast<std::int64_t>(page_max_.messages), .bytes_max = page_max_.bytes};
  const auto found = find_by_index(client_, filter(), options);
  if (!found) return std::unexpected(to_error(found.error()));
  Page page;
  page.more = options.is_full(*found);
  for (const Document& document : *found) {
    auto text = read_foreign_text(document, roles_);
    if (text)
      page.texts.push_back(*std::move(text));
    else
      page.left_alone.push_back({std::string(collection::chat), id_of(document), text.error()});
  }
  if (page.more) remember_place(found->back());
  return page;
}

}  // namespace parley::store::mongo
