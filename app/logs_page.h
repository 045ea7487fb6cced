#ifndef VEDETTE_APP_LOGS_PAGE_H_
#define VEDETTE_APP_LOGS_PAGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/configured_client.h"
#include "base/status.h"

// Lines as a server that speaks Loki's HTTP API gives them, page by page.

namespace vedette::app {

using LogLabels = std::map<std::string, std::string>;

struct FetchedLine {
  int64_t timestamp_ns = 0;
  std::string line;
  LogLabels stream;
  LogLabels metadata;  // structured metadata, and what the query's parsers found

  // The value of a label, wherever it is; empty where it is not.
  std::string_view Get(const std::string& name) const;
  auto operator<=>(const FetchedLine&) const = default;
};

// The lines of an answer of query_range, in the order of the direction that was asked for; those of
// one timestamp stay as they come. InvalidArgument for a metric query's answer, Unavailable for
// what is none.
base::StatusOr<std::vector<FetchedLine>> ParseLines(std::string_view body, bool forward = true);

// A frame of /loki/api/v1/tail.
struct TailFrame {
  std::vector<FetchedLine> lines;
  // Of lines that the server could not send in time: the oldest of those that it tells; none: there
  // are no such lines.
  std::optional<int64_t> dropped_ns;
};
// Unavailable for what is none.
base::StatusOr<TailFrame> ParseTailFrame(std::string_view text);

// Reads a range from one end to the other. Pages are asked for by the timestamp that the last ended
// with, and what was had of it is left out; so no line is lost or comes twice as long as no
// timestamp has more lines than a page. One thread.
class LogPages {
 public:
  struct Options {
    std::string base_url;  // "http://host:3100"
    std::string query;
    int64_t start_ns = 0;  // inclusive
    int64_t end_ns = 0;    // exclusive
    bool forward = true;
    uint32_t page_lines = 1000;
  };
  // `client` outlives this.
  LogPages(const base::http::ConfiguredClient* client, Options options)
      : client_(client), options_(std::move(options)) {}

  // The next lines in the order asked for; none: there are no more. A page that is too long for one
  // answer is asked for in smaller ones; after an error the same page may be asked for again.
  // Unavailable: the server is not reached or answers otherwise; InvalidArgument: it refuses the
  // query, in its words.
  base::StatusOr<std::vector<FetchedLine>> Next();
  // Timestamps that had more lines than a page: some of theirs are missing.
  uint64_t cut_timestamps() const { return cut_timestamps_; }

 private:
  base::StatusOr<std::vector<FetchedLine>> Fetch();
  // Leaves out what the page before had; moves the range behind what this one has.
  void Advance(size_t fetched, std::vector<FetchedLine>* lines);

  const base::http::ConfiguredClient* const client_;
  Options options_;
  // Had already, and how often, of the timestamp that the last page ended with.
  std::map<FetchedLine, size_t> at_edge_;
  bool done_ = false;
  uint64_t cut_timestamps_ = 0;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_PAGE_H_
