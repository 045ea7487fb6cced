#include "collector/api/pattern_miner.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace vedette::api {
namespace {

// What follows the last is any text.
constexpr size_t kMaxTokens = 200;
// Longer words are values: names and messages are not made of them.
constexpr size_t kMaxWordBytes = 128;
// Of a line's tokens that must be a pattern's, in percent.
constexpr size_t kLikeness = 60;

bool IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

bool IsValue(std::string_view word) {
  return word.size() > kMaxWordBytes ||
         std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Words and what stands between them, character by character; a word that is a value is empty.
void Tokenize(std::string_view line, std::vector<std::string_view>* tokens) {
  tokens->clear();
  size_t at = 0;
  while (at < line.size() && tokens->size() < kMaxTokens) {
    size_t end = at + 1;
    if (IsWord(line[at])) {
      while (end < line.size() && IsWord(line[end])) ++end;
    }
    const std::string_view token = line.substr(at, end - at);
    tokens->push_back(IsValue(token) ? std::string_view() : token);
    at = end;
  }
  if (at < line.size()) tokens->push_back({});
}

bool IsSpaceToken(const std::string& token) {
  return token.size() == 1 && std::isspace(static_cast<unsigned char>(token[0])) != 0;
}

// Punctuation alone between two values belongs to them: 12:30:45.1 is one value.
bool JoinsValues(const std::vector<std::string>& tokens, size_t at) {
  const bool is_mark =
      tokens[at].size() == 1 && !IsWord(tokens[at][0]) && !IsSpaceToken(tokens[at]);
  return is_mark &&
         std::string_view("\"'=,;{}[]()").find(tokens[at][0]) == std::string_view::npos && at > 0 &&
         at + 1 < tokens.size() && tokens[at - 1].empty() && tokens[at + 1].empty();
}

std::string TextOfPattern(const std::vector<std::string>& tokens) {
  constexpr std::string_view kAny = "<_>";
  std::string text;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (JoinsValues(tokens, i)) continue;
    if (!tokens[i].empty()) {
      text += tokens[i];
    } else if (text.size() < kAny.size() || text.substr(text.size() - kAny.size()) != kAny) {
      text += kAny;
    }
  }
  return text;
}

}  // namespace

void PatternMiner::Add(std::string_view level, int64_t timestamp_ns, std::string_view line) {
  Tokenize(line, &tokens_);
  if (tokens_.empty()) return;
  const auto word = std::find_if(tokens_.begin(), tokens_.end(),
                                 [](std::string_view t) { return !t.empty() && IsWord(t[0]); });
  const Key key{std::string(level), tokens_.size(),
                word == tokens_.end() ? std::string() : std::string(*word)};
  std::list<Cluster>& among = groups_[key];
  Cluster* cluster = Match(&among, tokens_);
  if (cluster == nullptr) {
    cluster = &among.emplace_back();
    cluster->tokens.assign(tokens_.begin(), tokens_.end());
    ++clusters_;
  }
  ++cluster->total;
  ++cluster->counts[timestamp_ns - timestamp_ns % step_ns_];
  if (clusters_ > max_patterns_) DropRarest();
}

// The one that has most tokens in common, of those that have enough; what differs becomes any text.
PatternMiner::Cluster* PatternMiner::Match(std::list<Cluster>* among,
                                           const std::vector<std::string_view>& tokens) {
  Cluster* best = nullptr;
  size_t best_same = 0;
  for (Cluster& cluster : *among) {
    size_t same = 0;
    for (size_t i = 0; i < tokens.size(); ++i) same += cluster.tokens[i] == tokens[i] ? 1 : 0;
    if (same * 100 < tokens.size() * kLikeness || same < best_same) continue;
    if (same == best_same && best != nullptr) continue;
    best = &cluster;
    best_same = same;
  }
  if (best == nullptr || best_same == tokens.size()) return best;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (best->tokens[i] != tokens[i]) best->tokens[i].clear();
  }
  return best;
}

void PatternMiner::DropRarest() {
  std::vector<uint64_t> totals;
  for (const auto& [key, among] : groups_) {
    for (const Cluster& cluster : among) totals.push_back(cluster.total);
  }
  const auto middle = totals.begin() + static_cast<std::ptrdiff_t>(totals.size() / 2);
  std::nth_element(totals.begin(), middle, totals.end());
  size_t to_go = totals.size() / 2;
  for (auto group = groups_.begin(); group != groups_.end();) {
    std::erase_if(group->second, [&](const Cluster& cluster) {
      if (to_go == 0 || cluster.total > *middle) return false;
      --to_go;
      --clusters_;
      return true;
    });
    group = group->second.empty() ? groups_.erase(group) : std::next(group);
  }
}

std::vector<LinePattern> PatternMiner::Take() const {
  std::map<std::pair<std::string, std::string>, LinePattern> merged;
  for (const auto& [key, among] : groups_) {
    for (const Cluster& cluster : among) {
      const std::string text = TextOfPattern(cluster.tokens);
      LinePattern& pattern = merged[{text, key.level}];
      pattern.pattern = text;
      pattern.level = key.level;
      pattern.total += cluster.total;
      for (const auto& [time, count] : cluster.counts) pattern.counts[time] += count;
    }
  }
  std::vector<LinePattern> patterns;
  for (auto& [text, pattern] : merged) patterns.push_back(std::move(pattern));
  std::stable_sort(patterns.begin(), patterns.end(),
                   [](const LinePattern& a, const LinePattern& b) { return a.total > b.total; });
  return patterns;
}

}  // namespace vedette::api
