// The page of the process exporter over a /proc of our making.
#include "exporters/process/process_exporter.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/fs.h"
#include "base/strings.h"
#include "exporters/process/flags.h"
#include "tests/exporters/process/proc_tree.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"

namespace vedette::exporters::process {
namespace {

using std::chrono_literals::operator""s;

class ProcessPage : public ::testing::Test {
 protected:
  void Make(ProcessOptions options = {}) {
    options.procfs = proc_.path();
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    environment.exporter_metrics = false;
    auto made = ProcessExporter::Make(std::move(options), environment);
    ASSERT_TRUE(made.ok()) << made.status();
    exporter_ = *std::move(made);
  }

  std::string Get() {
    clock_.Advance(15s);
    base::http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    return exporter_->handler()(request).body;
  }

  // The value of "FAMILY{LABELS}", without the prefix that all families share.
  static std::string Value(const std::string& page, std::string_view series) {
    const std::string start = base::Concat({"\nnamedprocess_", series, " "});
    const size_t at = page.find(start);
    if (at == std::string::npos) return "";
    const size_t begin = at + start.size();
    return page.substr(begin, page.find('\n', begin) - begin);
  }
  static std::string Of(const std::string& page, const std::string& family,
                        const std::string& group, const std::string& more = "") {
    return Value(page,
                 base::Concat({"namegroup_", family, "{groupname=\"", group, "\"", more, "}"}));
  }

  ProcTree proc_;
  test::FakeClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  std::unique_ptr<ProcessExporter> exporter_;
};

FakeTask Task(int64_t id, const std::string& comm) {
  FakeTask task;
  task.id = id;
  task.comm = comm;
  task.command_line = "/usr/bin/" + comm + " --flag";
  return task;
}

TEST_F(ProcessPage, CountersBeginAtZeroAndStayWhenProcessesEnd) {
  FakeTask task = Task(100, "caddy");
  task.user_ticks = 500;
  task.system_ticks = 70;
  task.read_bytes = 1000;
  task.minor_faults = 40;
  task.voluntary_switches = 9;
  proc_.Put(task);
  Make();
  std::string page = Get();
  EXPECT_EQ(Of(page, "cpu_seconds_total", "caddy", ",mode=\"user\""), "0");

  task.user_ticks = 650;
  task.system_ticks = 75;
  task.read_bytes = 5096;
  task.minor_faults = 42;
  task.major_faults = 1;
  task.voluntary_switches = 10;
  proc_.Put(task);
  page = Get();
  EXPECT_EQ(Of(page, "cpu_seconds_total", "caddy", ",mode=\"user\""), "1.5");
  EXPECT_EQ(Of(page, "read_bytes_total", "caddy"), "4096");
  EXPECT_EQ(Of(page, "minor_page_faults_total", "caddy"), "2");
  EXPECT_EQ(Of(page, "major_page_faults_total", "caddy"), "1");
  EXPECT_EQ(Value(page,
                  "namegroup_context_switches_total{ctxswitchtype=\"voluntary\","
                  "groupname=\"caddy\"}"),
            "1");

  proc_.Remove(100);
  page = Get();
  EXPECT_EQ(Of(page, "num_procs", "caddy"), "0");
  EXPECT_EQ(Of(page, "cpu_seconds_total", "caddy", ",mode=\"user\""), "1.5");
  EXPECT_EQ(Of(page, "oldest_start_time_seconds", "caddy"), "-6.21355968e+10");

  // Another process takes the number: its own past does not count.
  task.start_ticks = 9000;
  task.user_ticks = 100000;
  proc_.Put(task);
  page = Get();
  EXPECT_EQ(Of(page, "num_procs", "caddy"), "1");
  EXPECT_EQ(Of(page, "cpu_seconds_total", "caddy", ",mode=\"user\""), "1.5");
  task.user_ticks += 100;
  proc_.Put(task);
  EXPECT_EQ(Of(Get(), "cpu_seconds_total", "caddy", ",mode=\"user\""), "2.5");
}

// Its files say something else all the same: so that we see who reads them.
TEST_F(ProcessPage, FilesOfAProcessThatHasNotRunAreNotRead) {
  FakeTask task = Task(100, "caddy");
  task.schedstat = "1000 20 3\n";
  proc_.Put(task);
  Make();
  task.read_bytes = 4096;
  task.wait_channel = "futex_wait";
  proc_.Put(task);
  std::string page = Get();
  EXPECT_EQ(Of(page, "read_bytes_total", "caddy"), "0");
  EXPECT_EQ(Of(page, "threads_wchan", "caddy", ",wchan=\"do_wait\""), "1");

  task.schedstat = "1001 20 4\n";
  proc_.Put(task);
  page = Get();
  EXPECT_EQ(Of(page, "read_bytes_total", "caddy"), "4096");
  EXPECT_EQ(Of(page, "threads_wchan", "caddy", ",wchan=\"futex_wait\""), "1");

  // Others took memory from it.
  task.swap_kilobytes = 8;
  task.resident_pages = 7;
  proc_.Put(task);
  EXPECT_EQ(Of(Get(), "memory_bytes", "caddy", ",memtype=\"swapped\""), "8192");

  // It was woken and waits for a CPU.
  task.state = 'R';
  task.wait_channel = "0";
  proc_.Put(task);
  EXPECT_EQ(Of(Get(), "threads_wchan", "caddy", ",wchan=\"futex_wait\""), "");
}

TEST_F(ProcessPage, OnlyThreadsThatHaveRunAreRead) {
  FakeTask task = Task(100, "caddy");
  task.schedstat = "1000 20 3\n";
  FakeTask idle = Task(101, "idle");
  idle.schedstat = "7 0 1\n";
  FakeTask busy = Task(102, "busy");
  busy.schedstat = "9 0 1\n";
  task.threads = {task, idle, busy};
  proc_.Put(task);
  Make();
  for (FakeTask& thread : task.threads) {
    thread.user_ticks = 100;
    thread.voluntary_switches = 5;
  }
  task.threads[2].schedstat = "1000000009 0 6\n";
  task.read_bytes = 512;
  proc_.Put(task);
  std::string page = Get();
  const auto cpu = [&](const char* thread) {
    return Of(page, "thread_cpu_seconds_total", "caddy",
              base::Concat({",mode=\"user\",threadname=\"", thread, "\""}));
  };
  EXPECT_EQ(cpu("busy"), "1");
  EXPECT_EQ(cpu("idle"), "0");
  EXPECT_EQ(Of(page, "thread_count", "caddy", ",threadname=\"idle\""), "1");
  EXPECT_EQ(Of(page, "states", "caddy", ",state=\"Sleeping\""), "4");
  EXPECT_EQ(Of(page, "read_bytes_total", "caddy"), "512");
  EXPECT_EQ(Value(page,
                  "namegroup_context_switches_total{ctxswitchtype=\"voluntary\","
                  "groupname=\"caddy\"}"),
            "5");

  // A thread that ended shows in the process's own files.
  task.threads = {task.threads[0], task.threads[2]};
  task.read_bytes = 1024;
  proc_.Put(task);
  page = Get();
  EXPECT_EQ(Of(page, "read_bytes_total", "caddy"), "1024");
  EXPECT_EQ(Of(page, "num_threads", "caddy"), "2");
}

TEST_F(ProcessPage, GaugesAreSumsOverTheGroup) {
  FakeTask a = Task(100, "caddy");
  a.resident_pages = 2;
  a.virtual_bytes = 8192;
  a.swap_kilobytes = 3;
  a.files = 4;
  a.files_limit = 16;
  a.start_ticks = 5000;
  a.wait_channel = "do_epoll_wait";
  FakeTask b = a;
  b.id = 101;
  b.state = 'D';
  b.start_ticks = 4000;
  b.files = 8;
  b.wait_channel = "0";
  proc_.Put(a);
  proc_.Put(b);
  Make();
  const std::string page = Get();
  EXPECT_EQ(Of(page, "num_procs", "caddy"), "2");
  EXPECT_EQ(Of(page, "num_threads", "caddy"), "2");
  EXPECT_EQ(Of(page, "memory_bytes", "caddy", ",memtype=\"virtual\""), "16384");
  EXPECT_EQ(Of(page, "memory_bytes", "caddy", ",memtype=\"swapped\""), "6144");
  EXPECT_EQ(Of(page, "memory_bytes", "caddy", ",memtype=\"proportionalResident\""), "8192");
  EXPECT_EQ(Of(page, "memory_bytes", "caddy", ",memtype=\"proportionalSwapped\""), "4096");
  EXPECT_EQ(Of(page, "open_filedesc", "caddy"), "12");
  EXPECT_EQ(Of(page, "worst_fd_ratio", "caddy"), "0.5");
  EXPECT_EQ(Of(page, "oldest_start_time_seconds", "caddy"), "1.70000004e+09");
  EXPECT_EQ(Of(page, "states", "caddy", ",state=\"Sleeping\""), "1");
  EXPECT_EQ(Of(page, "states", "caddy", ",state=\"Waiting\""), "1");
  EXPECT_EQ(Of(page, "states", "caddy", ",state=\"Zombie\""), "0");
  EXPECT_EQ(Of(page, "threads_wchan", "caddy", ",wchan=\"do_epoll_wait\""), "1");
  EXPECT_EQ(page.find("wchan=\"0\""), std::string::npos);
  EXPECT_EQ(Value(page, "scrape_partial_errors"), "0");
}

TEST_F(ProcessPage, ProportionalMemoryIsCountedOnceAMinute) {
  FakeTask task = Task(96, "caddy");  // a number that is not spread
  task.resident_pages = 1000;
  task.proportional_kilobytes = 2000;
  proc_.Put(task);
  Make();
  const auto get = [this] {
    return Of(Get(), "memory_bytes", "caddy", ",memtype=\"proportionalResident\"");
  };
  EXPECT_EQ(get(), "2.048e+06");
  task.proportional_kilobytes = 1000;
  proc_.Put(task);
  EXPECT_EQ(get(), "2.048e+06");
  task.resident_pages = 1100;  // its share is taken to stay
  proc_.Put(task);
  EXPECT_EQ(get(), "2.2528e+06");
  EXPECT_EQ(get(), "1.024e+06");  // a minute has passed
  task.resident_pages = 2000;
  task.proportional_kilobytes = 3000;
  proc_.Put(task);
  EXPECT_EQ(get(), "3.072e+06");
}

TEST_F(ProcessPage, ThreadsAreCountedOnTopOfTheirProcess) {
  FakeTask task = Task(100, "caddy");
  task.wait_channel = "do_epoll_wait";
  FakeTask main = task;
  FakeTask worker = task;
  worker.id = 105;
  worker.comm = "worker";
  worker.wait_channel = "futex_do_wait";
  worker.voluntary_switches = 5;
  FakeTask other = worker;
  other.id = 106;
  task.threads = {main, worker, other};
  proc_.Put(task);
  Make();
  task.threads[1].user_ticks += 200;
  task.threads[2].write_bytes += 512;
  task.threads[2].voluntary_switches += 3;
  proc_.Put(task);
  const std::string page = Get();
  EXPECT_EQ(Of(page, "states", "caddy", ",state=\"Sleeping\""), "4");
  EXPECT_EQ(Of(page, "threads_wchan", "caddy", ",wchan=\"futex_do_wait\""), "2");
  EXPECT_EQ(Of(page, "threads_wchan", "caddy", ",wchan=\"do_epoll_wait\""), "2");
  EXPECT_EQ(Of(page, "thread_count", "caddy", ",threadname=\"worker\""), "2");
  EXPECT_EQ(Of(page, "thread_count", "caddy", ",threadname=\"caddy\""), "1");
  EXPECT_EQ(Of(page, "thread_cpu_seconds_total", "caddy", ",mode=\"user\",threadname=\"worker\""),
            "2");
  EXPECT_EQ(Of(page, "thread_io_bytes_total", "caddy", ",iomode=\"write\",threadname=\"worker\""),
            "512");
  EXPECT_EQ(Value(page,
                  "namegroup_context_switches_total{ctxswitchtype=\"voluntary\","
                  "groupname=\"caddy\"}"),
            "3");

  ProcessOptions options;
  options.threads = false;
  options.gather_smaps = false;
  Make(options);
  const std::string plain = Get();
  EXPECT_EQ(plain.find("namegroup_thread_"), std::string::npos);
  EXPECT_EQ(plain.find("proportional"), std::string::npos);
  EXPECT_EQ(Of(plain, "states", "caddy", ",state=\"Sleeping\""), "1");
  EXPECT_EQ(Of(plain, "num_threads", "caddy"), "3");
}

TEST_F(ProcessPage, ChildrenJoinTheirParentsGroup) {
  FakeTask parent = Task(100, "caddy");
  FakeTask child = Task(200, "helper");
  child.parent = 100;
  FakeTask grandchild = Task(150, "leaf");
  grandchild.parent = 200;
  FakeTask stranger = Task(300, "other");
  FakeTask itself = Task(400, "loop");
  itself.parent = 400;
  for (const FakeTask& task : {parent, child, grandchild, stranger, itself}) proc_.Put(task);
  ProcessOptions options;
  options.proc_names = "caddy";
  Make(options);
  EXPECT_EQ(Of(Get(), "num_procs", "caddy"), "3");
  // One that comes later joins too; who is in no group stays out.
  FakeTask late = Task(500, "late");
  late.parent = 150;
  proc_.Put(late);
  const std::string page = Get();
  EXPECT_EQ(Of(page, "num_procs", "caddy"), "4");
  EXPECT_EQ(page.find("groupname=\"other\""), std::string::npos);

  options.children = false;
  Make(options);
  EXPECT_EQ(Of(Get(), "num_procs", "caddy"), "1");
}

TEST_F(ProcessPage, RecheckFollowsNewNames) {
  FakeTask task = Task(100, "sh");
  proc_.Put(task);
  ProcessOptions options;
  options.proc_names = "caddy";
  Make(options);
  task.comm = "caddy";
  proc_.Write("100/stat",
              "100 (caddy) S 1 1 1 0 -1 0 0 0 0 0 7 8 0 0 20 0 1 0 1000 4096 1 18446744 0\n");
  EXPECT_EQ(Of(Get(), "num_procs", "caddy"), "");
  options.recheck = true;
  Make(options);
  proc_.Write("100/stat",
              "100 (sh) S 1 1 1 0 -1 0 0 0 0 0 7 8 0 0 20 0 1 0 1000 4096 1 18446744 0\n");
  EXPECT_EQ(Of(Get(), "num_procs", "caddy"), "1");  // it had the name, and keeps its group
}

TEST_F(ProcessPage, EmptyGroupsGoWhereAskedFor) {
  proc_.Put(Task(100, "caddy"));
  proc_.Put(Task(101, "redis"));
  ProcessOptions options;
  options.remove_empty_groups = true;
  Make(options);
  Get();
  proc_.Remove(100);
  const std::string page = Get();
  EXPECT_EQ(page.find("caddy"), std::string::npos);
  EXPECT_EQ(Of(page, "num_procs", "redis"), "1");
}

TEST_F(ProcessPage, WhatCannotBeReadCostsItselfOnly) {
  proc_.Put(Task(100, "caddy"));
  proc_.Put(Task(101, "redis"));
  proc_.Put(Task(102, "cut"));
  proc_.Write("102/stat", "102 (cut) S 1 1");
  Make();
  proc_.Write("101/io", "garbage \xff\n");
  proc_.Write("101/limits", "");
  proc_.Write("101/smaps_rollup", std::string(300000, 'x'));
  proc_.Write("100/status", "");
  const std::string page = Get();
  EXPECT_EQ(Of(page, "num_procs", "caddy"), "1");
  EXPECT_EQ(Of(page, "num_procs", "redis"), "1");
  EXPECT_EQ(Of(page, "num_procs", "cut"), "");
  EXPECT_EQ(Of(page, "open_filedesc", "redis"), "3");
  EXPECT_NE(Value(page, "scrape_partial_errors"), "0");
  EXPECT_NE(Value(page, "scrape_procread_errors"), "0");
  EXPECT_EQ(Value(page, "scrape_errors"), "0");
}

TEST_F(ProcessPage, ACounterThatCannotBeReadForOnceDoesNotJump) {
  FakeTask task = Task(100, "caddy");
  task.read_bytes = 5000;
  proc_.Put(task);
  Make();
  proc_.Write("100/io", "");
  EXPECT_EQ(Of(Get(), "read_bytes_total", "caddy"), "0");
  task.read_bytes = 6000;
  proc_.Put(task);
  EXPECT_EQ(Of(Get(), "read_bytes_total", "caddy"), "1000");
}

TEST_F(ProcessPage, ReloadRenamesAndKeepsWhatWasCounted) {
  const test::TempDir folder;
  const std::string path = folder.Write("p.yml", "process_names: [{name: web, comm: [caddy]}]");
  FakeTask task = Task(100, "caddy");
  proc_.Put(task);
  ProcessOptions options;
  options.config_path = path;
  Make(options);
  task.user_ticks += 100;
  proc_.Put(task);
  EXPECT_EQ(Of(Get(), "cpu_seconds_total", "web", ",mode=\"user\""), "1");

  folder.Write("p.yml", "process_names: [{");
  EXPECT_FALSE(exporter_->Reload().ok());
  EXPECT_EQ(Of(Get(), "num_procs", "web"), "1");

  folder.Write("p.yml", "process_names: [{name: site, comm: [caddy]}]");
  ASSERT_TRUE(exporter_->Reload().ok());
  task.user_ticks += 100;
  proc_.Put(task);
  const std::string page = Get();
  EXPECT_EQ(Of(page, "cpu_seconds_total", "web", ",mode=\"user\""), "1");
  EXPECT_EQ(Of(page, "num_procs", "web"), "0");
  EXPECT_EQ(Of(page, "cpu_seconds_total", "site", ",mode=\"user\""), "1");
}

TEST_F(ProcessPage, FlagsThatDoNotGoTogetherAreRefused) {
  ProcessOptions options;
  options.config_path = "/nonexistent.yml";
  options.proc_names = "a";
  Environment environment;
  environment.fs = fs_.get();
  environment.clock = &clock_;
  environment.logger = &logger_;
  EXPECT_FALSE(ProcessExporter::Make(options, environment).ok());
  options.proc_names.clear();
  EXPECT_FALSE(ProcessExporter::Make(options, environment).ok());
}

TEST_F(ProcessPage, WithoutProcTheErrorIsCounted) {
  ProcessOptions options;
  Make(options);
  Environment environment;
  environment.fs = fs_.get();
  environment.clock = &clock_;
  environment.logger = &logger_;
  environment.exporter_metrics = false;
  options.procfs = "/nonexistent";
  auto made = ProcessExporter::Make(options, environment);
  ASSERT_TRUE(made.ok());
  base::http::Request request;
  request.method = "GET";
  request.path = "/metrics";
  const std::string page = (*made)->handler()(request).body;
  EXPECT_EQ(Value(page, "scrape_errors"), "2");  // the first pass failed too
  EXPECT_EQ(page.find("namegroup"), std::string::npos);
}

TEST(ProcessFlags, AreUpstreams) {
  ProcessOptions options;
  std::map<std::string, const Flag<ProcessOptions>*> by_name;
  const auto flags = ProcessFlags();
  for (const auto& flag : flags) by_name[flag.name] = &flag;
  for (const char* name :
       {"procfs", "config.path", "procnames", "namemapping", "children", "threads", "gather-smaps",
        "recheck", "recheck-with-time-limit", "remove-empty-groups"}) {
    ASSERT_EQ(by_name.count(name), 1u) << name;
  }
  EXPECT_TRUE(by_name["threads"]->set(&options, "false").ok());
  EXPECT_FALSE(options.threads);
  EXPECT_TRUE(by_name["recheck-with-time-limit"]->set(&options, "90s").ok());
  EXPECT_EQ(options.recheck_time_limit, 90s);
}

}  // namespace
}  // namespace vedette::exporters::process
