#include "collector/tsdb/prometheus/block_meta.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/strings.h"

namespace vedette::tsdb::prometheus {
namespace {

namespace json = boost::json;

constexpr size_t kUlidLength = 26;
constexpr size_t kMaxDepth = 16;
constexpr int64_t kVersion = 1;

int64_t IntOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return 0;
  if (const int64_t* number = value->if_int64()) return *number;
  return 0;
}

uint64_t CountOf(const json::object& object, std::string_view key) {
  return static_cast<uint64_t>(std::max<int64_t>(IntOf(object, key), 0));
}

const json::object* ObjectOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

// The strings among the array's values.
std::vector<std::string> StringsOf(const json::object& object, std::string_view key) {
  std::vector<std::string> strings;
  const json::value* value = object.if_contains(key);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return strings;
  for (const json::value& item : *array) {
    if (const json::string* text = item.if_string()) strings.emplace_back(text->c_str());
  }
  return strings;
}

void ReadCompaction(const json::object& object, BlockMeta* meta) {
  meta->sources = StringsOf(object, "sources");
  const std::vector<std::string> hints = StringsOf(object, "hints");
  meta->out_of_order = std::find(hints.begin(), hints.end(), "from-out-of-order") != hints.end();
}

}  // namespace

bool IsUlid(std::string_view name) {
  return name.size() == kUlidLength && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

base::StatusOr<BlockMeta> ParseBlockMeta(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return base::DataLoss(base::Concat({"no JSON: ", error.message()}));
  const json::object* object = value.if_object();
  if (object == nullptr) return base::DataLoss("no JSON object");
  if (IntOf(*object, "version") != kVersion) {
    return base::DataLoss(base::Concat({"version is ", std::to_string(IntOf(*object, "version")),
                                        "; allowed is ", std::to_string(kVersion)}));
  }
  BlockMeta meta;
  const json::value* ulid = object->if_contains("ulid");
  if (ulid == nullptr || !ulid->is_string() || !IsUlid(ulid->get_string().c_str())) {
    return base::DataLoss("\"ulid\" is missing or no ULID");
  }
  meta.ulid = ulid->get_string().c_str();
  meta.min_ms = IntOf(*object, "minTime");
  meta.max_ms = IntOf(*object, "maxTime");
  if (meta.min_ms > meta.max_ms) return base::DataLoss("minTime is after maxTime");
  if (const json::object* stats = ObjectOf(*object, "stats")) {
    meta.samples = CountOf(*stats, "numSamples");
    meta.series = CountOf(*stats, "numSeries");
    meta.chunks = CountOf(*stats, "numChunks");
  }
  if (const json::object* compaction = ObjectOf(*object, "compaction")) {
    ReadCompaction(*compaction, &meta);
  }
  if (meta.sources.empty()) meta.sources.push_back(meta.ulid);
  return meta;
}

}  // namespace vedette::tsdb::prometheus
