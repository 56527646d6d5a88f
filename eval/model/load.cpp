// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/load.h"

#include <map>

namespace tsugi::eval {
namespace {

DType most_stored(const merge::MergePlan& plan) {
  std::map<DType, std::size_t> bytes_of;
  for (const merge::PlannedTensor& tensor : plan.tensors) {
    if (is_float(tensor.output.dtype)) {
      bytes_of[tensor.output.dtype] += merge::elements(tensor.output.shape) * bytes(tensor.output.dtype);
    }
  }
  DType best = DType::F32;
  std::size_t most = 0;
  for (const auto& [type, count] : bytes_of) {
    if (count > most) {
      best = type;
      most = count;
    }
  }
  return best;
}

}  // namespace

Residence choose_residence(const merge::MergePlan& plan, std::optional<DType> wanted) {
  const DType storage = wanted.value_or(most_stored(plan)) == DType::BF16 ? DType::BF16 : DType::F32;
  return {storage, choose_compute(storage)};
}

PlannedModel describe_model(const merge::MergePlan& plan) {
  const recipes::Architecture& architecture = architecture_of(plan.config);
  return {&architecture, model_shape(architecture, plan.config)};
}

std::unique_ptr<ResidentWeights> load_weights(const merge::MergePlan& plan, const Residence& residence,
                                              const merge::ExecuteOptions& options) {
  const PlannedModel model = describe_model(plan);
  for (const auto& input : plan.inputs)
    check_shapes(*model.architecture, model_shape(*model.architecture, input->config()), *input);
  auto weights = std::make_unique<ResidentWeights>(*model.architecture, model.shape, residence.storage,
                                                   residence.compute);
  merge::execute(plan, *weights, options);
  weights->check_complete();
  return weights;
}

}  // namespace tsugi::eval
