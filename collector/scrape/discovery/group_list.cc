#include "collector/scrape/discovery/group_list.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/config/yaml.h"
#include "base/strings.h"
#include "collector/scrape/discovery/discovery_reader.h"

namespace vedette::scrape {
namespace {

namespace json = boost::json;

constexpr std::string_view kShape =
    "allowed: [{\"targets\": [\"HOST:PORT\"], \"labels\": {\"NAME\": \"VALUE\"}}]";

std::string Place(std::string_view text, size_t offset, const std::string& file) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t column = offset - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1);
  return base::Concat({file, ":", std::to_string(line), ":", std::to_string(column + 1)});
}

base::StatusOr<json::value> ParseJson(std::string_view text, const std::string& file) {
  json::parse_options bounds;
  bounds.max_depth = 8;
  json::stream_parser parser({}, bounds);
  json::error_code error;
  const size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used == text.size()) parser.finish(error);
  if (!error && used == text.size()) return parser.release();
  return base::InvalidArgument(base::Concat(
      {Place(text, used, file),
       ": no JSON: ", error ? error.message() : "something follows the list", "; ", kShape}));
}

base::Status TooMany(const std::string& file, std::string_view what, size_t most) {
  return base::ResourceExhausted(
      base::Concat({file, ": too many ", what, "; allowed: ", std::to_string(most)}));
}

// Before a tree is made of it: objects and what lies between commas, outside of texts.
base::Status CheckSize(std::string_view text, const std::string& file) {
  size_t objects = 0;
  size_t commas = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    objects += c == '{' ? 1 : 0;
    commas += c == ',' ? 1 : 0;
  }
  // A group has its labels in an object of their own.
  if (objects > 2 * kMaxGroups) return TooMany(file, "groups", kMaxGroups);
  if (commas > 2 * kMaxTargets) return TooMany(file, "targets and labels", 2 * kMaxTargets);
  return {};
}

base::Status CheckCounts(const std::vector<TargetGroup>& groups, const std::string& file) {
  size_t targets = 0;
  for (const TargetGroup& group : groups) targets += group.targets.size();
  if (groups.size() > kMaxGroups) return TooMany(file, "groups", kMaxGroups);
  if (targets > kMaxTargets) return TooMany(file, "targets", kMaxTargets);
  return {};
}

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

// Reads one group; what is wrong is said with the group's number: the tree has no places.
class GroupReader {
 public:
  GroupReader(std::string_view where) : where_(where) {}

  base::StatusOr<TargetGroup> Read(const json::value& value) {
    if (!value.is_object()) return Wrong(base::Concat({"is no object; ", kShape}));
    TargetGroup group;
    for (const auto& [key, item] : value.as_object()) {
      const std::string_view name(key.data(), key.size());
      base::Status status;
      if (name == "targets") {
        status = ReadTargets(item, &group);
      } else if (name == "labels") {
        status = ReadLabels(item, &group);
      } else {
        status = Wrong(base::Concat({"has an unknown key ", base::GoQuote(name), "; ", kShape}));
      }
      VEDETTE_RETURN_IF_ERROR(status);
    }
    return group;
  }

 private:
  base::Status Wrong(std::string_view what) const {
    return base::InvalidArgument(base::Concat({where_, " ", what}));
  }

  base::Status ReadTargets(const json::value& value, TargetGroup* group) const {
    if (value.is_null()) return {};
    if (!value.is_array()) return Wrong(base::Concat({"targets is no list; ", kShape}));
    for (const json::value& item : value.as_array()) {
      if (!item.is_string()) return Wrong("holds a target that is no text");
      group->targets.emplace_back(View(item.as_string()));
    }
    return {};
  }

  base::Status ReadLabels(const json::value& value, TargetGroup* group) const {
    if (value.is_null()) return {};
    if (!value.is_object()) return Wrong(base::Concat({"labels is no object; ", kShape}));
    for (const auto& [key, item] : value.as_object()) {
      const std::string_view name(key.data(), key.size());
      if (name.empty()) return Wrong("has a label without a name");
      if (!item.is_string()) {
        return Wrong(base::Concat({"label ", base::GoQuote(name), " is no text"}));
      }
      group->labels.emplace_back(name, View(item.as_string()));
    }
    return {};
  }

  const std::string where_;
};

}  // namespace

base::StatusOr<std::vector<TargetGroup>> ReadGroupsJson(std::string_view text,
                                                        const std::string& file) {
  VEDETTE_RETURN_IF_ERROR(CheckSize(text, file));
  VEDETTE_ASSIGN_OR_RETURN(const json::value root, ParseJson(text, file));
  std::vector<TargetGroup> groups;
  if (root.is_null()) return groups;
  if (!root.is_array()) {
    return base::InvalidArgument(base::Concat({file, ":1:1: no list; ", kShape}));
  }
  for (const json::value& item : root.as_array()) {
    const std::string where = base::Concat({file, ": group ", std::to_string(groups.size())});
    VEDETTE_ASSIGN_OR_RETURN(TargetGroup group, GroupReader(where).Read(item));
    groups.push_back(std::move(group));
  }
  VEDETTE_RETURN_IF_ERROR(CheckCounts(groups, file));
  return groups;
}

base::StatusOr<std::vector<TargetGroup>> ReadGroupsYaml(std::string_view text,
                                                        const std::string& file) {
  using base::config::Node;
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  std::vector<TargetGroup> groups;
  if (root.kind == Node::Kind::kNull) return groups;
  base::config::Problems problems(file);
  if (root.kind != Node::Kind::kSequence) {
    problems.Add(root, "", base::Concat({"want a list; ", kShape}));
    return problems.ToStatus();
  }
  for (size_t i = 0; i < root.items.size(); ++i) {
    const Node& item = root.items[i];
    const std::string field = base::Concat({"[", std::to_string(i), "]"});
    if (item.kind == Node::Kind::kNull) problems.Add(item, field, "nil target group item found");
    groups.push_back(ReadTargetGroup(item, field, &problems));
  }
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  VEDETTE_RETURN_IF_ERROR(CheckCounts(groups, file));
  return groups;
}

}  // namespace vedette::scrape
