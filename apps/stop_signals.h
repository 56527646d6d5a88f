// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a wish to stop that long work looks at.
#pragma once

namespace tsugi::apps {

/// While one exists, the first of these signals is kept for arrived() and a second one ends the process as
/// ever. A signal that is ignored (as for jobs in the background) stays so. Writes past a limit on the size
/// of files fail instead of ending the process (SIGXFSZ). At most one exists at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From any thread.
  bool arrived() const;
};

}  // namespace tsugi::apps
