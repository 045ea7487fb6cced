#include <gtest/gtest.h>

#include <cstdio>

#include "collector/logstore/columns/granule.h"
#include "collector/logstore/columns/trigram_filter.h"
#include "granule_lines.h"

namespace vedette::logstore {
namespace {

struct Stored {
  GranuleMeta meta;
  std::string bytes;

  std::string_view directory() const {
    return std::string_view(bytes).substr(0, meta.directory_stored);
  }
  std::string_view blobs() const {
    return std::string_view(bytes).substr(meta.directory_stored, meta.blobs_stored);
  }
  std::string_view filter() const {
    return std::string_view(bytes).substr(bytes.size() - meta.filter_stored);
  }
};

// A granule of these lines, of one stream, a nanosecond apart.
Stored StoreTexts(const std::vector<std::string>& texts) {
  std::vector<GranuleRow> rows;
  const model::Labels none;
  for (size_t i = 0; i < texts.size(); ++i) {
    rows.push_back({static_cast<int64_t>(i), i, 0, false, &none, texts[i]});
  }
  GranuleWriter writer;
  Stored stored;
  stored.bytes = writer.Encode(rows, &stored.meta);
  return stored;
}

Stored Encode(const GranuleLines& lines) {
  GranuleWriter writer;
  Stored stored;
  stored.bytes = writer.Encode(lines.rows, &stored.meta);
  return stored;
}

TEST(GranuleSearch, FilterAndColumnsMissNoLine) {
  size_t candidates = 0;
  size_t all = 0;
  for (uint32_t seed = 40; seed < 60; ++seed) {
    const GranuleLines lines = RandomLines(seed, seed * 20);
    const Stored stored = Encode(lines);
    const MemoryBlobs blobs(stored.blobs());
    std::mt19937 random(seed);
    for (int i = 0; i < 60; ++i) {
      const std::string_view of = lines.rows[random() % lines.rows.size()].line;
      if (of.empty()) continue;
      const std::string needle(of.substr(random() % of.size(), 1 + random() % 14));
      EXPECT_TRUE(MayHave(stored.filter(), needle)) << needle << " of " << of;
      auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
      ASSERT_TRUE(granule.ok());
      const auto searched = (*granule)->Search(std::vector<bool>(7, true), {{needle}});
      ASSERT_TRUE(searched.ok()) << searched.status();
      const RowSet& rows = *searched;
      for (size_t row = 0; row < lines.rows.size(); ++row) {
        const bool has = lines.rows[row].line.find(needle) != std::string::npos;
        EXPECT_TRUE(!has || rows.Has(row)) << "'" << needle << "' in " << lines.rows[row].line;
        candidates += rows.Has(row) ? 1 : 0;
        ++all;
      }
    }
  }
  EXPECT_LT(candidates * 3, all);
}

// The rows that a card leaves and columns find.
RowSet FindByCard(Granule& granule, const GranuleCard& card, const BlobSource& blobs,
                  const std::vector<std::vector<std::string>>& required) {
  const std::vector<bool> wanted(7, true);
  RowSet rows(granule.rows());
  LineJudge judge(required);
  const auto candidates = card.Candidates(wanted, &judge, blobs);
  EXPECT_TRUE(candidates.ok()) << candidates.status();
  const auto found = granule.SearchShapes(*candidates, wanted, required);
  EXPECT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(granule.LoadIds().ok());
  for (const ShapePlaces& own : *found) {
    for (const uint32_t place : own.places) rows.Add(granule.shape(own.shape).own_rows[place]);
  }
  return rows;
}

TEST(GranuleSearch, CardsMissNoLine) {
  LineForms forms;
  for (uint32_t seed = 60; seed < 76; ++seed) {
    const GranuleLines lines = RandomLines(seed, seed * 20);
    const Stored stored = Encode(lines);
    const MemoryBlobs blobs(stored.blobs());
    auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
    ASSERT_TRUE(granule.ok());
    GranuleCard card;
    ASSERT_TRUE((*granule)->AddStreams(&card).ok());
    ASSERT_TRUE((*granule)->AddForms(&forms, &card).ok());
    std::mt19937 random(seed);
    const auto some = [&] {
      const std::string_view of = lines.rows[random() % lines.rows.size()].line;
      return std::string(of.substr(of.empty() ? 0 : random() % of.size(), 1 + random() % 20));
    };
    for (int i = 0; i < 60; ++i) {
      const std::vector<std::vector<std::string>> required = {{some(), some()}, {some()}};
      const RowSet rows = FindByCard(**granule, card, blobs, required);
      for (size_t row = 0; row < lines.rows.size(); ++row) {
        const std::string_view line = lines.rows[row].line;
        const auto has = [&](const auto& needle) { return line.find(needle) != line.npos; };
        const bool fits = (has(required[0][0]) || has(required[0][1])) && has(required[1][0]);
        EXPECT_TRUE(!fits || rows.Has(row)) << "'" << required[1][0] << "' in " << line;
      }
    }
  }
}

// A granule with its card.
class CardOf {
 public:
  explicit CardOf(const std::vector<std::string>& texts)
      : stored_(StoreTexts(texts)),
        blobs_(stored_.blobs()),
        granule_(*Granule::Parse(stored_.directory(), stored_.meta, &blobs_)) {
    EXPECT_TRUE(granule_->AddStreams(&card_).ok());
    EXPECT_TRUE(granule_->AddForms(&forms_, &card_).ok());
  }

  // The number of shapes that a scan for `needle` has to look into.
  size_t Candidates(std::string needle) const {
    const std::vector<std::vector<std::string>> required = {{std::move(needle)}};
    LineJudge judge(required);
    return card_.Candidates({true}, &judge, blobs_)->size();
  }

 private:
  Stored stored_;
  MemoryBlobs blobs_;
  std::unique_ptr<Granule> granule_;
  LineForms forms_;
  GranuleCard card_;
};

TEST(GranuleSearch, CardsLeaveOutIdsWithoutColumns) {
  std::vector<std::string> texts;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    char id[17];
    std::snprintf(id, sizeof(id), "%08x%08x", static_cast<unsigned>(random()),
                  static_cast<unsigned>(random()));
    texts.push_back("level=info trace_id=" + std::string(id) +
                    " took=" + std::to_string(random() % 2000) + "ms");
  }
  const CardOf card(texts);
  const std::string id = texts[1234].substr(20, 16);
  EXPECT_EQ(card.Candidates(id), 1u);
  EXPECT_EQ(card.Candidates(id.substr(3, 9)), 1u);
  EXPECT_EQ(card.Candidates("id=" + id.substr(0, 8)), 1u);
  EXPECT_EQ(card.Candidates("took=1"), 1u);
  // No such digits, digits of the other case, a number of more digits, a byte that there is none
  // of.
  for (const char* const needle : {"d2f1a90b77", "ABCDEF0123", "took=1234567", "E-7", "id=x"}) {
    EXPECT_EQ(card.Candidates(needle), 0u) << needle;
  }
}

// Six digits are kept in three bytes, which could hold eight.
TEST(GranuleSearch, CardsLeaveOutMoreDigitsThanAnyNumberHas) {
  std::vector<std::string> texts;
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    texts.push_back("path=/orders/" + std::to_string(random() % 1'000'000) +
                    " took=" + std::to_string(random() % 1000) + ".5ms");
  }
  texts[1000] = "path=/orders/999999 took=1.5ms";
  texts[1001] = "path=/orders/-123456 took=1.5ms";
  const CardOf card(texts);
  for (const char* const needle : {"999999", "s/-123456 t", "-1", "1.5"}) {
    EXPECT_EQ(card.Candidates(needle), 1u) << needle;
  }
  for (const char* const needle : {"1234567", "12345678", "orders/1234567"}) {
    EXPECT_EQ(card.Candidates(needle), 0u) << needle;
  }
}

// Lines of few kinds that come again and again are a dictionary: its text tells.
TEST(GranuleSearch, CardsLeaveOutWhatNoEntryOfADictionaryHas) {
  std::vector<std::string> entries;
  std::mt19937 random(3);
  for (int i = 0; i < 40; ++i) {
    std::string& entry = entries.emplace_back();
    while (entry.size() < 24) entry += static_cast<char>('a' + random() % 26);
  }
  entries[7] = "NEEDLE-7f3a9c2e";
  std::vector<std::string> texts;
  for (int i = 0; i < 4000; ++i) texts.push_back("name=\"" + entries[random() % 40] + "\"");
  const CardOf card(texts);
  EXPECT_EQ(card.Candidates("E-7f3"), 1u);
  EXPECT_EQ(card.Candidates(entries[3].substr(2, 5)), 1u);
  for (const char* const needle : {"E-8", "qqqqq"}) EXPECT_EQ(card.Candidates(needle), 0u);
}

TEST(LineForms, EqualOnesAreOneAndGoWithTheLastWhoHasThem) {
  LineForms forms;
  bool fresh = false;
  LineForm::Slot number{SlotBound::Of("123"), {}};
  LineFormPtr first = forms.Share({std::string("a\0b", 3), {number}}, &fresh);
  EXPECT_TRUE(fresh);
  LineFormPtr second = forms.Share({std::string("a\0b", 3), {number}}, &fresh);
  EXPECT_FALSE(fresh);
  EXPECT_EQ(first, second);
  number.search.kind = SearchStyle::Kind::kText;
  EXPECT_NE(forms.Share({std::string("a\0b", 3), {number}}, &fresh), first);
  EXPECT_TRUE(fresh);
  forms.Sweep();
  EXPECT_EQ(forms.size(), 1u);
  first = second = nullptr;
  forms.Sweep();
  EXPECT_EQ(forms.size(), 0u);
}

TEST(SlotBound, HoldsNothingLongerOrOfOtherBytesOrWithMoreDigitsInARow) {
  const SlotBound bound = SlotBound::Of("2026-11-20 07:15 deadbeef");
  for (const char* const part : {"2026", "99-99", "face", "12345678", "20 deadbeef"}) {
    EXPECT_EQ(bound.MayHold(part), std::string_view(part) != "12345678") << part;
  }
  for (const char* const part : {"20260", "a_b", "Z", "2026-11-20 07:15 deadbeef1", "deadbeef9"}) {
    EXPECT_FALSE(bound.MayHold(part)) << part;
  }
  BoundChain chain;
  chain.AddText("id 4");
  chain.AddSlot(SlotBound::Of("77"));
  chain.AddText("5");
  EXPECT_TRUE(chain.bound().MayHold("4775"));
  EXPECT_FALSE(chain.bound().MayHold("47755"));
}

TEST(GranuleSearch, FilterLeavesOutWhatNoLineHas) {
  const Stored stored = Encode(RandomLines(41, 2000));
  EXPECT_LT(stored.meta.filter_stored, 64u << 10);
  for (const std::string_view needle : {"QQQ", "NEEDLE-7f3a9c2e", "trace_id=x", "orker7", "vetx"}) {
    EXPECT_FALSE(MayHave(stored.filter(), needle)) << needle;
  }
  // Ids are the same to it, and so is what is too short.
  for (const std::string_view needle : {"0123456789", "QQ", "", "trace_id=7f3a", "veth12"}) {
    EXPECT_TRUE(MayHave(stored.filter(), needle)) << needle;
  }
}

// Every space of the needle may be a border of a slot: a search for each of them in each column
// would take minutes.
TEST(GranuleSearch, ALongNeedleOfWordsIsFoundWithoutASearchForEachWord) {
  std::string words;
  while (words.size() < 16'384) words += "the ";
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) {
    texts.push_back("user=" + std::to_string(i) + " said " + words.substr(0, i % 7 * 4) + "end");
  }
  texts[1234] = words + "end";
  const Stored stored = StoreTexts(texts);
  const MemoryBlobs blobs(stored.blobs());
  auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
  ASSERT_TRUE(granule.ok());
  const auto found = (*granule)->Search({true}, {{words}});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->Has(1234));
  EXPECT_LT(found->size(), 2000u);
}

TEST(Granule, UnloadGivesBackAllThatLoadingTook) {
  const GranuleLines lines = RandomLines(43, 3000);
  const Stored stored = Encode(lines);
  const MemoryBlobs blobs(stored.blobs());
  auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
  ASSERT_TRUE(granule.ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ((*granule)->Held(), 0u);
    ASSERT_TRUE((*granule)->LoadLines().ok());
    ASSERT_TRUE((*granule)->LoadOrigins().ok());
    EXPECT_GT((*granule)->Held(), 3000 * sizeof(uint64_t));
    std::string line;
    (*granule)->AppendLine(2999, &line);
    EXPECT_EQ(line, lines.rows[2999].line);
    (*granule)->Unload();
  }
  EXPECT_EQ((*granule)->Held(), 0u);
}

// A card of a thousand streams and as many templates as there are kinds of lines is kept for each
// of thousands of granules.
TEST(GranuleCard, TakesABitAStreamOfDenseSets) {
  std::vector<uint32_t> dense(1000);
  for (uint32_t i = 0; i < 1000; ++i) dense[i] = i;
  GranuleCard card;
  // Every other shape has all but the first.
  for (uint32_t shape = 0; shape < 10; ++shape) {
    card.AddShape({dense.begin() + shape % 2, dense.end()});
  }
  card.AddShape({5});
  EXPECT_LT(card.Held(), 1024u);
  std::vector<bool> wanted(1000);
  wanted[0] = true;
  const auto candidates = [&] { return *card.Candidates(wanted, nullptr, MemoryBlobs("")); };
  ASSERT_EQ(candidates().size(), 5u);
  EXPECT_FALSE(candidates().front().all);
  wanted.assign(1000, true);
  ASSERT_EQ(candidates().size(), 11u);
  EXPECT_TRUE(candidates().back().all);
  wanted.resize(900);
  EXPECT_FALSE(card.Candidates(wanted, nullptr, MemoryBlobs("")).ok());
}

TEST(GranuleSearch, EndsWhenItIsStopped) {
  const Stored stored = Encode(RandomLines(42, 500));
  const MemoryBlobs blobs(stored.blobs());
  auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
  ASSERT_TRUE(granule.ok());
  std::stop_source stop;
  stop.request_stop();
  const auto found = (*granule)->Search(std::vector<bool>(7, true), {{"a"}}, stop.get_token());
  EXPECT_EQ(found.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace vedette::logstore
