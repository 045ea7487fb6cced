#ifndef VEDETTE_TESTS_COLLECTOR_LOGSCAN_RANDOM_LINES_H_
#define VEDETTE_TESTS_COLLECTOR_LOGSCAN_RANDOM_LINES_H_

#include <initializer_list>
#include <random>
#include <string>

namespace vedette::logscan {

// Lines as programs write them and as nobody should: JSON and logfmt with duplicate keys, nested
// objects, escapes, odd numbers and breaks.
class RandomLines {
 public:
  explicit RandomLines(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }

  std::string Next() {
    std::string line = Whole();
    if (Below(25) == 0) line.resize(Below(line.size() + 1));
    if (Below(25) == 0)
      line.insert(Below(line.size() + 1), Pick({"\"", "\\", "}", "=", " ", "\v"}));
    return line;
  }

 private:
  std::string Whole() {
    switch (Below(12)) {
      case 10:
        return R"({"request_host":)" + Pick({"1", "null"}) + R"(,"request":{"host":)" + Digits(1) +
               R"(},"status":)" + Pick({"null", "5"}) + R"(,"status":)" + Digits(1) + "}";
      case 11:
        return "status=\"" + Pick({"", "7"}) + "\" status=\"" + Text() + "\" level=x";
      case 0:
        return "Failed password for " + Pick({"root", "bob"}) + " from 10.0.0." + Digits(2) +
               " port " + Digits(4);
      case 1:
        return "level=" + Level() + " at 2026-11-20 11:22:" + Digits(2) + " status=" + Digits(3);
      case 2:
      case 3:
        return "level=" + Level() + " msg=\"request " + Text() + "\" status=" + Status() +
               " took=" + Digits(1) + "." + Digits(2) + " tenant=" + Text();
      case 4:
        return Logfmt();
      case 5:
        return Json(2);
      default:
        return R"({"level":")" + Level() + R"(","ts":)" + Digits(9) + "." + Digits(3) +
               R"(,"request":{"host":")" + Pick({"a.example", "b.example"}) + R"(","uri":"/x/)" +
               Digits(4) + R"(","h":["q",)" + Digits(2) + R"(]},"status":)" + Status() +
               R"(,"msg":")" + JsonText() + R"(","took":)" + Digits(1) + "." + Digits(2) + "}";
    }
  }
  std::string Json(int depth) {
    std::string text = "{";
    for (size_t i = Below(4); i > 0; --i) {
      text += (text.size() > 1 ? "," : "") + ("\"" + Key()) + "\"" + Pick({":", ":", ": ", " :"}) +
              JsonValue(depth);
    }
    return text + "}";
  }
  std::string JsonValue(int depth) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return Pick({"null", "true", "false", "nul", "1{2"});
      case 1:
      case 2:
        return Number();
      case 3:
        return "[" + Number() + ",\"" + JsonText() + "\"]";
      case 4:
      case 5:
        return "\"" + JsonText() + "\"";
      default:
        return Json(depth - 1);
    }
  }
  std::string Logfmt() {
    std::string text = Pick({"", "", "x ", "\"q\" "});
    for (size_t i = Below(5); i > 0; --i) {
      text += Key() + Pick({"=", "=", "=", "==", " "});
      text += Pick({Text(), Digits(3), "\"" + JsonText() + "\"", "a=b", "1,b=2", "", "\"\""});
      text += Pick({" ", " ", ", ", "\t", "\v"});
    }
    return text;
  }
  std::string Key() {
    return Pick({"level", "status", "took", "request", "host", "msg", "tenant", "status\\u0031",
                 "st atus", "7up", "status", "request_host"});
  }
  std::string Level() { return Pick({"info", "info", "warn", "error"}); }
  std::string Status() {
    return Below(30) == 0 ? Pick({"null", "4e2", "-1", "0x1f", "007"})
                          : Pick({"200", "200", "404", "500", "503"});
  }
  std::string Number() {
    return Pick({Digits(2), Digits(1) + "." + Digits(2), "1e5", "-3", "0.50"});
  }
  std::string JsonText() {
    return Pick({Text(), Text(), "", "a\\\"b", "\\u00e9", "\\ud800", "\\x", "a=b c", "{", "tab\\t",
                 "\xff", Hex(8) + "-" + Hex(4) + "-" + Hex(4) + "-" + Hex(4) + "-" + Hex(12)});
  }
  std::string Text() { return Pick({"alpha", "bravo", "charlie", Hex(8), Digits(5), "x/y"}); }
  std::string Hex(size_t n) {
    std::string text;
    while (text.size() < n) text += "0123456789abcdef"[Below(16)];
    return text;
  }
  std::string Digits(size_t n) {
    std::string text;
    while (text.size() < n) text += static_cast<char>('0' + Below(10));
    return text;
  }
  std::string Pick(std::initializer_list<std::string> of) { return of.begin()[Below(of.size())]; }

  std::mt19937 random_;
};

}  // namespace vedette::logscan

#endif  // VEDETTE_TESTS_COLLECTOR_LOGSCAN_RANDOM_LINES_H_
