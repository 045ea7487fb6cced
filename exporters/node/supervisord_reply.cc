#include "exporters/node/supervisord_reply.h"

#include <map>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

constexpr size_t kReplyShownBytes = 60;

// Walks a document tag by tag, with the text before each tag.
class TagScanner {
 public:
  explicit TagScanner(std::string_view xml) : rest_(xml) {}

  // False at the end; an unterminated tag ends the document.
  bool Next() {
    const size_t open = rest_.find('<');
    if (open == std::string_view::npos) return false;
    text = rest_.substr(0, open);
    const size_t close = rest_.find('>', open);
    if (close == std::string_view::npos) return false;
    tag = rest_.substr(open + 1, close - open - 1);
    rest_.remove_prefix(close + 1);
    return true;
  }

  std::string_view text;
  std::string_view tag;

 private:
  std::string_view rest_;
};

std::string UnescapeXml(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [entity, c] : kEntities) {
      if (!base::StartsWith(text, entity)) continue;
      out += c;
      text.remove_prefix(entity.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

double NumberOfMember(const std::map<std::string, std::string>& members, const char* name) {
  const auto found = members.find(name);
  if (found == members.end()) return 0;
  return base::ParseDouble(found->second).value_or(0);
}

SupervisedProcess ToProcess(std::map<std::string, std::string>* members) {
  SupervisedProcess process;
  process.name = std::move((*members)["name"]);
  process.group = std::move((*members)["group"]);
  process.state = NumberOfMember(*members, "state");
  process.exit_status = NumberOfMember(*members, "exitstatus");
  process.start = NumberOfMember(*members, "start");
  return process;
}

}  // namespace

base::StatusOr<std::vector<SupervisedProcess>> ParseSupervisordReply(std::string_view xml) {
  std::vector<SupervisedProcess> processes;
  std::map<std::string, std::string> members;  // of the struct in hand
  std::string member;
  std::string value;
  bool answered = false;
  bool fault = false;
  TagScanner scanner(xml);
  while (scanner.Next()) {
    if (scanner.tag == "methodResponse") {
      answered = true;
    } else if (scanner.tag == "fault") {
      fault = true;
    } else if (scanner.tag == "/name") {
      member = scanner.text;
      value.clear();
    } else if (scanner.tag == "/int" || scanner.tag == "/i4" || scanner.tag == "/string") {
      value = UnescapeXml(scanner.text);
    } else if (scanner.tag == "/value") {
      if (value.empty()) value = UnescapeXml(base::Trim(scanner.text));
    } else if (scanner.tag == "/member") {
      members[member] = value;
    } else if (scanner.tag == "/struct") {
      if (fault) {
        return base::Unavailable(base::Concat({"supervisord refused: ", members["faultString"]}));
      }
      processes.push_back(ToProcess(&members));
      members.clear();
    }
  }
  if (!answered) {
    return base::InvalidArgument(base::Concat(
        {"expected an XML-RPC answer, found ", base::GoQuote(xml.substr(0, kReplyShownBytes))}));
  }
  return processes;
}

}  // namespace vedette::exporters::node
