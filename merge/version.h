// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which Tsugi this is, for what is written into outputs.
#pragma once

#include <string_view>

namespace tsugi::merge {

/// "0.1.0"
std::string_view tool_version();

}  // namespace tsugi::merge
