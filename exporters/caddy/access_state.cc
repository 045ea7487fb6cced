#include "exporters/caddy/access_state.h"

#include <optional>

#include "base/codec/bytes.h"
#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

constexpr size_t kMaxHosts = 20'000;
constexpr size_t kMaxPairs = 10'000;  // of one host

std::string Hex(uint64_t value) {
  std::string out(16, '0');
  for (size_t i = 0; i < 16; ++i) out[15 - i] = "0123456789abcdef"[(value >> (4 * i)) & 15];
  return out;
}

void AppendNumbers(std::string_view key, std::initializer_list<uint64_t> numbers,
                   std::string* out) {
  *out += key;
  for (const uint64_t number : numbers) *out += " " + std::to_string(number);
  *out += "\n";
}

void AppendHistogram(std::string_view key, const AccessStats::Histogram& histogram,
                     std::string* out) {
  *out += key;
  *out += ' ';
  base::AppendFloatG(histogram.sum, out);
  for (const uint64_t count : histogram.buckets) *out += " " + std::to_string(count);
  *out += "\n";
}

// The words of one line, taken in turn; anything wrong stays wrong.
class Words {
 public:
  explicit Words(std::string_view line) : words_(base::Split(line, ' ')) {}

  std::string_view Text() {
    if (next_ >= words_.size()) return Fail();
    return words_[next_++];
  }
  uint64_t Uint() {
    const auto number = base::ParseUint(Text());
    if (!number) Fail();
    return number.value_or(0);
  }
  int Status() {
    const auto number = base::ParseInt(Text());
    if (!number || *number < -1 || *number > 999) Fail();
    return static_cast<int>(number.value_or(0));
  }
  double Float() {
    const auto number = base::ParseDouble(Text());
    if (!number || !(*number >= 0)) Fail();
    return number.value_or(0);
  }
  bool good() const { return good_ && next_ == words_.size(); }

 private:
  std::string_view Fail() {
    good_ = false;
    return {};
  }
  const std::vector<std::string_view> words_;
  size_t next_ = 0;
  bool good_ = true;
};

AccessStats::Histogram ReadHistogram(Words* words) {
  AccessStats::Histogram histogram;
  histogram.sum = words->Float();
  for (uint64_t& count : histogram.buckets) count = words->Uint();
  return histogram;
}

// Reads one line into `state`; false where it is none.
bool ReadLine(std::string_view line, AccessStats::Host** host, AccessState* state) {
  Words words(line);
  const std::string_view key = words.Text();
  if (key == "file") {
    const uint64_t device = words.Uint();
    const uint64_t inode = words.Uint();
    state->files.push_back({device, inode, words.Uint()});
  } else if (key == "lines") {
    for (uint64_t& count : state->lines) count = words.Uint();
  } else if (key == "host") {
    if (state->hosts.size() >= kMaxHosts) return false;
    *host = &state->hosts[std::string(words.Text())];
  } else if (*host == nullptr) {
    return false;
  } else if (key == "requests") {
    if ((*host)->requests.size() >= kMaxPairs) return false;
    const std::string method(words.Text());
    const int status = words.Status();
    (*host)->requests[{method, status}] = words.Uint();
  } else if (key == "duration") {
    (*host)->duration = ReadHistogram(&words);
  } else if (key == "response_size") {
    (*host)->response_size = ReadHistogram(&words);
  } else if (key == "request_size") {
    (*host)->request_size = ReadHistogram(&words);
  } else {
    return false;
  }
  return words.good();
}

base::Status CheckHeader(std::string_view header) {
  Words words(header);
  if (words.Text() != AccessState::kMagic) {
    return base::DataLoss("line 1: this is no state of access logs");
  }
  const uint64_t version = words.Uint();
  if (!words.good() || version == 0) return base::DataLoss("line 1: no version");
  if (version > AccessState::kVersion) {
    return base::InvalidArgument(
        base::Concat({"version ", std::to_string(version), " is newer than this program"}));
  }
  return base::Status();
}

}  // namespace

std::string WriteAccessState(const AccessState& state) {
  std::string out =
      base::Concat({AccessState::kMagic, " ", std::to_string(AccessState::kVersion), "\n"});
  for (const AccessState::File& file : state.files) {
    AppendNumbers("file", {file.device, file.inode, file.offset}, &out);
  }
  AppendNumbers("lines", {state.lines[0], state.lines[1], state.lines[2]}, &out);
  for (const auto& [name, host] : state.hosts) {
    out += "host " + name + "\n";
    for (const auto& [key, count] : host.requests) {
      out += base::Concat({"requests ", key.first, " ", std::to_string(key.second), " ",
                           std::to_string(count), "\n"});
    }
    AppendHistogram("duration", host.duration, &out);
    AppendHistogram("response_size", host.response_size, &out);
    AppendHistogram("request_size", host.request_size, &out);
  }
  return out + "end " + Hex(base::Hash64(out)) + "\n";
}

base::StatusOr<AccessState> ReadAccessState(std::string_view text) {
  const size_t end = text.rfind("end ");
  if (end == std::string_view::npos || end == 0 || text[end - 1] != '\n') {
    VEDETTE_RETURN_IF_ERROR(CheckHeader(text.substr(0, text.find('\n'))));
    return base::DataLoss("the last line is missing");
  }
  const std::string_view body = text.substr(0, end);
  VEDETTE_RETURN_IF_ERROR(CheckHeader(body.substr(0, body.find('\n'))));
  if (base::Trim(text.substr(end + 4)) != Hex(base::Hash64(body))) {
    return base::DataLoss("the checksum does not match");
  }
  AccessState state;
  AccessStats::Host* host = nullptr;
  const std::vector<std::string_view> lines = base::Split(body, '\n');
  for (size_t i = 1; i + 1 < lines.size(); ++i) {  // the header before, nothing after the last \n
    if (!ReadLine(lines[i], &host, &state)) {
      return base::DataLoss(base::Concat({"line ", std::to_string(i + 1), ": not understood"}));
    }
  }
  return state;
}

}  // namespace vedette::exporters::caddy
