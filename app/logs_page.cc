#include "app/logs_page.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/escape.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kTimeout{2};
constexpr uint64_t kMaxAnswerBytes = 512ull << 20;

std::string Text(const json::value& value) { return std::string(value.as_string()); }

void AddLabels(const json::value* from, LogLabels* to) {
  if (from == nullptr) return;
  for (const auto& [name, value] : from->as_object()) (*to)[std::string(name)] = Text(value);
}

void AddStream(const json::value& from, std::vector<FetchedLine>* lines) {
  LogLabels stream;
  AddLabels(&from.at("stream"), &stream);
  for (const json::value& value : from.at("values").as_array()) {
    const json::array& parts = value.as_array();
    FetchedLine& line = lines->emplace_back();
    line.timestamp_ns = base::ParseInt(Text(parts.at(0))).value_or(0);
    line.line = Text(parts.at(1));
    line.stream = stream;
    if (parts.size() < 3) continue;
    const json::object& more = parts[2].as_object();
    AddLabels(more.if_contains("structuredMetadata"), &line.metadata);
    AddLabels(more.if_contains("parsed"), &line.metadata);
  }
}

base::Status Refusal(const base::http::Response& response) {
  const std::string words = base::Concat({base::Trim(response.body).substr(0, 1000)});
  if (response.status == 400 || response.status == 422) return base::InvalidArgument(words);
  if (response.status == 401 || response.status == 403) {
    return base::Unavailable(base::Concat(
        {"the server answered ", std::to_string(response.status), ": it wants other credentials"}));
  }
  return base::Unavailable(
      base::Concat({"the server answered ", std::to_string(response.status), ": ", words}));
}

}  // namespace

std::string_view FetchedLine::Get(const std::string& name) const {
  for (const LogLabels* labels : {&stream, &metadata}) {
    if (const auto found = labels->find(name); found != labels->end()) return found->second;
  }
  return {};
}

base::StatusOr<std::vector<FetchedLine>> ParseLines(std::string_view body, bool forward) {
  std::vector<FetchedLine> lines;
  try {
    const json::value root = json::parse({body.data(), body.size()});
    const json::value& data = root.at("data");
    if (data.at("resultType").as_string() != "streams") {
      return base::InvalidArgument("this is a metric query; ask for lines");
    }
    for (const json::value& stream : data.at("result").as_array()) AddStream(stream, &lines);
  } catch (const std::exception&) {
    return base::Unavailable("the server answered, but not as Loki's API does");
  }
  std::stable_sort(
      lines.begin(), lines.end(), [forward](const FetchedLine& a, const FetchedLine& b) {
        return forward ? a.timestamp_ns < b.timestamp_ns : a.timestamp_ns > b.timestamp_ns;
      });
  return lines;
}

base::StatusOr<TailFrame> ParseTailFrame(std::string_view text) {
  TailFrame frame;
  try {
    const json::value root = json::parse({text.data(), text.size()});
    const json::object& members = root.as_object();
    const auto* streams = members.if_contains("streams");
    if (streams != nullptr && !streams->is_null()) {
      for (const json::value& stream : streams->as_array()) AddStream(stream, &frame.lines);
    }
    const auto* dropped = members.if_contains("dropped_entries");
    if (dropped == nullptr || dropped->is_null()) return frame;
    for (const json::value& entry : dropped->as_array()) {
      const int64_t time = base::ParseInt(Text(entry.at("timestamp"))).value_or(0);
      frame.dropped_ns = std::min(frame.dropped_ns.value_or(time), time);
    }
  } catch (const std::exception&) {
    return base::Unavailable("the server sent a frame, but not as Loki's tail does");
  }
  return frame;
}

base::StatusOr<std::vector<FetchedLine>> LogPages::Fetch() {
  base::http::ClientRequest request;
  request.url = base::Concat(
      {options_.base_url, "/loki/api/v1/query_range?query=", base::EscapeQuery(options_.query),
       "&direction=", options_.forward ? "forward" : "backward",
       "&limit=", std::to_string(options_.page_lines), "&start=", std::to_string(options_.start_ns),
       "&end=", std::to_string(options_.end_ns)});
  request.headers.Set("X-Loki-Response-Encoding-Flags", "categorize-labels");
  request.timeout = kTimeout;
  request.max_response_bytes = kMaxAnswerBytes;
  const auto response = client_->Send(std::move(request));
  if (absl::IsResourceExhausted(response.status())) return response.status();
  if (!response.ok()) return base::Unavailable(base::Message(response.status()));
  if (response->status != 200) return Refusal(*response);
  return ParseLines(response->body, options_.forward);
}

base::StatusOr<std::vector<FetchedLine>> LogPages::Next() {
  while (!done_ && options_.start_ns < options_.end_ns) {
    base::StatusOr<std::vector<FetchedLine>> lines = Fetch();
    if (absl::IsResourceExhausted(lines.status()) && options_.page_lines > 1) {
      options_.page_lines /= 2;  // such lines are too long for so many
      continue;
    }
    VEDETTE_RETURN_IF_ERROR(lines.status());
    Advance(lines->size(), &*lines);
    if (!lines->empty()) return lines;
  }
  return std::vector<FetchedLine>();
}

void LogPages::Advance(size_t fetched, std::vector<FetchedLine>* lines) {
  if (fetched < options_.page_lines) done_ = true;
  if (lines->empty()) return;
  const int64_t last = lines->back().timestamp_ns;
  const bool is_one_timestamp = lines->front().timestamp_ns == last;
  auto had = at_edge_;
  std::erase_if(*lines, [&had](const FetchedLine& line) {
    const auto found = had.find(line);
    return found != had.end() && found->second-- > 0;
  });
  if (is_one_timestamp && fetched >= options_.page_lines && lines->empty()) {
    // All that it gives of this timestamp was had before: what else it has cannot be asked for.
    ++cut_timestamps_;
    at_edge_.clear();
    options_.forward ? options_.start_ns = last + 1 : options_.end_ns = last;
    return;
  }
  const int64_t edge = options_.forward ? options_.start_ns : options_.end_ns - 1;
  if (edge != last) at_edge_.clear();
  for (const FetchedLine& line : *lines) {
    if (line.timestamp_ns == last) ++at_edge_[line];
  }
  options_.forward ? options_.start_ns = last : options_.end_ns = last + 1;
}

}  // namespace vedette::app
