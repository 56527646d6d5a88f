// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/input_error.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

using merge::MergeMemory;
using testing::HasSubstr;

constexpr std::uint64_t kMega = 1'000'000;

// A plan of one tensor of a shape; nothing of it is ever read.
struct Shaped {
  MemoryTensor stored{"w", {1}, {0.0F}};
  merge::MergePlan plan;

  Shaped(const std::string& method, merge::Shape shape) : plan(plan_of({})) {
    merge::PlannedTensor planned;
    planned.output.name = "w";
    planned.output.shape = std::move(shape);
    planned.method = merge::find_method(method);
    planned.base = planned.method->traits.base == merge::Base::required ? &stored.view : nullptr;
    planned.models = {&stored.view, &stored.view};
    planned.settings = settings_of(*planned.method, {}, {{{"weight", 1}}, {{"weight", 1}}});
    plan.tensors.push_back(planned);
  }
};

TEST(MergeMemory, DoesNotGrowWithTheRowsOfATensor) {
  const Shaped small("linear", {1 << 10, 4096});
  const Shaped large("linear", {1 << 24, 4096});  // 256 GB of f32
  EXPECT_EQ(merge::memory_of(small.plan.tensors[0], 0).thread,
            merge::memory_of(large.plan.tensors[0], 0).thread);
  const MergeMemory memory = divide_memory(large.plan, 100 * kMega, 2, 10 * kMega);
  EXPECT_EQ(memory.threads, 2U);
  EXPECT_LE(memory.needed, 100 * kMega);
}

TEST(MergeMemory, FewerThreadsWhereItIsScarce) {
  const Shaped wide("linear", {1 << 22});  // a vector is one row, written as one: 16 MB
  const std::uint64_t each = merge::memory_of(wide.plan.tensors[0], 0).thread;
  EXPECT_GE(each, std::uint64_t{1} << 24);
  const MergeMemory roomy = divide_memory(wide.plan, 100'000 * kMega, 8, 0);
  EXPECT_EQ(roomy.threads, 8U);
  const MergeMemory tight = divide_memory(wide.plan, 3 * each + 40 * kMega, 8, 0);
  EXPECT_EQ(tight.threads, 3U);
  EXPECT_LE(tight.needed, 3 * each + 40 * kMega);
}

// The limit that the message asks for is enough, and one megabyte less is not.
TEST(MergeMemory, TheCureIsTheSmallestThatWorks) {
  for (const char* method : {"linear", "ties"}) {
    const Shaped wide(method, {1 << 22});
    const auto divide = [&](std::uint64_t mega) {
      return message_of([&] { divide_memory(wide.plan, mega * kMega, 2, 7 * kMega); });
    };
    const std::string message = divide(1);
    EXPECT_THAT(message, HasSubstr("--max-memory: 1 MB are too little for tensor 'w'"));
    const std::size_t begin = message.find("at least ") + 9;
    const std::uint64_t least = std::stoull(message.substr(begin));
    EXPECT_EQ(divide(least), "no error");
    EXPECT_THAT(divide(least - 1), HasSubstr("too little"));
  }
}

TEST(MergeMemory, SmallTensorsWaitInsideTheLimit) {
  Shaped many("ties", {16, 64});
  for (int i = 0; i < 9999; ++i) many.plan.tensors.push_back(many.plan.tensors.front());
  const std::uint64_t each = merge::memory_of(many.plan.tensors[0], 0).kept;
  ASSERT_GT(each, 0U);
  EXPECT_EQ(divide_memory(many.plan, 4000 * kMega, 2, 0).kept_at_once, 10'000 * each);
  const MergeMemory tight = divide_memory(many.plan, 26 * kMega, 1, 0);
  EXPECT_GE(tight.kept_at_once, each);
  EXPECT_LE(tight.needed, 26 * kMega);
}

// Tensors of many groups run side by side too: together they keep what the limit has room for.
TEST(MergeMemory, LargeTensorsWaitInsideTheLimit) {
  Shaped many("ties", {1 << 14, 1 << 12});
  const merge::TensorMemory one = merge::memory_of(many.plan.tensors[0], 0);
  const std::uint64_t each = one.beside_threads();
  EXPECT_EQ(each, one.kept + one.shared);
  EXPECT_GT(one.shared, 0U);
  for (int i = 0; i < 99; ++i) many.plan.tensors.push_back(many.plan.tensors.front());
  EXPECT_EQ(divide_memory(many.plan, 100'000 * kMega, 2, 0).kept_at_once, 100 * each);
  const MergeMemory tight = divide_memory(many.plan, 5 * each, 2, 0);
  EXPECT_GE(tight.kept_at_once, each);
  EXPECT_LT(tight.kept_at_once, 5 * each);
  EXPECT_LE(tight.needed, 5 * each);
}

TEST(MergeMemory, ThisProcessHasPrivateMemory) {
  const std::uint64_t before = merge::private_memory();
  EXPECT_GT(before, 100'000U);
  const std::vector<char> more(20 * kMega, 1);
  EXPECT_GE(merge::private_memory(), before + 19 * kMega);
  EXPECT_EQ(more.back(), 1);
}

}  // namespace
}  // namespace tsugi::tests
