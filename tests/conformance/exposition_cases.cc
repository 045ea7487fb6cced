#include "tests/conformance/exposition_cases.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/strings.h"
#include "tests/conformance/entry_text.h"
#include "tests/conformance/textproto.h"
#include "tests/support/shared_dir.h"

namespace vedette::test {
namespace {

namespace json = boost::json;
using model::exposition::Format;
using model::exposition::NewReader;
using model::exposition::ReaderOptions;

using Results = std::vector<ExpositionResult>;

json::value ReadJson(const std::string& path) { return json::parse(ReadWholeFile(path)); }

// The corpus writes the byte ff as U+FFFD.
std::string WithRawByte(std::string text) {
  for (size_t at = 0; (at = text.find("\xef\xbf\xbd", at)) != std::string::npos;) {
    text.replace(at, 3, "\xff");
  }
  return text;
}

std::vector<std::string> Describe(const std::string& page, Format format,
                                  const ReaderOptions& options, std::string* error) {
  const auto reader = NewReader(page, format, options);
  return DescribePage(reader.get(), error);
}

ExpositionResult PlayEvents(const std::string& name, const std::string& page, Format format,
                            const json::array& events, const ReaderOptions& options,
                            bool names_only = false) {
  std::string error;
  std::vector<std::string> found = Describe(page, format, options, &error);
  if (!error.empty()) return {name, error, ""};
  const EventOptions compared{options.type_and_unit_labels, names_only};
  for (std::string& line : found) line = Reduced(line, compared);
  std::vector<std::string> expected;
  for (const json::value& event : events) expected.push_back(DescribeEvent(event, compared));
  return {name, FirstDifference(found, expected), ""};
}

void AddEvents(const json::object& corpus, std::string_view name, Format format,
               ReaderOptions options, Results* out) {
  const json::object& one = corpus.at({name.data(), name.size()}).as_object();
  // Upstream's own test folds _created lines into what they are about.
  options.fold_created = format == Format::kOpenMetrics;
  const bool both_ways = !options.convert_classic;
  for (const bool with_type : {false, true}) {
    if (with_type && !both_ways) continue;
    options.type_and_unit_labels = with_type;
    // Where labels are given one way only they are those without.
    const std::string text = json::serialize(one.at("events"));
    if (with_type && text.find("with_type_unit") == std::string::npos) continue;
    out->push_back(PlayEvents(base::Concat({name, with_type ? "/type_and_unit" : ""}),
                              JsonText(one.at("input")), format, one.at("events").as_array(),
                              options));
  }
}

void AddErrors(const json::object& corpus, std::string_view name, Format format, Results* out) {
  for (const json::value& one : corpus.at({name.data(), name.size()}).as_array()) {
    const std::string page = WithRawByte(JsonText(one.at("input")));
    const std::string upstream = JsonText(one.at("err"));
    const bool is_read = upstream.empty() || upstream == "EOF";
    std::string error;
    Describe(page, format, {}, &error);
    ExpositionResult result{base::Concat({name, " ", base::GoQuote(page)}), "", ""};
    if (error.empty() != is_read) {
      result.problem = base::Concat(
          {"upstream says ", base::GoQuote(upstream), ", we say ", base::GoQuote(error)});
    } else if (!is_read && !(base::StartsWith(error, "line ") &&
                             error.find(", column ") != std::string::npos)) {
      result.problem = "the error does not say where: " + error;
    }
    out->push_back(std::move(result));
  }
}

// What upstream's test makes of the names that the corpus keeps of these cases.
void AddContentTypes(Results* out) {
  struct Case {
    std::string_view name;
    std::string_view header;
    std::optional<Format> format;
  };
  using enum Format;
  const std::array<Case, 10> cases = {{
      {"empty-string", "", std::nullopt},
      {"invalid-content-type-1", "invalid/", std::nullopt},
      {"invalid-content-type-2", "invalid/invalid/invalid", std::nullopt},
      {"invalid-content-type-3", "/", std::nullopt},
      {"invalid-content-type-4", "application/openmetrics-text; charset=UTF-8; charset=utf-8",
       std::nullopt},
      {"openmetrics", "application/openmetrics-text", kOpenMetrics},
      {"openmetrics-with-charset-and-version",
       "application/openmetrics-text; version=1.0.0; charset=utf-8", kOpenMetrics},
      {"plain-text", "text/plain", kText},
      {"plain-text-with-version", "text/plain; version=0.0.4", kText},
      {"protobuf", "application/vnd.google.protobuf", kProtobuf},
  }};
  for (const Case& one : cases) {
    const auto found = model::exposition::FormatOfContentType(one.header);
    out->push_back({base::Concat({"content_type_selection ", one.name}),
                    found == one.format ? "" : "another format was chosen", ""});
  }
}

// Each case with the page's families, named as upstream's test names its options.
void AddProtobuf(const json::object& corpus, std::string_view families, const json::value& one,
                 const std::string& name, const ReaderOptions& options, Results* out) {
  std::string page;
  for (const json::value& family : corpus.at({families.data(), families.size()}).as_array()) {
    const auto bytes = EncodeDelimitedFamily(JsonText(family));
    if (!bytes.ok()) {
      out->push_back({name, std::string(base::Message(bytes.status())), ""});
      return;
    }
    page += *bytes;
  }
  out->push_back(PlayEvents(name, page, Format::kProtobuf, one.at("expected").as_array(), options));
}

// Documents that the standard calls wrong and Prometheus reads all the same, since it does not look
// across lines: why, by the beginning of their names.
struct Leniency {
  std::string_view prefix;
  std::string_view why;
};
constexpr std::string_view kAcross = "Prometheus does not compare lines with each other";
constexpr std::string_view kOfType = "Prometheus does not hold samples against their type";
constexpr std::array<Leniency, 12> kLeniencies = {{
    {"bad_clashing_names", kAcross},
    {"bad_grouping_or_ordering", kAcross},
    {"bad_metadata_in_wrong_place", kAcross},
    {"bad_repeated_metadata", kAcross},
    {"bad_counter_values", kOfType},
    {"bad_exemplars_on", kOfType},
    {"bad_histograms", kOfType},
    {"bad_info_and_stateset", kOfType},
    {"bad_stateset_info", kOfType},
    {"bad_missing_or_invalid_labels_for_a_type", kOfType},
    {"bad_exemplars_6", "Prometheus limits exemplars when it stores them, not when it reads them"},
    {"bad_missing_or_extra_commas_2", "Prometheus takes a comma behind the last label"},
}};

std::string_view WhyRead(const std::string& name) {
  for (const auto& [prefix, why] : kLeniencies) {
    if (base::StartsWith(name, prefix)) return why;
  }
  return "";
}

ExpositionResult PlayFolder(const std::filesystem::path& folder) {
  const std::string name = folder.filename().string();
  const bool is_good = ReadJson(folder / "test.json").at("shouldParse").as_bool();
  std::string error;
  Describe(ReadWholeFile(folder / "metrics"), Format::kOpenMetrics, {}, &error);
  if (is_good) return {name, error.empty() ? "" : "must be read: " + error, ""};
  if (!error.empty()) return {name, "", ""};
  const std::string_view why = WhyRead(name);
  if (why.empty()) return {name, "must not be read", ""};
  return {name, "", std::string(why)};
}

}  // namespace

Results PlayTextCases(const std::string& path) {
  const json::value file = ReadJson(path);
  const json::object& corpus = file.as_object();
  Results out;
  ReaderOptions converted;
  converted.convert_classic = true;
  AddEvents(corpus, "prom_parse", Format::kText, {}, &out);
  AddEvents(corpus, "prom_parse_utf8", Format::kText, {}, &out);
  AddErrors(corpus, "prom_errors", Format::kText, &out);
  AddErrors(corpus, "prom_nul", Format::kText, &out);
  AddEvents(corpus, "om_parse", Format::kOpenMetrics, {}, &out);
  AddEvents(corpus, "om_parse_utf8", Format::kOpenMetrics, {}, &out);
  AddErrors(corpus, "om_errors", Format::kOpenMetrics, &out);
  AddErrors(corpus, "om_nul", Format::kOpenMetrics, &out);
  AddEvents(corpus, "nhcb_om", Format::kOpenMetrics, converted, &out);
  AddEvents(corpus, "nhcb_multi", Format::kOpenMetrics, converted, &out);
  ReaderOptions folded;
  folded.fold_created = true;
  for (const json::value& one : corpus.at("om_st_failures").as_array()) {
    out.push_back(PlayEvents("om_st_failures " + JsonText(one.at("name")),
                             JsonText(one.at("input")), Format::kOpenMetrics,
                             one.at("expected").as_array(), folded, true));
  }
  AddContentTypes(&out);
  return out;
}

Results PlayProtobufCases(const std::string& path) {
  const json::value file = ReadJson(path);
  const json::object& corpus = file.as_object();
  Results out;
  for (const json::value& one : corpus.at("scenarios").as_array()) {
    const json::array& flags = one.at("parser").at("args").as_array();
    ReaderOptions options;
    options.native_histograms = !flags[1].as_bool();
    options.keep_classic = flags[2].as_bool();
    options.type_and_unit_labels = flags[4].as_bool();
    AddProtobuf(corpus, "families_textproto", one, JsonText(one.at("name")), options, &out);
  }
  for (const json::value& one : corpus.at("nhcb_cases").as_array()) {
    ReaderOptions options;
    options.convert_classic = true;
    options.native_histograms = !one.at("ignoreNative").as_bool();
    options.keep_classic = one.at("keepClassic").as_bool();
    options.type_and_unit_labels = one.at("typeAndUnit").as_bool();
    AddProtobuf(corpus, "nhcb_families", one,
                base::Concat({"nhcb ", options.native_histograms ? "native " : "",
                              options.keep_classic ? "classic " : "",
                              options.type_and_unit_labels ? "type_and_unit" : ""}),
                options, &out);
  }
  return out;
}

Results PlayOpenMetricsFolders(const std::string& path) {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  Results out;
  for (const std::filesystem::path& folder : folders) out.push_back(PlayFolder(folder));
  return out;
}

}  // namespace vedette::test
