// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the names of a pickle make of their arguments: dicts, storages and tensors, all of them plain data.
#pragma once

#include <stdexcept>
#include <string_view>
#include <vector>

#include "merge/checkpoint/pickle/pickle_values.h"

namespace tsugi::merge {

/// What is wrong with a pickle, without the place.
class PickleRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Adds to `objects`. Every function throws PickleRefusal for what a state dict does not have.
class PickleMaker {
 public:
  explicit PickleMaker(PickleObjects& objects) : objects_(objects) {}

  PickleValue text(std::string_view text);
  PickleValue sequence(PickleKind kind, std::vector<PickleValue> items);
  /// A name of `module`; only those of torch_names.h.
  PickleValue global(std::string_view module, std::string_view name);
  /// ('storage', type, key, device, number of elements)
  PickleValue storage(PickleValue id);
  /// What callable(*arguments) stands for; `reduce`: by REDUCE, not NEWOBJ.
  PickleValue call(PickleValue callable, PickleValue arguments, bool reduce);

 private:
  PickleValue tensor(const std::vector<PickleValue>& arguments, bool typed_last);
  Shape sizes(PickleValue value, std::string_view what) const;

  PickleObjects& objects_;
};

}  // namespace tsugi::merge
