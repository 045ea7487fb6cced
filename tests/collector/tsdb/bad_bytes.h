#ifndef VEDETTE_TESTS_COLLECTOR_TSDB_BAD_BYTES_H_
#define VEDETTE_TESTS_COLLECTOR_TSDB_BAD_BYTES_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

// What rot and malice make of a page.

namespace vedette::tsdb {

// Gives `decode` the bytes, which it must take, and the bytes cut anywhere and with any one
// changed, which it must survive.
inline void Torment(const std::string& bytes, const std::function<bool(std::string_view)>& decode) {
  EXPECT_TRUE(decode(bytes));
  for (size_t n = 0; n < bytes.size(); ++n) decode(std::string_view(bytes).substr(0, n));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const char c : {'\0', '\x01', '\x7f', '\x80', '\xff'}) {
      std::string bad = bytes;
      bad[at] = c;
      decode(bad);
    }
  }
}

// 2^63 as a varint: more of anything than there is memory.
inline std::string Huge() { return std::string(9, '\x80') + "\x01"; }

}  // namespace vedette::tsdb

#endif  // VEDETTE_TESTS_COLLECTOR_TSDB_BAD_BYTES_H_
