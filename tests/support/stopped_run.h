// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What is left of a run that died, and whether what came of it is what should.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

/// What a process that died left of the finished `run` after the first records of its journal.
inline void leave(const std::filesystem::path& run, std::size_t records, const std::filesystem::path& copy) {
  const evolve::Records all = evolve::read_records(run / "journal");
  std::string text;
  for (std::size_t i = 0; i < records; ++i) text += evolve::record_line(all.payloads.at(i));
  std::filesystem::create_directories(evolve::partial_of(copy));
  std::filesystem::copy(run / "search.yaml", evolve::partial_of(copy));
  evolve::write_whole(evolve::partial_of(copy) / "journal", text);
}

inline void expect_same_runs(const std::filesystem::path& one, const std::filesystem::path& other) {
  for (const char* file :
       {"archive.h5", "result.json", "search.yaml", "winner.yaml", "winner/model.safetensors"}) {
    EXPECT_TRUE(read_text(one / file) == read_text(other / file)) << file;
    EXPECT_FALSE(read_text(one / file).empty()) << file;
  }
}

}  // namespace tsugi::tests
