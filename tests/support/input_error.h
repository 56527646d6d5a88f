// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The one line that a user would read.
#pragma once

#include <string>

#include "recipes/error.h"

namespace tsugi::tests {

/// The message of the InputError that `action` throws; "no error" when it throws none. Other exceptions pass
/// through.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tsugi::tests
