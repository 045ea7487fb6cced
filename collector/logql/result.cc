#include "collector/logql/result.h"

#include <map>

namespace vedette::logql {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void Fold(const model::Labels& labels, std::map<std::string, std::string>* all) {
  for (const model::LabelView& label : labels) {
    (*all)[std::string(label.name)] = std::string(label.value);
  }
}

template <typename LabelsOf>
std::vector<LineGroup> GroupBy(const Lines& lines, const LabelsOf& labels_of) {
  std::map<Pairs, std::vector<size_t>> groups;
  for (size_t i = 0; i < lines.size(); ++i) groups[labels_of(lines[i])].push_back(i);
  std::vector<LineGroup> result;
  result.reserve(groups.size());
  for (auto& [labels, members] : groups) result.push_back({labels, std::move(members)});
  return result;
}

}  // namespace

std::vector<LineGroup> GroupFolded(const Lines& lines) {
  return GroupBy(lines, [](const ResultLine& line) {
    std::map<std::string, std::string> all;
    Fold(line.stream, &all);
    Fold(line.metadata, &all);
    for (const auto& [name, value] : line.parsed) all[name] = value;
    return Pairs(all.begin(), all.end());
  });
}

std::vector<LineGroup> GroupByStream(const Lines& lines) {
  return GroupBy(lines, [](const ResultLine& line) {
    std::map<std::string, std::string> all;
    Fold(line.stream, &all);
    return Pairs(all.begin(), all.end());
  });
}

}  // namespace vedette::logql
