#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/strings.h"
#include "collector/api/admin_view.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/time_text.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/corpus_views.h"
#include "tests/collector/api/go_values.h"
#include "tests/support/shared_dir.h"

// The cases of Prometheus' own API tests, in the reference material beside a checkout. What of them
// is not ours stands in kNotOurs with its reason.

namespace vedette::test {
namespace {

using base::http::Response;

struct NotOurs {
  const char* list;
  size_t index;
  const char* reason;
};
constexpr NotOurs kNotOurs[] = {
    {"endpoints", 42, "targets/relabel_steps is newer than the version whose API this is (3.5.3)"},
    {"endpoints", 46, "there is no discovery of Alertmanagers, so none can have been dropped"},
    {"TestStats", 1, "3.5.3 takes any text as true; the warning came later"},
    {"TestStats", 2, "3.5.3 takes any text as true; the warning came later"},
    {"TestStats", 5, "a hook for programs that link upstream's code"},
};

class Corpus : public ApiTest {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/http-api.json");
    corpus_ = Parsed(ReadWholeFile(path));
  }
  const json::array& Cases(const char* list) { return corpus_.at(list).as_array(); }

  // Calls `run` with every case that is ours.
  template <typename Run>
  void Each(const char* list, Run run) {
    const json::array& cases = Cases(list);
    for (size_t i = 0; i < cases.size(); ++i) {
      SCOPED_TRACE(std::string(list) + " " + std::to_string(i) + " " +
                   json::serialize(cases[i]).substr(0, 300));
      const auto* left = std::find_if(std::begin(kNotOurs), std::end(kNotOurs), [&](const auto& n) {
        return n.list == std::string_view(list) && n.index == i;
      });
      if (left != std::end(kNotOurs)) {
        ++left_;
        continue;
      }
      run(cases[i]);
      ++ran_;
    }
    std::printf("%s: %d cases, %d left out for a named reason\n", list, ran_, left_);
  }

  static std::string ErrorType(const Response& response) {
    if (response.status / 100 == 2) return "errorNone";
    const std::string type = Text(Parsed(response.body).at("errorType"));
    if (type == "bad_data") return "errorBadData";
    if (type == "execution") return "errorExec";
    return "error" + std::string(1, static_cast<char>(std::toupper(type[0]))) + type.substr(1);
  }

  json::value corpus_;
  int ran_ = 0;
  int left_ = 0;
};

class EndpointCorpus : public Corpus {
 protected:
  EndpointCorpus() : metrics_(EndpointSeries()), engine_({}, &clock_) {
    api::RegisterPrometheusQuery(&router_, {&engine_, &metrics_, &clock_});
    api::RegisterPrometheusParse(&router_, {});
    api::RegisterPrometheusLabels(&router_, {&metrics_});
    api::RegisterPrometheusExemplars(&router_, &exemplars_);
    api::RegisterPrometheusTargets(&router_, {&targets_});
    api::RegisterPrometheusRules(&router_, &rules_);
    api::RegisterPrometheusStatus(&router_, &status_, &clock_);
    const model::Labels third{{"__name__", "test_metric3"}, {"dup", "1"}, {"foo", "boo"}};
    const model::Labels fourth{{"__name__", "test_metric4"}, {"dup", "1"}, {"foo", "bar"}};
    exemplars_.all_ = {
        {third,
         {{model::Labels{{"id", "abc"}}, 10, 2000}, {model::Labels{{"id", "abc2"}}, 10, 4053}}},
        {fourth,
         {{model::Labels{{"id", "lul"}}, 10, 4000}, {model::Labels{{"id", "lul2"}}, 10, 4153}}}};
  }
  void SetUp() override {
    Corpus::SetUp();
    if (IsSkipped()) return;
    for (const json::value& one : Cases("endpoints")) {
      const std::string endpoint = Text(one.at("endpoint"));
      const std::string query =
          one.as_object().contains("query") ? json::serialize(one.at("query")) : "";
      if (endpoint == "api.targets" && query == R"({"state":["any"]})")
        targets_.Take(one.at("response"));
      if (endpoint == "api.rules" && query == R"({"exclude_alerts":["true"]})")
        rules_.Take(one.at("response"));
    }
  }

  std::string Token(const json::value& call) {
    const Response page = Get("/api/v1/rules?group_limit=1");
    if (Text(call.at("args").at(1)) != "grp2") return "0123";
    return Text(Parsed(page.body).at("data").at("groupNextToken"));
  }
  std::string TargetOf(const json::value& one) {
    static const std::map<std::string, std::string> kPaths = {
        {"query", "query"},
        {"queryRange", "query_range"},
        {"formatQuery", "format_query"},
        {"series", "series"},
        {"targets", "targets"},
        {"targetMetadata", "targets/metadata"},
        {"metricMetadata", "metadata"},
        {"serveConfig", "status/config"},
        {"serveFlags", "status/flags"},
        {"rules", "rules"},
        {"queryExemplars", "query_exemplars"}};
    std::vector<std::pair<std::string, std::string>> params;
    if (const json::value* query = Member(one, "query")) {
      for (const auto& member : query->as_object()) {
        for (const json::value& value : member.value().as_array()) {
          params.emplace_back(std::string(member.key()),
                              value.is_string() ? Text(value) : Token(value));
        }
      }
    }
    return Target("/api/v1/" + kPaths.at(Text(one.at("endpoint")).substr(4)), params);
  }
  static json::value Expected(const json::value& one) {
    if (const json::value* text = Member(one, "responseAsJSON")) return Parsed(Text(*text));
    const json::value& response = one.at("response");
    if (response == "sampleFlagMap") return {{"flag1", "value1"}, {"flag2", "value2"}};
    if (Text(one.at("endpoint")) == "api.serveConfig") return {{"yaml", "sample"}};
    std::string text = json::serialize(GoToJson(response, kNowMs));
    for (size_t at; (at = text.find("scrapeStart")) != std::string::npos;) {
      text.replace(at, 11, api::FormatRfc3339(kScrapedMs));
    }
    return Parsed(text);
  }

  void Check(const json::value& one, const Response& response) {
    if (const json::value* type = Member(one, "errType")) {
      EXPECT_EQ(ErrorType(response), Text(*type)) << response.body;
      return;
    }
    ASSERT_EQ(response.status, 200) << response.body;
    const json::value answer = Parsed(response.body);
    const json::value& data = answer.at("data");
    if (const json::value* length = Member(one, "responseLen")) {
      const size_t found = data.is_array() ? data.as_array().size() : data.as_object().size();
      EXPECT_EQ(found, length->to_number<size_t>());
    } else {
      std::string where;
      EXPECT_TRUE(SameJson(Expected(one), data, &where)) << where << "\n" << response.body;
    }
    if (const json::value* total = Member(one, "responseMetadataTotal")) {
      size_t found = 0;
      for (const auto& member : data.as_object()) found += member.value().as_array().size();
      EXPECT_EQ(found, total->to_number<size_t>());
    }
    if (const json::value* warnings = Member(one, "warningsCount")) {
      const json::value* list = Member(answer, "warnings");
      EXPECT_EQ(list == nullptr ? 0 : list->as_array().size(), warnings->to_number<size_t>());
    }
  }

  LoadedMetrics metrics_;
  ListedExemplars exemplars_;
  ListedTargets targets_;
  ListedRules rules_;
  SampleStatus status_;
  promql::Engine engine_;
};

TEST_F(EndpointCorpus, EveryEndpointAnswersAsUpstreams) {
  Each("endpoints", [this](const json::value& one) {
    targets_.TakeMetadata(Member(one, "metadata"));
    const std::string target = TargetOf(one);
    const Response got = Get(target);
    Check(one, got);
    const size_t question = std::min(target.find('?'), target.size());
    const std::string path = target.substr(0, question);
    if (router_.Find("POST", path).route == nullptr) return;
    EXPECT_EQ(PostForm(path, target.substr(std::min(question + 1, target.size()))).body, got.body);
  });
}

TEST_F(EndpointCorpus, StatsAreShownWhenAsked) {
  Each("TestStats", [this](const json::value& one) {
    const std::string param = Text(one.at("param"));
    const Response response = Get(
        Target("/api/v1/query_range",
               {{"query", "up"}, {"start", "0"}, {"end", "3"}, {"step", "1"}, {"stats", param}}));
    const json::value answer = Parsed(response.body);
    EXPECT_EQ(answer.at("data").as_object().contains("stats"), !param.empty()) << response.body;
    EXPECT_FALSE(answer.as_object().contains("warnings"));
    if (param.empty()) return;
    const json::object& stats = answer.at("data").at("stats").as_object();
    EXPECT_TRUE(stats.at("timings").as_object().contains("evalTotalTime"));
    EXPECT_TRUE(stats.at("samples").as_object().contains("peakSamples"));
    EXPECT_EQ(stats.at("samples").as_object().contains("totalQueryableSamplesPerStep"),
              param == "all")
        << response.body;
  });
}

class LookupCorpus : public Corpus {
 protected:
  LookupCorpus() : metrics_(LookupSeries()) {
    api::RegisterPrometheusLabels(&router_, {&metrics_});
    api::RegisterPrometheusExemplars(&router_, &exemplars_);
  }
  // What a store says that cannot answer: of its own fault, or because of limits.
  static base::Status ErrorOf(const json::value& one, const char* field) {
    const json::value* queryable =
        one.at("api").if_object() ? Member(one.at("api"), field) : nullptr;
    if (queryable == nullptr) return base::Status();
    if (queryable->at("err").is_string()) return base::ResourceExhausted("generic");
    return base::Internal("generic");
  }
  void Check(const json::value& one, const std::string& path) {
    metrics_.error_ = ErrorOf(one, "Queryable");
    std::vector<std::pair<std::string, std::string>> params;
    if (const json::value* matchers = Member(one, "matchers")) {
      for (const json::value& text : matchers->as_array())
        params.emplace_back("match[]", Text(text));
    }
    if (const json::value* limit = Member(one, "limit")) params.emplace_back("limit", Text(*limit));
    const Response response = Get(Target(path, params));
    if (const json::value* type = Member(one, "expectedErrorType")) {
      EXPECT_EQ(ErrorType(response), Text(*type));
      return;
    }
    EXPECT_EQ(Parsed(response.body).at("data"), one.at("expected")) << response.body;
  }
  LoadedMetrics metrics_;
  ListedExemplars exemplars_;
};

TEST_F(LookupCorpus, Series) {
  Each("TestGetSeries", [this](const json::value& one) { Check(one, "/api/v1/series"); });
}

TEST_F(LookupCorpus, LabelNames) {
  Each("TestLabelNames", [this](const json::value& one) { Check(one, "/api/v1/labels"); });
}

TEST_F(LookupCorpus, Exemplars) {
  Each("TestQueryExemplars", [this](const json::value& one) {
    exemplars_.error_ = ErrorOf(one, "ExemplarQueryable");
    exemplars_.all_.clear();
    if (const json::value* stored = Member(one, "exemplars")) {
      for (const json::value& item : stored->as_array()) {
        api::ExemplarsInfo info{LabelsOf(item.at("SeriesLabels")), {}};
        for (const json::value& e : item.at("Exemplars").as_array()) {
          info.exemplars.push_back({LabelsOf(e.at("Labels")), 10, GoMillis(e.at("Ts"), kNowMs)});
        }
        exemplars_.all_.push_back(std::move(info));
      }
    }
    std::vector<std::pair<std::string, std::string>> params;
    for (const auto& member : one.at("query").as_object()) {
      params.emplace_back(std::string(member.key()), Text(member.value().at(0)));
    }
    const Response response = Get(Target("/api/v1/query_exemplars", params));
    if (const json::value* type = Member(one, "expectedErrorType")) {
      EXPECT_EQ(ErrorType(response), Text(*type));
      return;
    }
    std::string where;
    EXPECT_TRUE(
        SameJson(GoToJson(one.at("exemplars"), kNowMs), Parsed(response.body).at("data"), &where))
        << where << response.body;
  });
}

TEST_F(Corpus, AdminEndpoints) {
  Each("TestAdminEndpoints", [](const json::value& one) {
    class Fresh : public ApiTest {
     public:
      using ApiTest::PostForm;
      using ApiTest::router_;
      void TestBody() override {}
    } fresh;
    ModedAdmin admin;
    const std::string db = Text(one.at("db"));
    if (db == "tsdbWithError") admin.status_ = base::Internal("on purpose");
    if (db == "tsdbNotReady") admin.status_ = base::Unavailable("the log is being replayed");
    api::RegisterTsdbAdmin(&fresh.router_, one.at("enableAdmin").as_bool() ? &admin : nullptr);
    const std::string endpoint = Text(one.at("endpoint"));
    const std::string verb = endpoint == "snapshotAPI" ? "snapshot"
                             : endpoint == "cleanAPI"  ? "clean_tombstones"
                                                       : "delete_series";
    std::string form;
    if (const json::value* values = Member(one, "values")) {
      for (const auto& member : values->as_object()) {
        for (const json::value& value : member.value().as_array()) {
          form += std::string(member.key()) + "=" + base::http::PercentEncode(Text(value)) + "&";
        }
      }
    }
    EXPECT_EQ(ErrorType(fresh.PostForm("/api/v1/admin/tsdb/" + verb, form)),
              Text(one.at("errType")));
  });
}

TEST_F(Corpus, TimesAndDurations) {
  for (const char* list : {"TestParseTime", "TestParseDuration"}) {
    const bool time = std::string_view(list) == "TestParseTime";
    Each(list, [time](const json::value& one) {
      const std::map<std::string, std::string> ends = {
          {"MinTime", "-292273086-05-16T16:47:06Z"},
          {"MaxTime", "+292277025-08-18T07:12:54.999999999Z"}};
      const json::value& input = one.at("input");
      const std::string text =
          input.is_string() ? Text(input) : ends.at(Text(input.at("$call")).substr(0, 7));
      const auto found = time ? api::ParseTimeMs(text) : api::ParseDurationParamMs(text);
      EXPECT_EQ(!found.ok(), Member(one, "fail") != nullptr) << text;
      if (!found.ok()) return;
      const json::value& result = one.at("result");
      const bool named = result.is_string();
      const int64_t wanted = !named                      ? GoMillis(result, 0)
                             : Text(result) == "ts"      ? 1'433'337'718'555
                             : Text(result) == "MinTime" ? INT64_MIN
                                                         : INT64_MAX;
      EXPECT_EQ(*found, wanted) << text;
    });
  }
}

TEST_F(Corpus, TimeParameters) {
  Each("TestParseTimeParam", [](const json::value& one) {
    const std::string name = Text(one.at("paramName"));
    const std::string value = Text(one.at("paramValue"));
    const auto found =
        api::TimeParam(base::http::Params::Parse(name + "=" + value), name, INT64_MAX);
    const json::value* error = Member(one.at("result"), "asError");
    EXPECT_EQ(found.ok(), error == nullptr || error->is_null());
    if (!found.ok()) return;
    EXPECT_EQ(*found, value.empty() ? INT64_MAX : std::stoll(value) * 1000);
  });
}

TEST_F(Corpus, ErrorsOfTheStoreHaveTheirTypes) {
  Each("TestReturnAPIError", [](const json::value& one) {
    const std::string error = json::serialize(one.at("err"));
    const auto says = [&error](const char* what) { return error.find(what) != std::string::npos; };
    const base::Status status = says("Timeout")   ? base::DeadlineExceeded("x")
                                : says("ancel")   ? base::Cancelled("x")
                                : says("storage") ? base::Internal("x")
                                                  : base::ResourceExhausted("x");
    EXPECT_EQ(ErrorType(api::StorageFailure(status)), Text(one.at("expected")));
  });
}

}  // namespace
}  // namespace vedette::test
