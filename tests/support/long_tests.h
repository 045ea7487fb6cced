#ifndef VEDETTE_TESTS_SUPPORT_LONG_TESTS_H_
#define VEDETTE_TESTS_SUPPORT_LONG_TESTS_H_

#include <cstdlib>

namespace vedette::test {

// Whether VEDETTE_LONG_TESTS is set: tests that try places or seeds one by one then try all there
// are, or many, where a run in passing takes a sample of them.
inline bool LongTests() { return std::getenv("VEDETTE_LONG_TESTS") != nullptr; }

// What the one kind of run, or the other, is to take.
template <typename T>
T ForRun(T in_passing, T long_run) {
  return LongTests() ? long_run : in_passing;
}

// Of random cases of one thread: as many as say something, in a build that takes dozens of times as
// long for each.
constexpr int Rounds(int count) {
#if defined(__SANITIZE_THREAD__)
  return count / 20 + 1;
#else
  return count;
#endif
}

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_LONG_TESTS_H_
