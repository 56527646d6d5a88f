// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/objects.h"

#include <fmt/format.h>

#include <utility>

#include "merge/checkpoint/json.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kMostObjects = 2'000'000;  // of each kind; a tensor takes five sequences
constexpr std::size_t kHighestRank = 16;
constexpr std::size_t kMostArguments = 16;

// Where the arguments of torch's _rebuild_tensor functions stand.
constexpr std::size_t kStorage = 0;
constexpr std::size_t kOffset = 1;
constexpr std::size_t kSize = 2;
constexpr std::size_t kStride = 3;
constexpr std::size_t kDtype = 6;  // of version 3

template <class Items, class Item>
PickleValue added(Items& items, Item&& item, PickleKind kind) {
  if (items.size() == kMostObjects) throw PickleRefusal(fmt::format("more than {} objects", kMostObjects));
  items.push_back(std::forward<Item>(item));
  return {kind, static_cast<std::int64_t>(items.size() - 1)};
}

std::uint64_t natural(PickleValue value, std::string_view what) {
  if (value.kind != PickleKind::integer || value.number < 0) {
    throw PickleRefusal(fmt::format("{} is no integer from 0 on", what));
  }
  return static_cast<std::uint64_t>(value.number);
}

}  // namespace

PickleValue PickleMaker::text(std::string_view text) {
  constexpr std::size_t kMostTexts = 4 * kMostObjects;  // names, storage keys, devices
  if (objects_.texts.size() == kMostTexts) throw PickleRefusal(fmt::format("more than {} texts", kMostTexts));
  objects_.texts.push_back(text);
  return {PickleKind::text, static_cast<std::int64_t>(objects_.texts.size() - 1)};
}

PickleValue PickleMaker::sequence(PickleKind kind, std::vector<PickleValue> items) {
  return added(objects_.sequences, std::move(items), kind);
}

PickleValue PickleMaker::global(std::string_view module, std::string_view name) {
  const std::string full = fmt::format("{}.{}", module, name);
  const auto meaning = torch_name(full);
  if (!meaning) {
    throw PickleRefusal(fmt::format("the pickle wants to run {}: refused for safety", cited(full)));
  }
  return added(objects_.globals, PickledGlobal{*meaning, torch_dtype(full)}, PickleKind::global);
}

PickleValue PickleMaker::storage(PickleValue id) {
  constexpr std::size_t kParts = 5;
  if (id.kind != PickleKind::sequence || objects_.items(id).size() != kParts) {
    throw PickleRefusal("a persistent id that is no storage's");
  }
  const auto& parts = objects_.items(id);
  const bool named = parts[0].kind == PickleKind::text && objects_.text(parts[0]) == "storage" &&
                     parts[1].kind == PickleKind::global && parts[2].kind == PickleKind::text;
  if (!named) throw PickleRefusal("a persistent id that is no storage's");
  const PickledGlobal& type = objects_.globals[static_cast<std::size_t>(parts[1].number)];
  if (type.meaning != TorchName::storage) throw PickleRefusal("a storage of a type that is none");
  return added(
      objects_.storages,
      PickledStorage{type.dtype, objects_.text(parts[2]), natural(parts[4], "the size of a storage")},
      PickleKind::storage);
}

Shape PickleMaker::sizes(PickleValue value, std::string_view what) const {
  if (value.kind != PickleKind::sequence)
    throw PickleRefusal(fmt::format("{} of a tensor is no tuple", what));
  const auto& items = objects_.items(value);
  if (items.size() > kHighestRank)
    throw PickleRefusal(fmt::format("a tensor of more than {} dimensions", kHighestRank));
  Shape result;
  for (const PickleValue item : items) result.push_back(natural(item, what));
  return result;
}

PickleValue PickleMaker::tensor(const std::vector<PickleValue>& arguments, bool typed_last) {
  if (arguments.size() <= (typed_last ? kDtype : kStride))
    throw PickleRefusal("a tensor with too few arguments");
  if (arguments[kStorage].kind != PickleKind::storage) throw PickleRefusal("a tensor without a storage");
  PickledTensor tensor;
  tensor.storage = objects_.storages[static_cast<std::size_t>(arguments[kStorage].number)];
  std::optional<DType> dtype = tensor.storage.dtype;
  if (typed_last) {
    if (arguments[kDtype].kind != PickleKind::global) throw PickleRefusal("a tensor without a type");
    dtype = objects_.globals[static_cast<std::size_t>(arguments[kDtype].number)].dtype;
  }
  if (!dtype) throw PickleRefusal("a tensor of a type that is not known");
  tensor.dtype = *dtype;
  tensor.offset = natural(arguments[kOffset], "the offset of a tensor");
  tensor.shape = sizes(arguments[kSize], "the size");
  tensor.strides = sizes(arguments[kStride], "the stride");
  if (tensor.shape.size() != tensor.strides.size())
    throw PickleRefusal("a tensor whose numbers of axes and of strides differ");
  return added(objects_.tensors, std::move(tensor), PickleKind::tensor);
}

PickleValue PickleMaker::call(PickleValue callable, PickleValue arguments, bool reduce) {
  if (callable.kind != PickleKind::global || arguments.kind != PickleKind::sequence) {
    throw PickleRefusal("a call of something that is no function");
  }
  const TorchName meaning = objects_.globals[static_cast<std::size_t>(callable.number)].meaning;
  if (objects_.items(arguments).size() > kMostArguments)
    throw PickleRefusal("a call with too many arguments");
  const std::vector<PickleValue>& given = objects_.items(arguments);
  if (reduce != (meaning != TorchName::parameter))
    throw PickleRefusal("a call that torch.save does not make");
  switch (meaning) {
    case TorchName::ordered_dict:
      if (!given.empty()) throw PickleRefusal("an OrderedDict with arguments");
      return sequence(PickleKind::dict, {});
    case TorchName::rebuild_tensor:
      return tensor(given, false);
    case TorchName::rebuild_tensor_v3:
      return tensor(given, true);
    case TorchName::rebuild_parameter:
    case TorchName::parameter:
      if (given.empty() || given[0].kind != PickleKind::tensor)
        throw PickleRefusal("a parameter without a tensor");
      return given[0];
    case TorchName::size:
      if (given.size() != 1 || given[0].kind != PickleKind::sequence)
        throw PickleRefusal("a size that is no tuple");
      return given[0];
    default:
      throw PickleRefusal("a call of a type");
  }
}

}  // namespace tsugi::merge
