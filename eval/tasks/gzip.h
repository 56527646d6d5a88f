// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Files that gzip made, read with bounded memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace tsugi::eval {

/// Most text that a compressed data file may hold. The largest data sets of tasks have a tenth of it as JSON
/// lines, and a file of a megabyte can hold as much of nothing.
constexpr std::size_t kMostUnzipped = std::size_t{1} << 30;

/// What the file holds, all members of it one after the other. Throws InputError for what is no gzip, is cut
/// short or broken, and for more than `most` bytes, before they are in memory.
std::string read_gzip(const std::filesystem::path& file, std::size_t most = kMostUnzipped);

}  // namespace tsugi::eval
