#include <cstdint>
#include <string_view>

#include "collector/agents/host_record.h"
#include "model/announcement.h"

// What an agent posts, and what is kept of it: whatever is accepted comes back as it was.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto announcement = model::ParseAnnouncement(input);
  if (announcement.ok()) {
    const auto again = model::ParseAnnouncement(model::EncodeAnnouncement(*announcement));
    VEDETTE_CHECK(again.ok() && again->pages == announcement->pages &&
                  again->labels == announcement->labels && again->host == announcement->host);
    agents::HostRecord record;
    record.host = announcement->host;
    record.id = announcement->id;
    record.pages = announcement->pages;
    record.labels = announcement->labels;
    record.sends = announcement->sends;
    const auto kept = agents::DecodeHostRecord(record.host, agents::EncodeHostRecord(record));
    VEDETTE_CHECK(kept.ok() && *kept == record);
  }
  const auto record = agents::DecodeHostRecord("host", input);
  if (record.ok()) {
    const auto again = agents::DecodeHostRecord("host", agents::EncodeHostRecord(*record));
    VEDETTE_CHECK(again.ok() && *again == *record);
  }
  return 0;
}
