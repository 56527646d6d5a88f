// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/torch_names.h"

#include <algorithm>
#include <array>

namespace tsugi::merge {
namespace {

struct Name {
  std::string_view text;
  TorchName meaning;
};

constexpr std::array kNames{
    Name{"collections.OrderedDict", TorchName::ordered_dict},
    Name{"torch._utils._rebuild_tensor", TorchName::rebuild_tensor},
    Name{"torch._utils._rebuild_tensor_v2", TorchName::rebuild_tensor},
    Name{"torch._utils._rebuild_tensor_v3", TorchName::rebuild_tensor_v3},
    Name{"torch._utils._rebuild_parameter", TorchName::rebuild_parameter},
    Name{"torch.nn.parameter.Parameter", TorchName::parameter},
    Name{"torch.Size", TorchName::size},
    Name{"torch.storage.UntypedStorage", TorchName::storage},
    Name{"torch.storage.TypedStorage", TorchName::storage},
};

struct Type {
  std::string_view text;
  DType type;
};

constexpr std::array kStorages{
    Type{"torch.DoubleStorage", DType::F64}, Type{"torch.FloatStorage", DType::F32},
    Type{"torch.HalfStorage", DType::F16},   Type{"torch.BFloat16Storage", DType::BF16},
    Type{"torch.LongStorage", DType::I64},   Type{"torch.IntStorage", DType::I32},
    Type{"torch.ShortStorage", DType::I16},  Type{"torch.CharStorage", DType::I8},
    Type{"torch.ByteStorage", DType::U8},    Type{"torch.BoolStorage", DType::Bool},
};

constexpr std::array kTypes{
    Type{"torch.float64", DType::F64},
    Type{"torch.float32", DType::F32},
    Type{"torch.float16", DType::F16},
    Type{"torch.bfloat16", DType::BF16},
    Type{"torch.int64", DType::I64},
    Type{"torch.int32", DType::I32},
    Type{"torch.int16", DType::I16},
    Type{"torch.int8", DType::I8},
    Type{"torch.uint8", DType::U8},
    Type{"torch.uint16", DType::U16},
    Type{"torch.uint32", DType::U32},
    Type{"torch.uint64", DType::U64},
    Type{"torch.bool", DType::Bool},
    Type{"torch.float8_e4m3fn", DType::F8_E4M3},
    Type{"torch.float8_e5m2", DType::F8_E5M2},
};

template <class Rows>
auto find(const Rows& rows, std::string_view name) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.text == name; });
}

}  // namespace

std::optional<TorchName> torch_name(std::string_view name) {
  if (const auto found = find(kNames, name); found != kNames.end()) return found->meaning;
  if (find(kStorages, name) != kStorages.end()) return TorchName::storage;
  if (find(kTypes, name) != kTypes.end()) return TorchName::dtype;
  return std::nullopt;
}

std::optional<DType> torch_dtype(std::string_view name) {
  if (const auto found = find(kStorages, name); found != kStorages.end()) return found->type;
  if (const auto found = find(kTypes, name); found != kTypes.end()) return found->type;
  return std::nullopt;
}

}  // namespace tsugi::merge
