// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The header of a GGUF file, read from bytes that nobody has looked at before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "merge/gguf/format.h"

namespace tsugi::merge::gguf {

struct Header {
  std::string file;  ///< path, for errors
  Metadata metadata;
  std::vector<TensorInfo> tensors;  ///< in the order of the file; all inside of it

  /// Null when there is no such key.
  const Value* find(std::string_view key) const;
  /// Nothing when there is no such key; InputError when it is of another kind.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::uint64_t> count(std::string_view key) const;  ///< any integer, not negative
  std::optional<double> real(std::string_view key) const;          ///< f32 by its shortest decimal
  std::optional<bool> flag(std::string_view key) const;
  const std::vector<std::string>* texts(std::string_view key) const;  ///< null without
};

/// Checks every count, length and offset against the file's size before it is used. Throws InputError naming
/// file and byte: no GGUF, another version, cut off, a key or tensor twice, a type that is not known, data
/// outside of the file or not where the format puts it.
Header parse(std::span<const std::byte> bytes, const std::string& file);

}  // namespace tsugi::merge::gguf
