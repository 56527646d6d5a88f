// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Folded scalars that keep the line feeds at their end (">+"), of which yaml-cpp 0.7 loses one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tsugi::eval {

/// `value`, read from the scalar that begins at text[at], with as many line feeds at its end as PyYAML gives
/// it. Unchanged when something else stands there.
std::string with_kept_ends(std::string value, std::string_view text, std::size_t at);

}  // namespace tsugi::eval
