// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// In every test program: what it, and the programs it starts, would keep in the user's state goes into a
// folder of its own that is removed at the end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/support/temporary_folder.h"

namespace tsugi::tests {
namespace {

class StateFolder : public testing::Environment {
 public:
  void SetUp() override {
    folder_.emplace();
    setenv("XDG_STATE_HOME", folder_->path().c_str(), 1);
  }
  void TearDown() override { folder_.reset(); }

 private:
  std::optional<TemporaryFolder> folder_;
};

const auto* const kStateFolder = testing::AddGlobalTestEnvironment(new StateFolder);  // GoogleTest deletes it

}  // namespace
}  // namespace tsugi::tests
