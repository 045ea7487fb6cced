#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_API_UNDER_TEST_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_API_UNDER_TEST_H_

#include <cstdint>
#include <memory>

#include "app/api_join.h"
#include "app/store_join.h"
#include "base/fs.h"
#include "base/http/router.h"
#include "collector/api/tail_hub.h"
#include "collector/logql/engine.h"
#include "collector/logstore/store.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace vedette::logql {

// Loki's paths over an empty store in a folder of its own, as app joins them, without a server. One
// thread.
class ApiUnderTest {
 public:
  // `now_ns` is the time there. Throws std::runtime_error where no store can be opened.
  explicit ApiUnderTest(int64_t now_ns);

  // Waits for the answer, which is whole. 405, which servers give, has no body.
  base::http::Response Call(const base::http::Request& asked);
  // Throws std::runtime_error unless it is taken.
  void Push(const std::string& json);

 private:
  void Register();

  test::FakeClock clock_;
  test::CaptureLogger logger_;
  test::TempDir folder_;
  std::unique_ptr<base::FileSystem> fs_;
  std::unique_ptr<logstore::Store> store_;
  std::unique_ptr<app::LogStoreSource> source_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<app::LogsJoin> view_;
  std::unique_ptr<api::TailHub> hub_;
  base::http::Router router_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_API_UNDER_TEST_H_
