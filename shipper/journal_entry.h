#ifndef VEDETTE_SHIPPER_JOURNAL_ENTRY_H_
#define VEDETTE_SHIPPER_JOURNAL_ENTRY_H_

#include <string>

#include "shipper/caddy_line.h"
#include "shipper/entry.h"
#include "shipper/journal_reader.h"
#include "shipper/timestamp.h"

namespace vedette::shipper {

// The entry that a journal record becomes.
//
// Labels: job="journal", host, service_name, detected_level, unit ("none" of what has none),
// transport; of Caddy's lines logger and status too. The level is the line's own, else the
// journal's PRIORITY, else info. Of what came over `stdout` a leading time and level count, of
// Caddy's JSON its `ts` and `level`; a time counts as ChooseTime has it. Metadata: pid, uid,
// identifier, comm, boot_id, priority, message_id.
Entry MakeJournalEntry(const JournalRecord& record, const std::string& host, TimeZone zone,
                       CaddyLineReader* caddy);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_JOURNAL_ENTRY_H_
