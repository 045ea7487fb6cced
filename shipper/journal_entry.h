#ifndef VEDETTE_SHIPPER_JOURNAL_ENTRY_H_
#define VEDETTE_SHIPPER_JOURNAL_ENTRY_H_

#include <string>

#include "shipper/entry.h"
#include "shipper/journal_reader.h"
#include "shipper/timestamp.h"

namespace vedette::shipper {

// The entry that a journal record becomes.
//
// Labels: job="journal", host, service_name, detected_level, unit (of what has none its
// identifier), transport. The level is the line's own, else the journal's PRIORITY, else info. Of
// what came over `stdout` a leading time and level count. Metadata: pid, uid, identifier, comm,
// boot_id, priority, message_id.
Entry MakeJournalEntry(const JournalRecord& record, const std::string& host, TimeZone zone);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_JOURNAL_ENTRY_H_
