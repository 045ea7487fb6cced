#include "app/agents_list.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace vedette::app {
namespace {

using boost::json::object;
using boost::json::value;

constexpr size_t kShownDigits = 8;
constexpr size_t kColumns = 5;
using TableRow = std::array<std::string, kColumns>;

std::string TextAt(const object& from, std::string_view key) {
  const value* found = from.if_contains(boost::json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_string()) return "";
  return std::string(found->get_string().data(), found->get_string().size());
}

bool BoolAt(const object& from, std::string_view key) {
  const value* found = from.if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr && found->is_bool() && found->get_bool();
}

double NumberAt(const object& from, std::string_view key) {
  const value* found = from.if_contains(boost::json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code error;
  return found->to_number<double>(error);
}

// The objects of a list; none where there is no such list.
std::vector<const object*> ObjectsAt(const object& from, std::string_view key) {
  std::vector<const object*> out;
  const value* found = from.if_contains(boost::json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_array()) return out;
  for (const value& item : found->get_array()) {
    if (item.is_object()) out.push_back(&item.get_object());
  }
  return out;
}

ListedHost ReadHost(const object& from) {
  ListedHost host;
  host.host = TextAt(from, "host");
  host.id = TextAt(from, "id");
  host.address = TextAt(from, "address");
  for (const object* page : ObjectsAt(from, "pages")) {
    host.jobs += (host.jobs.empty() ? "" : ", ") + TextAt(*page, "job");
  }
  host.silent = BoolAt(from, "silent");
  host.released = BoolAt(from, "released");
  host.silent_seconds = NumberAt(from, "silentSeconds");
  return host;
}

ListedRefusal ReadRefusal(const object& from) {
  return {TextAt(from, "host"), TextAt(from, "id"), TextAt(from, "peer"), TextAt(from, "reason"),
          static_cast<uint64_t>(std::max(0.0, NumberAt(from, "count")))};
}

std::string Padded(const std::vector<TableRow>& rows) {
  std::array<size_t, kColumns> widths{};
  for (const TableRow& row : rows) {
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const TableRow& row : rows) {
    for (size_t i = 0; i + 1 < kColumns; ++i) {
      out += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out += row.back() + "\n";
  }
  return out;
}

}  // namespace

base::StatusOr<AgentsList> ParseAgentsList(const std::string& body) {
  boost::system::error_code error;
  const value parsed = boost::json::parse(body, error);
  const object* root = error ? nullptr : parsed.if_object();
  const value* data = root == nullptr ? nullptr : root->if_contains("data");
  if (data == nullptr || !data->is_object() || !data->get_object().contains("hosts")) {
    return base::DataLoss("not what a collector answers");
  }
  AgentsList list;
  for (const object* host : ObjectsAt(data->get_object(), "hosts")) {
    list.hosts.push_back(ReadHost(*host));
  }
  for (const object* refusal : ObjectsAt(data->get_object(), "refused")) {
    list.refused.push_back(ReadRefusal(*refusal));
  }
  return list;
}

std::string StateText(const ListedHost& host) {
  const auto seconds = static_cast<int64_t>(std::min(host.silent_seconds, 1e12));
  const std::string time = base::FormatDurationMs(seconds * 1000);
  std::string text = host.silent ? "silent for " + time : base::Concat({"heard ", time, " ago"});
  if (host.released) text += ", released";
  return text;
}

std::string AgentsTable(const AgentsList& list) {
  std::vector<TableRow> rows = {{"HOST", "STATE", "ADDRESS", "AGENT", "PAGES"}};
  for (const ListedHost& host : list.hosts) {
    rows.push_back({host.host, StateText(host), host.address.empty() ? "sends" : host.address,
                    host.id.substr(0, kShownDigits), host.jobs});
  }
  std::string out = Padded(rows);
  for (const ListedRefusal& refusal : list.refused) {
    out += base::Concat({"refused ", std::to_string(refusal.count), "x: ", refusal.host, " from ",
                         refusal.peer, ", agent ", refusal.id.substr(0, kShownDigits), ": ",
                         refusal.reason, "\n"});
  }
  return out;
}

}  // namespace vedette::app
