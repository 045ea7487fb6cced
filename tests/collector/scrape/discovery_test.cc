#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/http/message.h"
#include "base/strings.h"
#include "collector/scrape/discovery/agent_source.h"
#include "collector/scrape/discovery/discoverer.h"
#include "collector/scrape/discovery/dns_source.h"
#include "collector/scrape/discovery/file_source.h"
#include "collector/scrape/discovery/group_list.h"
#include "collector/scrape/discovery/http_source.h"
#include "collector/scrape/discovery/resolv_conf.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gate_fs.h"
#include "tests/support/temp_dir.h"

namespace vedette::scrape {
namespace {

using Strings = std::vector<std::string>;

// "a:1 b:2 {l=v}" of each group.
Strings TextOf(const std::vector<TargetGroup>& groups) {
  Strings out;
  for (const TargetGroup& group : groups) {
    std::string text = base::Join(group.targets, " ");
    for (const auto& [name, value] : group.labels) text += " " + name + "=" + value;
    for (const LabelPairs& labels : group.target_labels) {
      text += " |";
      for (const auto& [name, value] : labels) text += " " + name + "=" + value;
    }
    out.push_back(text);
  }
  return out;
}

TEST(GroupList, IsTakenWholeFromJsonAndYaml) {
  const auto json =
      ReadGroupsJson(R"([{"targets": ["a:1", "b:2"], "labels": {"l": "v"}}, {}])", "f");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(TextOf(*json), (Strings{"a:1 b:2 l=v", ""}));
  const auto yaml = ReadGroupsYaml("- targets: [a:1, 'b:2']\n  labels: {l: v}\n- {}\n", "f");
  ASSERT_TRUE(yaml.ok()) << yaml.status();
  EXPECT_EQ(TextOf(*yaml), TextOf(*json));
  EXPECT_TRUE(ReadGroupsYaml("", "f")->empty());
}

TEST(GroupList, ListsThatTakeFarMoreMemoryThanBytesAreRefused) {
  std::string groups = "[{}";
  for (size_t i = 0; i < kMaxGroups; ++i) groups += ",{}";
  groups += "]";
  std::string targets = "[{\"targets\": [\"a\"";
  for (size_t i = 0; i < kMaxTargets; ++i) targets += ",\"a\"";
  targets += "]}]";
  std::string huge = "[";
  huge.resize(64 << 20, '{');
  std::string yaml;
  for (size_t i = 0; i <= kMaxGroups; ++i) yaml += "- {}\n";
  for (const std::string* text : {&groups, &targets, &huge}) {
    EXPECT_TRUE(absl::IsResourceExhausted(ReadGroupsJson(*text, "f").status()));
  }
  EXPECT_TRUE(absl::IsResourceExhausted(ReadGroupsYaml(yaml, "f").status()));
  EXPECT_EQ(base::Message(ReadGroupsJson(groups, "f").status()),
            "f: too many groups; allowed: 100000");
  // What stands in texts is no list.
  const std::string braces(300'000, '{');
  EXPECT_TRUE(ReadGroupsJson("[{\"labels\": {\"l\": \"\\\"" + braces + "\"}}]", "f").ok());
}

TEST(GroupList, MistakesAreToldWithTheirPlaceAndWhatIsAllowed) {
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"[\n {\"targets\": [\"a:1\"", "f:2:20: no JSON"},
           {"[]x", "no JSON"},
           {"", "f:1:1: no JSON"},
           {"{}", "no list"},
           {"[1]", "group 0 is no object"},
           {"[{}, null]", "group 1 is no object"},
           {"[{\"targets\": \"a\"}]", "group 0 targets is no list"},
           {"[{\"targets\": [1]}]", "a target that is no text"},
           {"[{\"labels\": {\"a\": 1}}]", "label \"a\" is no text"},
           {"[{\"labels\": {\"\": \"1\"}}]", "a label without a name"},
           {"[{\"colour\": 1}]", "unknown key \"colour\""},
           {"[[[[[[[[[[]]]]]]]]]]", "no JSON"},
           {"<html></html>", "f:1:1: no JSON"}}) {
    const auto groups = ReadGroupsJson(text, "f");
    ASSERT_FALSE(groups.ok()) << text;
    EXPECT_NE(base::Message(groups.status()).find(part), std::string_view::npos)
        << text << ": " << groups.status();
  }
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"a: b", "f:1:1: "},
           {"- targets: [a:1]\n- null", "nil target group item found"},
           {"- targets: a:1", "f:1:12: [0].targets: want a list"},
           {"- {colour: red}", "unknown key"},
           {"- targets: [\"a", "f:1:"}}) {
    const auto groups = ReadGroupsYaml(text, "f");
    ASSERT_FALSE(groups.ok()) << text;
    EXPECT_NE(base::Message(groups.status()).find(part), std::string_view::npos)
        << text << ": " << groups.status();
  }
}

int64_t RealNanos() { return base::SystemClock().WallNanos(); }

// Makes the file look as if it had been changed then.
void SetChanged(const std::string& path, int64_t wall_ns) {
  const timespec time{static_cast<time_t>(wall_ns / 1'000'000'000),
                      static_cast<long>(wall_ns % 1'000'000'000)};
  const std::array<timespec, 2> times = {time, time};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

class FileSourceTest : public ::testing::Test {
 protected:
  FileSource Source(Strings patterns) {
    for (std::string& pattern : patterns) pattern = dir_.Join(pattern);
    return FileSource({std::move(patterns)}, fs_.get(), &clock_);
  }
  static std::string Group(const std::string& target) {
    return "[{\"targets\": [\"" + target + "\"]}]";
  }
  std::string Meta(const std::string& file) { return " __meta_filepath=" + dir_.Join(file); }

  test::TempDir dir_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::FakeClock clock_{RealNanos() + 60'000'000'000};  // all files are a minute old
};

TEST_F(FileSourceTest, PatternsAreReadInOrderAndFilesThatGoTakeTheirTargets) {
  dir_.Write("b.json", Group("b:1"));
  dir_.Write("a.json", Group("a:1"));
  dir_.Write("c.yml", "- targets: [c:1]\n  labels: {x: y}\n");
  FileSource source = Source({"*.json", "c.yml", "none.yml", "none/*.yml"});
  Found found = source.Look({}, {});
  EXPECT_EQ(TextOf(found.groups),
            (Strings{"a:1" + Meta("a.json"), "b:1" + Meta("b.json"), "c:1 x=y" + Meta("c.yml")}));
  EXPECT_EQ(found.problems, Strings{});
  ASSERT_TRUE(fs_->Remove(dir_.Join("a.json")).ok());
  found = source.Look({}, {});
  EXPECT_EQ(found.groups.size(), 2u);
  EXPECT_EQ(source.Folders(), (Strings{dir_.path(), dir_.Join("none")}));
}

// Some of its calls fail for want of descriptors.
class StarvedFs final : public test::GateFs {
 public:
  explicit StarvedFs(base::FileSystem* below) : GateFs(below, "", SIZE_MAX), below_(below) {}
  base::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    if (starved) return base::Unavailable(path + ": too many open files");
    return below_->List(path);
  }
  base::StatusOr<base::FileInfo> Stat(const std::string& path) override {
    if (starved) return base::Unavailable(path + ": input/output error");
    return below_->Stat(path);
  }
  bool starved = false;

 private:
  base::FileSystem* const below_;
};

TEST_F(FileSourceTest, WhatCannotBeListedStaysInForce) {
  dir_.Write("a.json", Group("a:1"));
  dir_.Write("b.yml", "- targets: [b:1]\n");
  StarvedFs fs(fs_.get());
  FileSource source({{dir_.Join("*.json"), dir_.Join("b.yml")}}, &fs, &clock_);
  const Strings both = {"a:1" + Meta("a.json"), "b:1" + Meta("b.yml")};
  EXPECT_EQ(TextOf(source.Look({}, {}).groups), both);
  fs.starved = true;
  const Found found = source.Look({}, {});
  EXPECT_EQ(TextOf(found.groups), both);
  EXPECT_EQ(found.problems.size(), 2u);
  fs.starved = false;
  ASSERT_TRUE(fs_->Remove(dir_.Join("b.yml")).ok());
  EXPECT_EQ(TextOf(source.Look({}, {}).groups), Strings{"a:1" + Meta("a.json")});
}

TEST_F(FileSourceTest, ABrokenFileLeavesWhatItSaidBefore) {
  dir_.Write("a.json", Group("a:1"));
  dir_.Write("b.json", Group("b:1"));
  FileSource source = Source({"*.json"});
  source.Look({}, {});
  dir_.Write("a.json", "[{\"targets\": [\"new:1\", \"ne");
  dir_.Write("b.json", Group("b:2"));
  const Found found = source.Look({}, {});
  EXPECT_EQ(TextOf(found.groups), (Strings{"a:1" + Meta("a.json"), "b:2" + Meta("b.json")}));
  ASSERT_EQ(found.problems.size(), 1u);
  EXPECT_NE(found.problems[0].find("a.json:1:"), std::string::npos) << found.problems[0];
  EXPECT_EQ(source.Look({}, {}).problems, found.problems);  // as long as the file stays so
}

// Half of a YAML list is a YAML list: a file that is being written must not be read.
TEST_F(FileSourceTest, AFileChangedJustNowIsLeftUntilItIsWhole) {
  constexpr int64_t kHalfSecond = 500'000'000;
  SetChanged(dir_.Write("a.yml", "- targets: [a:1]\n"), clock_.WallNanos() - kHalfSecond);
  FileSource source = Source({"a.yml"});
  Found found = source.Look({}, {});
  EXPECT_TRUE(found.groups.empty());
  EXPECT_GT(found.again_ms, 0);
  // Whoever wrote it has closed it.
  found = source.Look({dir_.Join("a.yml")}, {});
  EXPECT_EQ(found.groups.size(), 1u);
  SetChanged(dir_.Write("a.yml", "- targets: [a:1]\n- targets: [b:1]\n"),
             clock_.WallNanos() - kHalfSecond);
  EXPECT_EQ(source.Look({}, {}).groups.size(), 1u);
  // Or nothing has been written for a while.
  clock_.Advance(std::chrono::seconds(2));
  EXPECT_EQ(source.Look({}, {}).groups.size(), 2u);
}

// As after the clock was set back, or from a server whose clock is ahead.
TEST_F(FileSourceTest, AFileFromTheFutureIsTakenOnceItHasStayedTheSame) {
  constexpr int64_t kHour = 3'600'000'000'000;
  const std::string path = dir_.Write("a.yml", "- targets: [a:1]\n");
  SetChanged(path, clock_.WallNanos() + kHour);
  FileSource source = Source({"a.yml"});
  Found found = source.Look({}, {});
  EXPECT_TRUE(found.groups.empty());
  EXPECT_GT(found.again_ms, 0);
  clock_.Advance(std::chrono::milliseconds(900));
  SetChanged(path, clock_.WallNanos() + kHour);  // written on
  EXPECT_TRUE(source.Look({}, {}).groups.empty());
  clock_.Advance(std::chrono::milliseconds(1'100));
  EXPECT_EQ(source.Look({}, {}).groups.size(), 1u);
}

TEST_F(FileSourceTest, AHugeFileIsRefusedUnread) {
  const std::string path = dir_.Write("a.json", Group("a:1"));
  FileSource source = Source({"a.json"});
  source.Look({}, {});
  ASSERT_TRUE(fs_->Truncate(path, 65 << 20).ok());
  const Found found = source.Look({}, {});
  EXPECT_EQ(found.groups.size(), 1u);
  ASSERT_EQ(found.problems.size(), 1u);
  EXPECT_NE(found.problems[0].find("allowed: 67108864"), std::string::npos) << found.problems[0];
}

// Answers what the test put in, for each form of a name.
class FakeDns final : public DnsClient {
 public:
  base::StatusOr<std::vector<DnsRecord>> Lookup(const std::string& name, DnsType /*type*/,
                                                std::stop_token /*stop*/) override {
    const auto found = answers.find(name);
    if (found == answers.end()) return base::Unavailable("could not resolve " + name);
    return found->second;
  }
  std::map<std::string, std::vector<DnsRecord>> answers;
};

TEST(DnsSource, RecordsBecomeTargetsWithTheirLabels) {
  FakeDns dns;
  dns.answers["s"] = {{DnsType::kSrv, "web.example.", 81}};
  dns.answers["m"] = {{DnsType::kMx, "mail.example.", 0}};
  dns.answers["a"] = {{DnsType::kA, "192.0.2.1", 0}, {DnsType::kAaaa, "2001:db8::1", 0}};
  DnsSource srv({{"s"}, DnsType::kSrv, 0, 1000}, &dns);
  EXPECT_EQ(TextOf(srv.Look({}, {}).groups),
            Strings{"web.example:81 __meta_dns_name=s | __meta_dns_srv_record_target=web.example. "
                    "__meta_dns_srv_record_port=81"});
  DnsSource mx({{"m"}, DnsType::kMx, 25, 1000}, &dns);
  EXPECT_EQ(
      TextOf(mx.Look({}, {}).groups),
      Strings{"mail.example:25 __meta_dns_name=m | __meta_dns_mx_record_target=mail.example."});
  DnsSource address({{"a"}, DnsType::kA, 9100, 1000}, &dns);
  EXPECT_EQ(TextOf(address.Look({}, {}).groups),
            Strings{"192.0.2.1:9100 [2001:db8::1]:9100 __meta_dns_name=a | |"});
}

TEST(DnsSource, ANameThatCannotBeAskedForKeepsItsTargets) {
  FakeDns dns;
  dns.answers["a"] = {{DnsType::kA, "192.0.2.1", 0}};
  dns.answers["b"] = {{DnsType::kA, "192.0.2.2", 0}};
  DnsSource source({{"a", "b"}, DnsType::kA, 1, 1000}, &dns);
  source.Look({}, {});
  dns.answers.erase("a");
  dns.answers["b"].clear();  // that one says that there are none
  const Found found = source.Look({}, {});
  EXPECT_EQ(TextOf(found.groups),
            (Strings{"192.0.2.1:1 __meta_dns_name=a |", " __meta_dns_name=b"}));
  EXPECT_EQ(found.problems, Strings{"could not resolve a"});
}

TEST(ResolvConf, NamesAreAskedForByTheirDots) {
  const ResolvConf conf = ReadResolvConf(
      "# one\nnameserver 192.0.2.1\nnameserver ::1\nsearch a.example b.example\n"
      "options ndots:2 timeout:99 attempts:0 rotate\nnonsense\n");
  EXPECT_EQ(conf.servers, (Strings{"192.0.2.1", "::1"}));
  EXPECT_EQ(conf.timeout_seconds, 30u);
  EXPECT_EQ(conf.attempts, 1u);
  EXPECT_EQ(NamesToAsk(conf, "x.y"), (Strings{"x.y.a.example", "x.y.b.example", "x.y"}));
  EXPECT_EQ(NamesToAsk(conf, "x.y.z"), (Strings{"x.y.z", "x.y.z.a.example", "x.y.z.b.example"}));
  EXPECT_EQ(NamesToAsk(conf, "x."), Strings{"x."});
  EXPECT_EQ(ReadResolvConf("").servers, Strings{"127.0.0.1"});
}

// A client that answers what the test put in.
class OneAnswer final : public base::http::Client {
 public:
  explicit OneAnswer(const base::http::Response* answer) : answer_(answer) {}
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    EXPECT_EQ(request.headers.Get("X-Prometheus-Refresh-Interval-Seconds"), "60");
    return *answer_;
  }

 private:
  const base::http::Response* const answer_;
};

TEST(HttpSource, AnAnswerIsTakenWholeOrNotAtAll) {
  base::http::Response answer = base::http::Response::Json(200, "[{\"targets\": [\"a:1\"]}]");
  base::SystemClock clock;
  HttpSdConfig config;
  config.url = "http://sd/path?token=secret";
  HttpSource source(config, {nullptr, &clock,
                             [&answer](const base::http::TlsClientOptions&) {
                               return std::make_unique<OneAnswer>(&answer);
                             },
                             nullptr});
  const Strings good = {"a:1 __meta_url=http://sd/path?token=secret"};
  EXPECT_EQ(TextOf(source.Look({}, {}).groups), good);
  for (const auto& [status, type, body, why] :
       std::vector<std::tuple<int, std::string, std::string, std::string>>{
           {500, "application/json", "[]", "server returned HTTP status 500"},
           {200, "text/html", "<html>", "unsupported content type \"text/html\""},
           {200, "application/json", "[{\"targets\": [\"b", "no JSON"}}) {
    answer = base::http::Response::Text(status, body);
    answer.headers.Set("Content-Type", type);
    const Found found = source.Look({}, {});
    EXPECT_EQ(TextOf(found.groups), good);
    ASSERT_EQ(found.problems.size(), 1u);
    EXPECT_NE(found.problems[0].find(why), std::string::npos) << found.problems[0];
    EXPECT_EQ(found.problems[0].find("secret"), std::string::npos) << found.problems[0];
  }
  answer = base::http::Response::Json(200, "[]");
  answer.headers.Set("Content-Type", "application/json; charset=utf-8");
  EXPECT_TRUE(source.Look({}, {}).groups.empty());
}

// With the machine's clock and inotify.
// Hosts that announced a page of the job asked for.
class FakeHosts final : public AnnouncedHosts {
 public:
  std::vector<AnnouncedTarget> Targets(const std::string& job) const override {
    std::vector<AnnouncedTarget> of_job;
    for (const auto& [name, target] : targets) {
      if (name == job) of_job.push_back(target);
    }
    return of_job;
  }
  std::vector<std::pair<std::string, AnnouncedTarget>> targets;
};

TEST(AgentSource, APageIsATargetUnderItsHostsName) {
  FakeHosts hosts;
  hosts.targets = {
      {"node", {"web1", "id1", "10.0.0.1", 9100, "/metrics", false, {{"rack", "a"}}, ""}},
      {"redis", {"web1", "id1", "fd00::1", 9121, "/r", true, {}, "silent"}},
      {"redis", {"web2", "id2", "", 9121, "/metrics", false, {}, "sends"}}};
  AgentSource node({"node"}, &hosts);
  EXPECT_EQ(TextOf(node.Look({}, {}).groups),
            Strings{"10.0.0.1:9100 rack=a host=web1 instance=web1:9100 __scheme__=http "
                    "__metrics_path__=/metrics __meta_agent_address=10.0.0.1 "
                    "__meta_agent_host=web1 __meta_agent_id=id1"});
  AgentSource redis({"redis"}, &hosts);
  const auto groups = redis.Look({}, {}).groups;
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].targets, Strings{"[fd00::1]:9121"});
  EXPECT_EQ(groups[0].refused, "silent");
  EXPECT_EQ(groups[1].targets, Strings{"unreachable.invalid:9121"});
  EXPECT_TRUE(AgentSource({"node"}, nullptr).Look({}, {}).groups.empty());
}

class DiscovererTest : public ::testing::Test {
 protected:
  DiscovererTest() {
    Discoverer::Options options;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.telemetry = &telemetry_;
    options.dns = &dns_;
    options.on_change = [this](const std::string&) { ++changes_; };
    discoverer_ = std::make_unique<Discoverer>(std::move(options));
  }
  ~DiscovererTest() override { discoverer_->Stop(); }

  DiscoveryConfig Files(const std::string& key, const std::string& pattern) {
    DiscoveryConfig config;
    config.static_groups = {{{"static:1"}, {}}};
    config.files.push_back({key, {{dir_.Join(pattern)}, 3'600'000}});
    return config;
  }
  // Writes aside and moves it there, as one should.
  void Publish(const std::string& name, const std::string& text) {
    const std::string aside = dir_.Write(name + ".new", text);
    ASSERT_TRUE(fs_->Rename(aside, dir_.Join(name)).ok());
  }
  Strings Wait(const std::string& job, size_t groups) {
    for (int i = 0; i < 3000 && discoverer_->Groups(job).size() != groups; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return TextOf(discoverer_->Groups(job));
  }

  test::TempDir dir_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  FakeDns dns_;
  std::atomic<int> changes_{0};
  std::unique_ptr<Discoverer> discoverer_;
};

TEST_F(DiscovererTest, FilesAreSeenWhenTheyChange) {
  const DiscoveryConfig config = Files("k", "*.json");
  discoverer_->ApplyConfig({{"j", &config}});
  EXPECT_EQ(Wait("j", 1), Strings{"static:1"});
  Publish("a.json", "[{\"targets\": [\"a:1\"]}]");
  EXPECT_EQ(Wait("j", 2).size(), 2u);
  dir_.Write("b.json", "[{\"targets\": [\"b:1\"]}]");
  EXPECT_EQ(Wait("j", 3).size(), 3u);
  ASSERT_TRUE(fs_->Remove(dir_.Join("a.json")).ok());
  EXPECT_EQ(Wait("j", 2).size(), 2u);
  EXPECT_GE(changes_, 3);
}

// A server that says nothing until it is told to stop.
class HangingServer final : public base::http::Client {
 public:
  explicit HangingServer(std::atomic<int>* asked) : asked_(asked) {}
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    ++*asked_;
    while (!request.stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return base::Cancelled("stopped");
  }

 private:
  std::atomic<int>* const asked_;
};

TEST_F(DiscovererTest, ServersThatHangKeepNeitherFilesNorOthersWaiting) {
  constexpr int kServers = 20;
  std::atomic<int> asked{0};
  Discoverer::Options options;
  options.fs = fs_.get();
  options.clock = &clock_;
  options.logger = &logger_;
  options.telemetry = &telemetry_;
  options.dns = &dns_;
  options.new_client = [&asked](const base::http::TlsClientOptions&) {
    return std::make_unique<HangingServer>(&asked);
  };
  options.on_change = [](const std::string&) {};
  discoverer_ = std::make_unique<Discoverer>(std::move(options));
  DiscoveryConfig config = Files("z", "*.json");
  for (int i = 0; i < kServers; ++i) {
    HttpSdConfig server;
    server.url = "http://sd" + std::to_string(i) + "/";
    config.http.push_back({"k" + std::to_string(i), server});
  }
  discoverer_->ApplyConfig({{"j", &config}});
  Publish("a.json", "[{\"targets\": [\"a:1\"]}]");
  EXPECT_EQ(Wait("j", 2).size(), 2u);
  for (int i = 0; i < 3000 && asked < kServers; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(asked, kServers);
  discoverer_->Stop();
}

TEST_F(DiscovererTest, WhatWasFoundStaysOverReloads) {
  dir_.Write("a.json", "[{\"targets\": [\"a:1\"]}]");
  const DiscoveryConfig config = Files("k", "*.json");
  discoverer_->ApplyConfig({{"j", &config}, {"k", &config}});
  EXPECT_EQ(Wait("j", 2).size(), 2u);
  EXPECT_EQ(Wait("k", 2).size(), 2u);
  discoverer_->ApplyConfig({{"k", &config}});
  EXPECT_EQ(discoverer_->Groups("k").size(), 2u);
  EXPECT_TRUE(discoverer_->Groups("j").empty());
  discoverer_->ApplyConfig({});
  EXPECT_TRUE(discoverer_->Groups("k").empty());
}

}  // namespace
}  // namespace vedette::scrape
