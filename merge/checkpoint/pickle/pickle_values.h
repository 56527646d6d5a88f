// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a pickle of tensors holds, as plain data. Values are small and refer to each other by number, so that
// even a hostile pickle makes no deep structure and no cycle that anybody would have to free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/pickle/torch_names.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  real,
  text,      ///< number: in texts
  sequence,  ///< tuple, list or set; number: in sequences
  dict,      ///< keys and values by turns; number: in sequences
  global,    ///< a name of Python's; number: in globals
  storage,   ///< number: in storages
  tensor,    ///< number: in tensors
  mark       ///< of the interpreter's stack
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t number = 0;
};

/// A name that a pickle may use.
struct PickledGlobal {
  TorchName meaning = TorchName::dtype;
  std::optional<DType> dtype;  ///< of a storage or a type
};

/// Elements that tensors share.
struct PickledStorage {
  std::optional<DType> dtype;  ///< nothing for bytes of no type
  std::string_view key;        ///< names the archive's entry
  std::uint64_t size = 0;      ///< in elements, or in bytes without a type
};

struct PickledTensor {
  PickledStorage storage;
  DType dtype = DType::F32;
  std::uint64_t offset = 0;  ///< in elements
  Shape shape;
  Shape strides;  ///< in elements
};

/// Everything that a pickle made. Texts view the pickle.
struct PickleObjects {
  std::vector<std::string_view> texts;
  std::vector<std::vector<PickleValue>> sequences;
  std::vector<PickledGlobal> globals;
  std::vector<PickledStorage> storages;
  std::vector<PickledTensor> tensors;
  PickleValue result;

  std::string_view text(PickleValue value) const { return texts[static_cast<std::size_t>(value.number)]; }
  const std::vector<PickleValue>& items(PickleValue value) const {
    return sequences[static_cast<std::size_t>(value.number)];
  }
};

}  // namespace tsugi::merge
