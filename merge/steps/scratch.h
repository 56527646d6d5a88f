// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Room for what a step keeps during one tile. Methods are pure, and tiles come by the thousand: the room
// belongs to the thread and is reused, so that no tile allocates.
#pragma once

#include <cstddef>
#include <span>

namespace tsugi::merge::steps {

/// One buffer each; two uses of the same purpose at one time would overwrite each other.
enum class Purpose { delta, other_delta, deltas, votes, weights, count };

/// `size` floats of unspecified value, valid until this thread asks for the same purpose again.
std::span<float> scratch(Purpose purpose, std::size_t size);

}  // namespace tsugi::merge::steps
