// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/tensor_case.h"

#include <algorithm>

namespace tsugi::merge {

TensorCase case_of(const PlannedTensor& tensor, std::uint64_t seed) {
  return {.name = tensor.output.name,
          .shape = tensor.output.shape,
          .elements = elements(tensor.output.shape),
          .models = tensor.models.size(),
          .has_base = tensor.base != nullptr,
          .settings = &tensor.settings,
          .seed = seed};
}

bool read_by_rows(const PlannedTensor& tensor) {
  const auto by_rows = [](const TensorView* view) { return view != nullptr && view->rows != nullptr; };
  return by_rows(tensor.base) || std::any_of(tensor.models.begin(), tensor.models.end(), by_rows);
}

Tiling tiling_of(const PlannedTensor& tensor, const TensorCase& given) {
  Cut cut = Cut::anywhere;
  if (tensor.method != nullptr && tensor.method->cut != nullptr) cut = tensor.method->cut(given);
  if (cut == Cut::anywhere && read_by_rows(tensor)) cut = Cut::rows;
  return Tiling(tensor.output, cut);
}

}  // namespace tsugi::merge
