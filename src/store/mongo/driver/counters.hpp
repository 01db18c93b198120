// The counters of libmongoc in shared memory.
#pragma once

namespace parley::store::mongo {

/// When libmongoc is loaded, before main, it maps a file of counters that no program reads. It removes the file only at exit, so the file
/// of a killed process remains, and the next process with the same number complains on stderr. This function removes the name. Call it
/// first in every program that can be killed, also if it never opens a database. A program that calls it also removes a name that a
/// killed process left, before libmongoc is loaded.
void remove_name_of_counters();

}  // namespace parley::store::mongo
