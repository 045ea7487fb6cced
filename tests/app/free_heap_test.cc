#include "app/free_heap.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace vedette::app {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsOurHeap = false;
#else
constexpr bool kIsOurHeap = true;
#endif

// One block in use a few pages, so that the heap's end does not sink.
TEST(FreeHeap, WhatLiesBetweenBlocksInUseGoesBack) {
  if (!kIsOurHeap) GTEST_SKIP() << "sanitizers have a heap of their own";
  constexpr size_t kBlocks = 64 * 1024;
  constexpr size_t kBlockBytes = 1024;
  std::vector<std::unique_ptr<std::vector<char>>> blocks;
  for (size_t i = 0; i < kBlocks; ++i) {
    blocks.push_back(std::make_unique<std::vector<char>>(kBlockBytes, 'x'));
  }
  for (size_t i = 0; i < kBlocks; ++i) {
    if (i % 64 != 0) blocks[i].reset();
  }
  const uint64_t before = ReturnFreeHeap();
  EXPECT_GT(before, kBlocks * kBlockBytes / 2);
  EXPECT_LT(FreeHeapBytes(), before / 4);
  EXPECT_EQ((*blocks[64])[0], 'x');
}

}  // namespace
}  // namespace vedette::app
