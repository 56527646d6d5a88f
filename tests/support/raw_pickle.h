// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Pickles in pieces, as torch.save writes them, so that tests can break any rule of theirs.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "tests/support/raw_zip.h"

namespace tsugi::tests {

/// SHORT_BINUNICODE.
inline std::string str(const std::string& text) {
  return std::string("\x8c") + little(static_cast<std::uint8_t>(text.size())) + text;
}
inline std::string num(int value) {
  return std::string("J") + little(value);
}
inline std::string global(const std::string& module, const std::string& name) {
  return fmt::format("c{}\n{}\n", module, name);
}
inline std::string tuple(const std::string& items) {
  return fmt::format("({}t", items);
}
inline std::string storage(const std::string& type, const std::string& key, int size) {
  return tuple(str("storage") + global("torch", type) + str(key) + str("cpu") + num(size)) + "Q";
}
inline std::string tensor(const std::string& held, int offset, const std::string& size,
                          const std::string& stride) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(held + num(offset) + tuple(size) + tuple(stride) + "\x89" +
               global("collections", "OrderedDict") + ")R") +
         "R";
}
inline std::string dict(const std::string& items) {
  return fmt::format("}}({}u", items);
}

}  // namespace tsugi::tests
