// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Against the bytes of TensorBoard's own writer (tests/peers/record_events.py).
#include "evolve/trackers/event_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "evolve/trackers/tensorboard.h"
#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using nlohmann::json;

json recorded() {
  return json::parse(tests::read_text(TSUGI_ROOT "/tests/golden/events.json"));
}

std::string hex(const std::string& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return text;
}

TEST(EventRecord, TheVersionIsThePeers) {
  const json version = recorded()["version"];
  EXPECT_EQ(hex(framed_record(version_event(version["wall_time"]))), version["record"]);
}

TEST(EventRecord, ScalarsAreThePeers) {
  const json cases = recorded()["scalars"];
  ASSERT_EQ(cases.size(), 3U);
  for (const json& one : cases) {
    const std::uint64_t step = one["step"];
    std::vector<Metric> metrics;
    for (const json& value : one["values"])
      metrics.push_back({.name = value[0], .value = value[1], .step = step});
    EXPECT_EQ(hex(framed_record(scalars_event(one["wall_time"], step, metrics))), one["record"]) << one;
  }
}

TEST(TensorBoard, EveryCallIsInTheFileWhenItReturns) {
  const tests::TemporaryFolder folder;
  const auto tracker = track_by_tensorboard(folder / "deep/events", nullptr);
  std::filesystem::path file;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "deep/events")) file = entry.path();
  EXPECT_THAT(file.filename().string(), testing::StartsWith("events.out.tfevents."));
  const std::size_t version = framed_record(version_event(1)).size();
  EXPECT_EQ(std::filesystem::file_size(file), version);
  const std::vector<Metric> metrics = {{"a", 1, 1}, {"b", 2, 1}, {"a", 3, 2}};
  tracker->add(metrics);
  // A record for each step; times have a fixed width.
  const std::size_t first = framed_record(scalars_event(1, 1, std::span(metrics).first(2))).size();
  const std::size_t second = framed_record(scalars_event(1, 2, std::span(metrics).last(1))).size();
  EXPECT_EQ(std::filesystem::file_size(file), version + first + second);
}

TEST(TensorBoard, AFolderThatCannotBeMadeIsAnInputError) {
  const tests::TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_THROW(track_by_tensorboard(folder / "file/events", nullptr), InputError);
}

}  // namespace
}  // namespace tsugi::evolve
