#include "model/announcement.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <utility>

#include "base/digest.h"
#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::model {
namespace {

constexpr size_t kMaxHostBytes = 253;
constexpr size_t kMaxDepth = 8;
constexpr std::string_view kHostAllowed = "1 to 253 letters, digits, '.', '_' and '-'";

base::Status WrongField(std::string_view field, std::string_view found, std::string_view allowed) {
  return base::InvalidArgument(base::Concat({field, ": found ", found, "; allowed: ", allowed}));
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool IsPagePath(std::string_view path) {
  return base::StartsWith(path, "/") && path.size() <= Announcement::kMaxPathBytes &&
         std::none_of(path.begin(), path.end(), [](char c) {
           return IsControl(c) || c == ' ' || c == '?' || c == '#' || (c & 0x80) != 0;
         });
}

base::Status CheckPage(const AnnouncedPage& page, const std::string& field) {
  if (!IsHostName(page.job) || page.job.size() > Announcement::kMaxLabelBytes) {
    return WrongField(field + ".job", base::GoQuote(page.job), kHostAllowed);
  }
  if (page.port == 0) return WrongField(field + ".port", "0", "1 to 65535");
  if (!IsPagePath(page.path)) {
    return WrongField(field + ".path", base::GoQuote(page.path),
                      "a path without a query, 256 bytes at most");
  }
  return {};
}

// Members of the body, read by name; the first mistake stays.
class FieldReader {
 public:
  FieldReader(const boost::json::object& object, std::string prefix)
      : object_(object), prefix_(std::move(prefix)) {}

  std::string Text(std::string_view name, std::string_view usual = "") {
    const boost::json::value* value = Find(name);
    if (value == nullptr) return std::string(usual);
    if (const boost::json::string* text = value->if_string()) {
      return std::string(text->data(), text->size());
    }
    Wrong(name, "a text");
    return std::string(usual);
  }

  int64_t Number(std::string_view name, int64_t most) {
    const boost::json::value* value = Find(name);
    if (value == nullptr) return 0;
    if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= most) {
      return value->get_int64();
    }
    Wrong(name, base::Concat({"a whole number from 0 to ", std::to_string(most)}));
    return 0;
  }

  bool Bool(std::string_view name) {
    const boost::json::value* value = Find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) Wrong(name, "true and false");
    return value->is_bool() && value->get_bool();
  }

  // Null where it is absent or wrong.
  const boost::json::array* List(std::string_view name, size_t most) {
    const boost::json::value* value = Find(name);
    if (value == nullptr) return nullptr;
    const boost::json::array* list = value->if_array();
    if (list != nullptr && list->size() <= most) return list;
    Wrong(name, base::Concat({"a list of ", std::to_string(most), " at most"}));
    return nullptr;
  }

  const boost::json::object* Object(std::string_view name, size_t most) {
    const boost::json::value* value = Find(name);
    if (value == nullptr) return nullptr;
    const boost::json::object* object = value->if_object();
    if (object != nullptr && object->size() <= most) return object;
    Wrong(name, base::Concat({"an object of ", std::to_string(most), " members at most"}));
    return nullptr;
  }

  const base::Status& status() const { return status_; }

 private:
  const boost::json::value* Find(std::string_view name) const {
    const auto* value = object_.if_contains(boost::json::string_view(name.data(), name.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void Wrong(std::string_view name, std::string_view allowed) {
    if (!status_.ok()) return;
    status_ = WrongField(base::Concat({prefix_, name}), "something else", allowed);
  }

  const boost::json::object& object_;
  const std::string prefix_;
  base::Status status_;
};

std::string PageField(size_t at) { return base::Concat({"pages[", std::to_string(at), "]"}); }

base::StatusOr<AnnouncedPage> ReadPage(const boost::json::value& value, const std::string& field) {
  const boost::json::object* object = value.if_object();
  if (object == nullptr) return WrongField(field, "something else", "an object");
  FieldReader fields(*object, field + ".");
  AnnouncedPage page;
  page.job = fields.Text("job");
  page.port = static_cast<uint16_t>(fields.Number("port", 65535));
  page.path = fields.Text("path", page.path);
  const std::string scheme = fields.Text("scheme", "http");
  VEDETTE_RETURN_IF_ERROR(fields.status());
  if (scheme != "http" && scheme != "https") {
    return WrongField(field + ".scheme", base::GoQuote(scheme), "http, https");
  }
  page.tls = scheme == "https";
  return page;
}

base::Status ReadHostLabels(const boost::json::object& object, Announcement* out) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    const boost::json::string* text = member.value().if_string();
    if (text == nullptr) {
      return WrongField(base::Concat({"labels.", base::GoQuote(name)}), "something else", "a text");
    }
    out->labels.emplace_back(name, std::string_view(text->data(), text->size()));
  }
  // As they were said or not: the same set is the same announcement.
  std::sort(out->labels.begin(), out->labels.end());
  return {};
}

base::Status ReadAnnouncement(const boost::json::object& object, Announcement* out) {
  FieldReader fields(object, "");
  out->id = fields.Text("id");
  out->key = base::Secret(fields.Text("key"));
  out->host = fields.Text("host");
  out->address = fields.Text("address");
  out->sends = fields.Bool("sends");
  const auto* pages = fields.List("pages", Announcement::kMaxPages);
  const auto* labels = fields.Object("labels", Announcement::kMaxLabels);
  VEDETTE_RETURN_IF_ERROR(fields.status());
  for (size_t i = 0; pages != nullptr && i < pages->size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(AnnouncedPage page, ReadPage((*pages)[i], PageField(i)));
    out->pages.push_back(std::move(page));
  }
  return labels == nullptr ? base::Status() : ReadHostLabels(*labels, out);
}

}  // namespace

// Not "." or "..", which mean another thing in a path.
bool IsHostName(std::string_view text) {
  return text.find_first_not_of('.') != text.npos && text.size() <= kMaxHostBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c & 0x80) == 0 && (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                      c == '.' || c == '_' || c == '-');
         });
}

base::Status CheckHostLabel(std::string_view name, std::string_view value) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool is_name = !name.empty() && name.size() <= Announcement::kMaxLabelBytes &&
                       std::all_of(name.begin(), name.end(), plain) &&
                       !(name[0] >= '0' && name[0] <= '9');
  if (!is_name || base::StartsWith(name, "__") || name == "job" || name == "instance" ||
      name == "host") {
    return WrongField("labels", base::GoQuote(name),
                      "names of letters, digits and '_' that do not begin with \"__\" and are not "
                      "job, instance or host");
  }
  if (value.empty() || value.size() > Announcement::kMaxLabelBytes || !base::IsValidUtf8(value) ||
      std::any_of(value.begin(), value.end(), IsControl)) {
    return WrongField(base::Concat({"labels.", name}), base::GoQuote(value.substr(0, 64)),
                      "1 to 256 bytes of UTF-8 without control characters");
  }
  return {};
}

base::Status CheckAnnouncement(const Announcement& announcement) {
  if (!base::IsHex(announcement.id, Announcement::kIdDigits)) {
    return WrongField("id", base::GoQuote(announcement.id.substr(0, 64)),
                      "32 digits of lower-case hex");
  }
  // The longest form of an IPv6 address has 45 characters.
  constexpr size_t kMaxAddressBytes = 64;
  if (announcement.address.size() > kMaxAddressBytes) {
    return WrongField("address", base::GoQuote(announcement.address.substr(0, 64)),
                      "an IPv4 or IPv6 address");
  }
  if (!base::IsHex(announcement.key.Reveal(), Announcement::kKeyDigits)) {
    return WrongField("key", "something else", "64 digits of lower-case hex");
  }
  if (!IsHostName(announcement.host)) {
    return WrongField("host", base::GoQuote(announcement.host.substr(0, 64)), kHostAllowed);
  }
  if (announcement.pages.size() > Announcement::kMaxPages ||
      announcement.labels.size() > Announcement::kMaxLabels) {
    return base::InvalidArgument("more than 32 pages or 16 labels");
  }
  for (size_t i = 0; i < announcement.pages.size(); ++i) {
    VEDETTE_RETURN_IF_ERROR(CheckPage(announcement.pages[i], PageField(i)));
  }
  for (const auto& [name, value] : announcement.labels) {
    VEDETTE_RETURN_IF_ERROR(CheckHostLabel(name, value));
  }
  return {};
}

std::string EncodeAnnouncement(const Announcement& announcement) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("id").String(announcement.id);
  json.Key("key").String(announcement.key.Reveal());
  json.Key("host").String(announcement.host).Key("address").String(announcement.address);
  json.Key("pages").BeginArray();
  for (const AnnouncedPage& page : announcement.pages) {
    json.BeginObject().Key("job").String(page.job).Key("port").Int(page.port);
    json.Key("path").String(page.path).Key("scheme").String(page.tls ? "https" : "http");
    json.EndObject();
  }
  json.EndArray().Key("labels").BeginObject();
  for (const auto& [name, value] : announcement.labels) json.Key(name).String(value);
  json.EndObject().Key("sends").Bool(announcement.sends).EndObject();
  return out;
}

base::StatusOr<Announcement> ParseAnnouncement(std::string_view json) {
  if (json.size() > Announcement::kMaxBytes) {
    return base::ResourceExhausted("an announcement is 64 KiB at most");
  }
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  const boost::json::value parsed =
      boost::json::parse(boost::json::string_view(json.data(), json.size()), error, {}, options);
  if (error) {
    return base::InvalidArgument(base::Concat({"the body is no JSON: ", error.message()}));
  }
  const boost::json::object* object = parsed.if_object();
  if (object == nullptr) return base::InvalidArgument("the body is no JSON object");
  Announcement announcement;
  VEDETTE_RETURN_IF_ERROR(ReadAnnouncement(*object, &announcement));
  VEDETTE_RETURN_IF_ERROR(CheckAnnouncement(announcement));
  return announcement;
}

}  // namespace vedette::model
