// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/fp8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/scaled_rows.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kConfigKey = "quantization_config";
constexpr std::string_view kUseOriginal = "use the original, unquantised weights";
constexpr std::string_view kComplete =
    "download the checkpoint again, or use the original, unquantised weights";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_f8(DType type) {
  return type == DType::F8_E4M3 || type == DType::F8_E5M2;
}

std::string_view reason_against(std::string_view method) {
  if (method == "gptq" || method == "awq") return "its weights are packed integers with zero points";
  if (method == "bitsandbytes") return "its weights are codes that bitsandbytes alone takes apart";
  if (method == "mxfp4") return "its weights are 4-bit floats in blocks";
  return "only 8-bit floats with scales are read";
}

// Sizes of a block along the last two axes of a weight; zero where the configuration gives none.
struct Block {
  std::size_t rows = 0;
  std::size_t columns = 0;
  bool operator==(const Block&) const = default;
};

class BlockReader {
 public:
  explicit BlockReader(const ModelConfig& config) : file_(config.file()) {
    const Json* settings = config.find(kConfigKey);
    if (settings == nullptr || !settings->is_object()) return;
    add(*settings, "weight_block_size");
    const auto groups = settings->find("config_groups");
    if (groups == settings->end() || !groups->is_object()) return;
    for (const auto& [name, group] : groups->items()) {
      const auto weights = group.is_object() ? group.find("weights") : group.end();
      if (weights != group.end() && weights->is_object()) add_group(*weights);
    }
  }

  const Block& block() const { return block_; }

 private:
  void add_group(const Json& weights) {
    add(weights, "block_structure");
    const auto size = weights.find("group_size");
    if (size == weights.end() || !size->is_number_unsigned() || size->get<std::size_t>() == 0) return;
    set({1, size->get<std::size_t>()});
  }

  void add(const Json& object, const char* key) {
    const auto sizes = object.find(key);
    if (sizes == object.end() || sizes->is_null()) return;
    const auto positive = [](const Json& size) {
      return size.is_number_unsigned() && size.get<std::size_t>() > 0;
    };
    if (!sizes->is_array() || sizes->size() != 2 || !positive(sizes->at(0)) || !positive(sizes->at(1))) {
      throw InputError(file_,
                       fmt::format("{} of {} is {}, expected two positive integers", key, kConfigKey,
                                   cited(sizes->dump())),
                       "download config.json again");
    }
    set({sizes->at(0).get<std::size_t>(), sizes->at(1).get<std::size_t>()});
  }

  void set(Block block) {
    if (block_ != Block{} && block_ != block) {
      throw InputError(file_,
                       fmt::format("{} gives blocks of [{}, {}] and of [{}, {}]", kConfigKey, block_.rows,
                                   block_.columns, block.rows, block.columns),
                       kUseOriginal);
    }
    block_ = block;
  }

  const std::string& file_;
  Block block_;
};

class Dequantiser {
 public:
  Dequantiser(const ModelConfig& config, std::vector<TensorView>& tensors, const std::string& weights)
      : tensors_(tensors), weights_(weights), block_(BlockReader(config).block()) {
    if (const auto type = config.dtype(); type && is_float(*type)) dtype_ = *type;
    for (std::size_t i = 0; i < tensors.size(); ++i) place_.emplace(tensors[i].name, i);
  }

  void run() {
    for (TensorView& tensor : tensors_) {
      if (is_f8(tensor.dtype)) dequantise(tensor);
    }
  }

  const std::set<std::string>& used() const { return used_; }

 private:
  void dequantise(TensorView& tensor) {
    const TensorView* inverse = find(tensor.name + "_scale_inv");
    const TensorView* plain = find(tensor.name + "_scale");
    if (inverse != nullptr && plain != nullptr) {
      refuse(tensor, fmt::format("has two scales, {} and {}", cited(inverse->name), cited(plain->name)),
             kUseOriginal);
    }
    const TensorView* const scale = inverse != nullptr ? inverse : plain;
    if (scale == nullptr) {
      refuse(tensor,
             fmt::format("has type {}, which cannot be merged without a scale, {} or {}", name(tensor.dtype),
                         cited(tensor.name + "_scale_inv"), cited(tensor.name + "_scale")),
             kComplete);
    }
    if (!is_float(scale->dtype) && scale->dtype != DType::F8_E8M0) {
      refuse(*scale, fmt::format("has type {}, expected a floating one for a scale", name(scale->dtype)),
             kUseOriginal);
    }
    TensorView scales = *scale;
    scales.shape = aligned(*scale, tensor);
    Shape blocks = blocks_of(tensor, scales);
    used_.insert(scale->name);
    tensor.rows = std::make_shared<ScaledRows>(tensor, std::move(scales), std::move(blocks));
    tensor.bytes = {};
    tensor.dtype = dtype_;
  }

  // A scale's shape with the tensor's number of axes: one value for all, or [out] as [out, 1].
  Shape aligned(const TensorView& scale, const TensorView& tensor) const {
    const std::size_t rank = tensor.shape.size();
    if (elements(scale.shape) == 1) return Shape(rank, 1);
    if (scale.shape.size() == rank) return scale.shape;
    if (scale.shape.size() + 1 == rank &&
        std::equal(scale.shape.begin(), scale.shape.end(), tensor.shape.begin())) {
      Shape shape = scale.shape;
      shape.push_back(1);
      return shape;
    }
    refuse_shape(scale, tensor);
  }

  Shape blocks_of(const TensorView& tensor, const TensorView& scales) const {
    const std::size_t rank = tensor.shape.size();
    Shape blocks;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const std::size_t size = tensor.shape[axis];
      const std::size_t count = scales.shape[axis];
      const std::size_t block = axis + 1 == rank ? block_.columns : axis + 2 == rank ? block_.rows : 0;
      if (block > 0 && count == size / block + (size % block == 0 ? 0 : 1)) {
        blocks.push_back(
            std::clamp<std::size_t>(size, 1, block));  // no larger than the axis: sums stay small
      } else if (count == 1 || count == size) {
        blocks.push_back(count == 1 ? std::max<std::size_t>(size, 1) : 1);
      } else if (block == 0 && axis + 2 >= rank) {
        refuse(scales,
               fmt::format("is {} for blocks of {}, and config.json has no weight_block_size",
                           text(find(scales.name)->shape), text(tensor.shape)),
               "download config.json again");
      } else {
        refuse_shape(scales, tensor);
      }
    }
    return blocks;
  }

  const TensorView* find(const std::string& name) const {
    const auto found = place_.find(name);
    return found == place_.end() ? nullptr : &tensors_[found->second];
  }

  [[noreturn]] void refuse_shape(const TensorView& scale, const TensorView& tensor) const {
    const std::string blocks =
        block_ == Block{} ? "" : fmt::format(" in blocks of [{}, {}]", block_.rows, block_.columns);
    refuse(scale,
           fmt::format("is {}, which does not fit {} of {}{}", text(find(scale.name)->shape),
                       cited(tensor.name), text(tensor.shape), blocks),
           kComplete);
  }
  [[noreturn]] void refuse(const TensorView& tensor, const std::string& what, std::string_view cure) const {
    throw InputError(weights_, fmt::format("tensor {} {}", cited(tensor.name), what), cure);
  }

  std::vector<TensorView>& tensors_;
  const std::string& weights_;
  Block block_;
  DType dtype_ = DType::BF16;
  std::map<std::string, std::size_t> place_;
  std::set<std::string> used_;
};

// What the quantised layers scale besides weights: nothing that a merge reads.
bool is_activation_scale(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kEndings{
      ".input_scale",  ".input_scale_inv", ".input_scale_ub", ".activation_scale",
      ".output_scale", ".k_scale",         ".v_scale"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view end) { return ends_with(name, end); });
}

}  // namespace

void refuse_quantised(const ModelConfig& config) {
  const Json* quantised = config.find(kConfigKey);
  if (quantised == nullptr) return;
  static constexpr std::array<std::string_view, 4> kRead{"fp8", "fbgemm_fp8", "compressed-tensors",
                                                         "modelopt"};
  std::string method;
  if (quantised->is_object() && quantised->contains("quant_method") &&
      quantised->at("quant_method").is_string()) {
    method = quantised->at("quant_method").get<std::string>();
  }
  if (std::find(kRead.begin(), kRead.end(), method) != kRead.end()) return;
  throw InputError(config.file(),
                   fmt::format("quantised checkpoint: {} has quant_method {}; {}", kConfigKey,
                               method.empty() ? "of unknown kind" : cited(method), reason_against(method)),
                   kUseOriginal);
}

void dequantise_f8(ModelConfig& config, std::vector<TensorView>& tensors, const std::string& weights,
                   std::vector<std::string>& notes) {
  const bool any =
      std::any_of(tensors.begin(), tensors.end(), [](const TensorView& t) { return is_f8(t.dtype); });
  if (!any) return config.erase(kConfigKey);
  Dequantiser dequantiser(config, tensors, weights);
  dequantiser.run();
  std::size_t others = 0;
  std::erase_if(tensors, [&](const TensorView& tensor) {
    if (dequantiser.used().count(tensor.name) != 0) return true;
    const bool drop = is_activation_scale(tensor.name);
    others += drop ? 1 : 0;
    return drop;
  });
  config.erase(kConfigKey);
  if (others > 0) notes.push_back(fmt::format("{}: {} scales of activations are not used", weights, others));
}

}  // namespace tsugi::merge
