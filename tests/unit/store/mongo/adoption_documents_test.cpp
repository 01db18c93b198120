// How the plan of an adoption is cut into documents of the log, and what the plan is made from.
#include "adoption_plan_fixture.hpp"
#include "base/limits.hpp"

namespace parley::store::mongo {

using domain::SessionStatus;

class AdoptionDocuments : public AdoptionPlanTest {
 protected:
  /// The next document of `plan`, with at most this many entries. Marks it as written.
  AdoptionPlan::Batch write(AdoptionPlan& plan, std::size_t entries_max) {
    AdoptionPlan::Batch batch = plan.make(standing, long_after, entries_max, entropy);
    plan.take(batch);
    standing = batch.after;
    return batch;
  }
};

// Counts

TEST_F(AdoptionDocuments, as_many_entries_as_allowed_are_one_document) {
  message(5, "a");
  AdoptionPlan adoption = plan();
  EXPECT_EQ(names_of(write(adoption, 3).document.entries), "created adopted a");
  EXPECT_TRUE(adoption.is_done());
}

TEST_F(AdoptionDocuments, one_entry_more_is_a_document_of_its_own) {
  message(5, "a");
  AdoptionPlan adoption = plan();
  EXPECT_EQ(names_of(write(adoption, 2).document.entries), "created adopted");
  EXPECT_FALSE(adoption.is_done());
  EXPECT_EQ(names_of(write(adoption, 2).document.entries), "a");
  EXPECT_TRUE(adoption.is_done());
}

TEST_F(AdoptionDocuments, the_next_document_continues_the_chain) {
  message(5, "a");
  message(6, "b");
  AdoptionPlan adoption = plan();
  static_cast<void>(write(adoption, 3));
  const domain::Head before = standing.head;
  EXPECT_TRUE(domain::verify_link(before, write(adoption, 3).document.entries.front()).has_value());
}

TEST_F(AdoptionDocuments, the_seq_of_a_message_counts_on_over_documents) {
  message(5, "a");
  message(6, "b");
  AdoptionPlan adoption = plan();
  EXPECT_EQ(write(adoption, 3).adopted.back().seq, 3u);
  EXPECT_EQ(write(adoption, 3).adopted.back().seq, 4u);
}

TEST_F(AdoptionDocuments, a_start_in_a_later_document_changes_the_row_only_there) {
  message(5, "a");
  start(6);
  AdoptionPlan adoption = plan();
  EXPECT_EQ(write(adoption, 3).after.row.status, SessionStatus::created);
  EXPECT_EQ(write(adoption, 3).after.row.status, SessionStatus::active);
}

// Bytes

class AdoptionDocumentBytes : public AdoptionDocuments {
 protected:
  static constexpr std::size_t long_text = 30'000;

  AdoptionDocumentBytes() {
    for (int index = 0; index < 50; ++index) message(index, std::string(long_text, 'x'));
    entries_ = batch().document.entries.size();
  }
  /// Shortens the last text of the first document, so that the document has this many bytes up to and including that text.
  std::size_t entries_with_bytes(std::size_t bytes) {
    const std::size_t last_text = entries_ - 3;  // after `created` and `adopted`
    foreign.texts[last_text].text.resize(long_text);
    LogDocument document = batch().document;
    document.entries.resize(entries_);
    foreign.texts[last_text].text.resize(long_text - (bytes_of(document) - bytes));
    return batch().document.entries.size();
  }
  std::size_t entries_ = 0;  // in the first document, while all texts are long
};

TEST_F(AdoptionDocumentBytes, a_document_may_pass_the_limit_by_its_last_entry_only) {
  LogDocument document = batch().document;
  EXPECT_GE(bytes_of(document), limits::mongo_document_bytes_max);
  document.entries.pop_back();
  EXPECT_LT(bytes_of(document), limits::mongo_document_bytes_max);
}

TEST_F(AdoptionDocumentBytes, a_document_with_as_many_bytes_as_allowed_takes_no_more) {
  EXPECT_EQ(entries_with_bytes(limits::mongo_document_bytes_max), entries_);
}

TEST_F(AdoptionDocumentBytes, a_document_with_one_byte_less_takes_one_more_entry) {
  EXPECT_EQ(entries_with_bytes(limits::mongo_document_bytes_max - 1), entries_ + 1);
}

// Before and after a write

TEST_F(AdoptionDocuments, making_a_document_takes_nothing) {
  message(5, "a");
  const AdoptionPlan adoption = plan();
  test::CountingEntropy first;
  test::CountingEntropy second;
  const auto once = adoption.make(standing, long_after, 2, first);
  const auto again = adoption.make(standing, long_after, 2, second);
  EXPECT_EQ(once.document.entries, again.document.entries);
  EXPECT_EQ(names_of(adoption.rest()), "a");
}

TEST_F(AdoptionDocuments, the_rest_are_the_messages_that_are_not_taken) {
  for (const int ms : {4, 5, 6}) message(ms, std::to_string(ms));
  start(5);
  AdoptionPlan adoption = plan();
  EXPECT_EQ(names_of(adoption.rest()), "4 5 6");
  static_cast<void>(write(adoption, 4));
  EXPECT_EQ(names_of(adoption.rest()), "5 6");
  static_cast<void>(write(adoption, 1));
  EXPECT_EQ(names_of(adoption.rest()), "6");
  static_cast<void>(write(adoption, 1));
  EXPECT_EQ(names_of(adoption.rest()), "");
}

// The first row, and the news

TEST_F(AdoptionDocuments, the_first_row_is_that_of_a_created_session) {
  session.appointment = test::object_id(31);
  start(5);
  end(at(6));
  const domain::SessionRow row = first_row(session, SessionNumber{9}, Secret32{8}, roles);
  EXPECT_EQ(row.id, session.id);
  EXPECT_EQ(row.number, SessionNumber{9});
  EXPECT_EQ(row.object_id, session.object_id);
  EXPECT_EQ(row.secret, Secret32{8});
  EXPECT_EQ(row.participants, (std::vector<domain::Participant>{{session.doctor, roles.doctor()}, {session.patient, roles.patient()}}));
  EXPECT_EQ(row.appointment, test::object_id(31));
  EXPECT_EQ(row.created_at, at(0));
  EXPECT_EQ(row.status, SessionStatus::created);
  EXPECT_EQ(row.started_at, std::nullopt);
  EXPECT_EQ(row.ended_at, std::nullopt);
}

TEST_F(AdoptionDocuments, the_news_compare_document_known_state_and_row) {
  session.state = {SessionStatus::ended, at(6)};
  EXPECT_EQ(news_of(session, session.state, standing.row), ForeignNews{}) << "the document is as it was";
  EXPECT_EQ(news_of(session, std::nullopt, standing.row), ForeignNews{.ends = true}) << "the document has no start";
  session.started_at = at(5);
  EXPECT_EQ(news_of(session, std::nullopt, standing.row), (ForeignNews{.starts = true, .ends = true}));
  standing.row.start(at(5));
  EXPECT_EQ(news_of(session, std::nullopt, standing.row), ForeignNews{.ends = true}) << "the row has a start";
  standing.row.end(at(6));
  EXPECT_EQ(news_of(session, std::nullopt, standing.row), ForeignNews{}) << "the row has ended";
}

}  // namespace parley::store::mongo
