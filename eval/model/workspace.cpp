// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/workspace.h"

namespace tsugi::eval {

void Workspaces::GiveBack::operator()(Workspace* workspace) const {
  std::unique_ptr<Workspace> owned(workspace);
  const std::lock_guard lock(owner->mutex_);
  owner->idle_.push_back(std::move(owned));
}

Workspaces::Lease Workspaces::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return {std::make_unique<Workspace>().release(), {this}};
  std::unique_ptr<Workspace> workspace = std::move(idle_.back());
  idle_.pop_back();
  return {workspace.release(), {this}};
}

}  // namespace tsugi::eval
