#include "collector/promql/natural_order.h"

#include <compare>

#include "collector/promql/characters.h"

namespace vedette::promql {
namespace {

// Cuts the first run of digits, or of anything else, off the front.
std::string_view TakeRun(std::string_view* text) {
  size_t length = 0;
  while (length < text->size() && IsDigit((*text)[length]) == IsDigit(text->front())) ++length;
  const std::string_view run = text->substr(0, length);
  text->remove_prefix(length);
  return run;
}

std::string_view WithoutZeros(std::string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

// By their value, and of equal values the one with more leading zeros first.
std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) {
  const std::string_view x = WithoutZeros(a);
  const std::string_view y = WithoutZeros(b);
  if (x.size() != y.size()) return x.size() <=> y.size();
  if (x != y) return x <=> y;
  return b.size() <=> a.size();
}

}  // namespace

bool NaturallyBefore(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = TakeRun(&a);
    const std::string_view y = TakeRun(&b);
    const bool numbers = IsDigit(x.front()) && IsDigit(y.front());
    const std::strong_ordering order = numbers ? CompareNumbers(x, y) : x <=> y;
    if (order != std::strong_ordering::equal) return order == std::strong_ordering::less;
  }
  return a.empty() && !b.empty();
}

}  // namespace vedette::promql
