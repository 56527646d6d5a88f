// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a fuzz target is: the standard entry point, so that libFuzzer can drive it too, and for our driver the
// inputs to start from and the words of the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

/// Has returned when the reader took the bytes or refused them with InputError; all else ends the program.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tsugi::fuzz {

/// Valid inputs, each of which the target reads.
std::vector<std::string> corpus();
/// Pieces of the format that chance would hardly write.
std::span<const std::string_view> words();

/// How often a reader took what it was given.
inline std::uint64_t read_count = 0;

/// Calls a reader once. InputError is the one proper refusal; no other exception is caught.
template <class Read>
void attempt(Read&& read) {
  try {
    read();
    ++read_count;
  } catch (const InputError&) {
  }
}

inline std::string file_text(std::string_view path) {
  return tests::read_text(std::filesystem::path(TSUGI_ROOT) / path);
}

/// So that the sanitizer sees a view that leaves its buffer.
inline void touch(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const volatile std::byte* const first = bytes.data();
  static_cast<void>(first[0]);
  static_cast<void>(first[bytes.size() - 1]);
}

}  // namespace tsugi::fuzz
