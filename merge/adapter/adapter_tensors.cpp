// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/adapter_tensors.h"

#include <fmt/format.h>

#include <string_view>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::string_view kSaveAgain = "save the adapter again with PEFT's save_pretrained";

bool strip_start(std::string& text, std::string_view start) {
  if (text.rfind(start, 0) != 0) return false;
  text.erase(0, start.size());
  return true;
}

bool strip_end(std::string& text, std::string_view end) {
  if (text.size() < end.size() || text.compare(text.size() - end.size(), end.size(), end) != 0) return false;
  text.erase(text.size() - end.size());
  return true;
}

// Takes one part out of a dotted name.
void strip_part(std::string& text, std::string_view part) {
  const std::size_t at = text.find(fmt::format(".{}.", part));
  if (at != std::string::npos) text.erase(at, part.size() + 1);
  strip_end(text, fmt::format(".{}", part));
}

class Sorter {
 public:
  Sorter(const std::vector<TensorView>& tensors, const std::string& file) : tensors_(tensors), file_(file) {}

  AdapterTensors sort() {
    for (const TensorView& tensor : tensors_) add(tensor);
    for (const auto& [module, found] : result_.modules) check(module, found);
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(file_, what, kSaveAgain); }

  void add(const TensorView& tensor) {
    if (tensor.name.find(".original_module.") != std::string::npos) return;  // the base's own
    if (!is_float(tensor.dtype)) {
      refuse(fmt::format("tensor {} has type {}, expected F32, F16, BF16 or F64", cited(tensor.name),
                         name(tensor.dtype)));
    }
    std::string key = tensor.name;
    strip_start(key, "base_model.model.");
    const bool factor = key.find(".lora_") != std::string::npos;
    if (factor) strip_part(key, "default");  // the adapter's name, in files that PEFT did not write itself
    if (factor ? add_factor(key, tensor) : add_replacement(key, tensor)) return;
    refuse(fmt::format("tensor {} is none that a LoRA adapter has", cited(tensor.name)));
  }

  bool add_factor(std::string key, const TensorView& tensor) {
    struct Row {
      std::string_view ending;
      const TensorView* AdapterModule::*place;
      bool embedding;
    };
    static constexpr Row kRows[] = {{".lora_A.weight", &AdapterModule::a, false},
                                    {".lora_B.weight", &AdapterModule::b, false},
                                    {".lora_B.bias", &AdapterModule::bias, false},
                                    {".lora_embedding_A", &AdapterModule::a, true},
                                    {".lora_embedding_B", &AdapterModule::b, true},
                                    {".lora_magnitude_vector", &AdapterModule::magnitude, false},
                                    {".lora_magnitude_vector.weight", &AdapterModule::magnitude, false}};
    for (const Row& row : kRows) {
      if (!strip_end(key, row.ending)) continue;
      AdapterModule& module = result_.modules[key];
      if (module.*row.place != nullptr) {
        refuse(fmt::format("{} and {} are the same part of {}", cited((module.*row.place)->name),
                           cited(tensor.name), cited(key)));
      }
      module.*row.place = &tensor;
      module.embedding |= row.embedding;
      return true;
    }
    return false;
  }

  bool add_replacement(std::string key, const TensorView& tensor) {
    if (key.find(".token_adapter.") != std::string::npos ||
        key.find("trainable_tokens_") != std::string::npos) {
      return false;
    }
    strip_part(key, "modules_to_save");
    strip_part(key, "base_layer");
    if (key.find(".default.") != std::string::npos) strip_part(key, "default");
    const auto [there, fresh] = result_.replacements.emplace(key, &tensor);
    if (!fresh) {
      refuse(fmt::format("{} and {} both stand for {}", cited(there->second->name), cited(tensor.name),
                         cited(key)));
    }
    return true;
  }

  void check(const std::string& module, const AdapterModule& found) const {
    if (found.a == nullptr || found.b == nullptr) {
      refuse(fmt::format("module {} has {} but not {}", cited(module),
                         found.a != nullptr   ? "lora_A"
                         : found.b != nullptr ? "lora_B"
                                              : "other parts",
                         found.a == nullptr ? "lora_A" : "lora_B"));
    }
    const Shape& a = found.a->shape;
    const Shape& b = found.b->shape;
    if (a.size() != 2 || b.size() != 2) {
      throw InputError(
          file_,
          fmt::format("module {}: factors of shapes {} and {}; only those of matrices are applied",
                      cited(module), text(a), text(b)),
          "merge it with PEFT (merge_and_unload) and pass the result");
    }
    if (a[0] != b[1] || a[0] == 0) {
      refuse(fmt::format("module {}: lora_A is {} and lora_B {}, which do not share a rank", cited(module),
                         text(a), text(b)));
    }
  }

  const std::vector<TensorView>& tensors_;
  const std::string& file_;
  AdapterTensors result_;
};

}  // namespace

AdapterTensors sort_adapter(const std::vector<TensorView>& tensors, const std::string& file) {
  return Sorter(tensors, file).sort();
}

}  // namespace tsugi::merge
