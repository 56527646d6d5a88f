// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Stores past the caches.
#pragma once

#include <cstddef>
#include <span>

namespace tsugi::merge {

/// Outputs from this size on are out of most caches before anyone reads them: storing past the caches saves
/// reading what is overwritten, a third of a copy's traffic.
inline constexpr std::size_t kStreamedFrom = std::size_t{1} << 28;

/// memcpy for bytes that are not read again soon. Other threads see them once this one has synchronised with
/// them, as with any store.
void store_past_caches(std::span<const std::byte> from, std::byte* to);

}  // namespace tsugi::merge
