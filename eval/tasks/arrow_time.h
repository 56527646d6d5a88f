// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Texts that Arrow's reader of JSON takes for times: a date, "2024-01-02", or one with a time of day behind a
// space or a T, "03", "03:04" or "03:04:05", behind which a zone may stand: "Z", "+01", "+0100" or "+01:00".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tsugi::eval {

/// str() of the datetime that Python makes of it, in UTC and without a zone: "2024-01-02 03:04:05". None for
/// other texts and for what lies before the year 1 or behind 9999, of which Python has no datetime.
std::optional<std::string> arrow_time(std::string_view text);

}  // namespace tsugi::eval
