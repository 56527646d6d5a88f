// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The end of a large mapping of a file.
#pragma once

#include <cstddef>

namespace tsugi::merge {

/// munmap() of a shared mapping of a file, with the threads of the surrounding pool: of 2 GB one thread takes
/// 50 to 90 ms to forget the pages. Nothing else may use the mapping. Never fails.
void unmap(void* start, std::size_t size) noexcept;

}  // namespace tsugi::merge
