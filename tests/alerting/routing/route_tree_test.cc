#include "alerting/routing/route_tree.h"

#include <set>

#include <gtest/gtest.h>

#include "alerting/routing/matcher_parser.h"
#include "corpora.h"

namespace vedette::routing {
namespace {

// The corpora give one route; a whole file needs the receivers that it names.
Config Around(const std::string& route_yaml) {
  std::string text = "route:\n";
  std::set<std::string> receivers;
  size_t begin = 0;
  while (begin < route_yaml.size()) {
    const size_t end = std::min(route_yaml.find('\n', begin), route_yaml.size());
    const std::string line = route_yaml.substr(begin, end - begin);
    text += "  " + line + "\n";
    if (const size_t at = line.find("receiver: "); at != std::string::npos) {
      receivers.insert(line.substr(at + 10));
    }
    begin = end + 1;
  }
  text += "receivers:\n";
  for (const std::string& name : receivers) text += "- name: " + name + "\n";
  auto config = ParseConfig(text, "corpus.yml");
  EXPECT_TRUE(config.ok()) << config.status() << text;
  return config.ok() ? *std::move(config) : Config{};
}

TEST(RouteTree, MatchesAndNamesRoutesAsUpstream) {
  for (const char* suite :
       {"route_routematch", "route_routematchers", "route_routematchersandmatch"}) {
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/alerting/corpora/") + suite + ".json");
    const auto corpus = ReadCorpus(path);
    const RouteTree tree(Around(Text(corpus.at("route_yaml"))).route);
    for (const auto& c : corpus.at("cases").as_array()) {
      SCOPED_TRACE(Text(c.at("id")));
      const auto& want = c.at("routes").as_array();
      const auto& keys = c.at("keys").as_array();
      const auto got = tree.Match(LabelsOf(c.at("labels")));
      ASSERT_EQ(got.size(), want.size());
      for (size_t i = 0; i < got.size(); ++i) {
        const Route& route = tree.routes()[got[i]];
        EXPECT_EQ(route.key, Text(keys[i]));
        EXPECT_EQ(route.receiver, Text(want[i].at("Receiver")));
        EXPECT_EQ(route.group_wait_ms, want[i].at("GroupWait").to_number<int64_t>() * 1000);
        EXPECT_EQ(route.group_interval_ms, want[i].at("GroupInterval").to_number<int64_t>() * 1000);
        EXPECT_EQ(route.repeat_interval_ms,
                  want[i].at("RepeatInterval").to_number<int64_t>() * 1000);
        EXPECT_EQ(route.group_by_all, want[i].at("GroupByAll").as_bool());
        std::vector<std::string> group_by;
        for (const auto& name : want[i].at("GroupBy").as_array()) group_by.push_back(Text(name));
        EXPECT_EQ(route.group_by, group_by);
      }
    }
  }
}

TEST(RouteTree, IdsAndOrderAreUpstreams) {
  VEDETTE_SHARED_OR_SKIP(ids_path, "reference/alerting/corpora/route_id.json");
  const auto ids = ReadCorpus(ids_path);
  const RouteTree tree(Around(Text(ids.at("route_yaml"))).route);
  std::set<std::string> got;
  for (const Route& route : tree.routes()) got.insert(route.id);
  std::set<std::string> want;
  for (const auto& id : ids.at("cases").as_array()[0].at("ids").as_array()) want.insert(Text(id));
  EXPECT_EQ(got, want);
  VEDETTE_SHARED_OR_SKIP(walk_path, "reference/alerting/corpora/route_walk.json");
  const auto walk = ReadCorpus(walk_path);
  const RouteTree second(Around(Text(walk.at("route_yaml"))).route);
  std::vector<std::string> receivers;
  for (const Route& route : second.routes()) receivers.push_back(route.receiver);
  std::vector<std::string> order;
  for (const auto& r : walk.at("cases").as_array()[0].at("receivers").as_array()) {
    order.push_back(Text(r));
  }
  EXPECT_EQ(receivers, order);
}

}  // namespace
}  // namespace vedette::routing
