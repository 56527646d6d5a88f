// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/version.h"

namespace tsugi::merge {

std::string_view tool_version() {
  return TSUGI_VERSION;
}

}  // namespace tsugi::merge
