// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Recognises what people give in place of a safetensors file, by its first bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tsugi::merge {

/// Something else than safetensors: what it is, and what to do about it.
struct ForeignKind {
  std::string_view what;
  std::string_view cure;
  bool absent = false;  ///< it stands for a file, of whatever kind, that was not downloaded
};

/// Looks at the first bytes only. Nothing when they tell nothing. A safetensors file may begin with any bytes
/// (they are a length), so ask only about a file that has proved not to be one.
std::optional<ForeignKind> foreign_kind(std::span<const std::byte> file);

}  // namespace tsugi::merge
