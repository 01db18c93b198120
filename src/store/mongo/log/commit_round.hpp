// One bulk insert: one group of appends for each of many sessions, each group as one document. It retries until
// every append has its outcome. A conflict in one session does not stop the others. Owner: a writer's thread.
//
// Order    Rows of new sessions → documents of the log → rows that changed → outcomes. So a
//          reader that learns of a session finds it, and a row is never ahead of its log.
// Again    If the database reports that a document's place is taken, the log is read on the
//          primary. The place may hold this very document, from an attempt whose answer was lost.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/common/loop_ports.hpp"
#include "store/common/settlement.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/log/lanes.hpp"
#include "store/mongo/log/log_view.hpp"
#include "store/mongo/log/settled_places.hpp"

namespace parley::store::mongo {

class CommitRound {
 public:
  struct Dependencies {
    Client& client;
    StoreState& state;
    const Clock& clock;
    Lanes& lanes;
    SettledPlaces& places;
    Topology topology;
    const std::function<void(const SessionId&)>& look;  // other software may have written to the session's document
  };
  CommitRound(Dependencies deps, std::vector<Group> groups);
  void run();

 private:
  using Groups = std::vector<Group*>;
  struct Told {
    Group group;
    std::size_t count;  // this many appends at the front have outcomes
  };

  [[nodiscard]] std::optional<Failure> try_once();
  [[nodiscard]] std::optional<Failure> look_at_bases(Groups& ready);
  [[nodiscard]] std::optional<Failure> put_new_rows(Groups& groups);
  [[nodiscard]] std::optional<Failure> settle_taken_id(Groups& groups, Group& group);
  [[nodiscard]] std::optional<Failure> insert(const Groups& groups);
  struct Sorted {
    Groups written;
    Groups taken;  // their place holds another document
    std::optional<Failure> failure;
  };
  [[nodiscard]] Sorted sort_out(const Groups& groups, const Outcome<WriteResult>& result);
  [[nodiscard]] std::optional<Failure> erase(Group& group);
  [[nodiscard]] Outcome<void> write_erasure(const Group& group, const StoredDocument& target, const domain::EncodedEntry& emptied);
  [[nodiscard]] std::optional<Failure> take_failure(Group& group, const Failure& failure);
  [[nodiscard]] std::optional<Failure> settle_duplicate(Group& group);
  void put_changed_rows(const Groups& groups);

  /// Reads the log and gives each append of the group its outcome. Appends that may still succeed return to their lane.
  [[nodiscard]] std::optional<Failure> judge(Group& group);
  /// The log from the position that a group expects, as far as a conflict reports it.
  [[nodiscard]] Result<LogExcerpt> look(SessionNumber session, std::uint32_t expected_seq);

  void commit(Group& group);
  void refuse(Group& group, const Error& error);
  void settle(Group& group, std::vector<AppendOutcome> outcomes);
  void expire();
  void publish();

  Dependencies deps_;
  LogView view_;
  std::vector<Group> open_;
  std::vector<Settled> outcomes_;  // published at the end of a try
  std::vector<Told> told_;
  std::optional<std::string> refused_by_database_;  // the database's message, in this try
  bool at_once_ = false;                            // a transaction of this try met another write
};

}  // namespace parley::store::mongo
