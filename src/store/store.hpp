// A store as its users see it: five ports behind one reference.
#pragma once

#include "store/clock_record.hpp"
#include "store/directory.hpp"
#include "store/revocation_record.hpp"
#include "store/session_log.hpp"
#include "store/signalling_record.hpp"

namespace parley::store {

/// The ports live as long as the store. Threads: any, for all five calls; each port says its own rules.
class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual SessionLog& log() = 0;
  [[nodiscard]] virtual Directory& directory() = 0;
  [[nodiscard]] virtual SignallingRecord& signalling() = 0;
  [[nodiscard]] virtual RevocationRecord& revocations() = 0;
  [[nodiscard]] virtual ClockRecord& clock_record() = 0;
};

/// The base of engines that implement every port in one object.
class WholeStore : public Store, public SessionLog, public Directory, public SignallingRecord, public RevocationRecord, public ClockRecord {
 public:
  SessionLog& log() final { return *this; }
  Directory& directory() final { return *this; }
  SignallingRecord& signalling() final { return *this; }
  RevocationRecord& revocations() final { return *this; }
  ClockRecord& clock_record() final { return *this; }
};

}  // namespace parley::store
