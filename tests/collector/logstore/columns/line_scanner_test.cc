#include "collector/logstore/columns/line_scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vedette::logstore {
namespace {

// The shape with '$' for a slot.
std::string ShapeOf(std::string_view line) {
  LineScanner scanner;
  scanner.Scan(line);
  std::string shape = scanner.shape();
  std::replace(shape.begin(), shape.end(), kSlotMark, '$');
  return shape;
}

TEST(LineScanner, KeepsKeysAndWordsAndTakesWhatVaries) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", ""},
      {"session opened for user root", "session opened for user root"},
      {R"({"level":"info","status":200,"ok":true,"a":{"b":[1,"x"]}})",
       R"({"level":"$","status":$,"ok":$,"a":{"b":[$,"$"]}})"},
      {R"({"msg": "a \"quoted\" word", "n": null})", R"({"msg": "$", "n": $})"},
      {R"(level=info msg="job done" took=1.5s n=)", R"(level=$ msg="$" took=$ n=)"},
      {"write=0.123 s, total=1.2 s; done", "write=$ s, total=$ s; done"},
      {"http2=on", "http2=$"},
      {"from 10.0.0.1 port 22 ssh2", "from $ port $ ssh$"},
      {"at 2026-11-20T11:22:33.123456789Z x", "at $ x"},
      {"2026/11/20 11:22:33 INFO", "$ INFO"},
      {"took 12.5ms", "took $ms"},
      {"version 1.2.3", "version $.$"},
      {"id 01234567-89ab-cdef-0123-456789abcdef.", "id $."},
      {"hash deadbeefdeadbeef and facade", "hash $ and facade"},
      {"veth1a2b3c4: up", "veth$: up"},
      {"node12 up", "node$ up"},
      {R"("never closed 7)", R"("never closed $)"},
      {std::string_view("a\0b 7", 5), "$"},
  };
  for (const auto& [line, shape] : cases) EXPECT_EQ(ShapeOf(line), shape) << line;
}

TEST(LineScanner, AnyLineComesBackTogether) {
  std::mt19937 random(3);
  constexpr std::string_view kLetters = "abf0179\"\\=:{}[],. -_zZ\n\xff";
  LineScanner scanner;
  for (int i = 0; i < 50'000; ++i) {
    std::string line;
    for (size_t n = random() % 40; n > 0; --n) line += kLetters[random() % kLetters.size()];
    scanner.Scan(line);
    std::string together;
    size_t slot = 0;
    for (const char c : scanner.shape()) {
      if (c != kSlotMark) {
        together += c;
      } else {
        together += scanner.values().at(slot++);
      }
    }
    ASSERT_EQ(together, line);
    ASSERT_EQ(slot, scanner.values().size());
  }
}

}  // namespace
}  // namespace vedette::logstore
