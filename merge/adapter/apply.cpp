// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "merge/adapter/adapted_rows.h"
#include "merge/adapter/adapter_tensors.h"
#include "merge/adapter/peft_config.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/weight_files.h"
#include "merge/export/model_card.h"
#include "merge/lora/survey.h"
#include "merge/plan/fingerprint.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "adapter_config.json";
constexpr const char* kWeights[] = {"adapter_model.safetensors", "adapter_model.bin"};
constexpr std::string_view kCheckBase = "check that the adapter was trained on this base";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

fs::path weights_of(const fs::path& folder) {
  for (const char* name : kWeights) {
    if (is_file(folder / name)) return folder / name;
  }
  throw InputError(folder.string(), fmt::format("has {} but no {}", kConfig, kWeights[0]),
                   "download the adapter's weights too");
}

/// The adapter's files, kept as long as the tensors that view them.
struct Adapter {
  Adapter(const fs::path& folder, std::vector<std::string>& notes)
      : config(PeftConfig::read(folder / kConfig, notes)),
        file(weights_of(folder)),
        stored(read_weight_file(file, &notes)),
        tensors(sort_adapter(stored, file.path().string())) {}

  PeftConfig config;
  MappedFile file;
  std::vector<TensorView> stored;
  AdapterTensors tensors;
};

void check_folder(const fs::path& folder) {
  if (!is_file(folder / kConfig)) {
    throw InputError(folder.string(), fmt::format("is no adapter: it has no {}", kConfig),
                     "behind '+' give the folder of a LoRA adapter");
  }
}

bool all_zero(const TensorView& tensor) {
  return std::all_of(tensor.bytes.begin(), tensor.bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

class Applier {
 public:
  Applier(const std::shared_ptr<const Checkpoint>& base, const fs::path& folder)
      : base_(*base),
        notes_(base->notes()),
        adapter_(std::make_shared<Adapter>(folder, notes_)),
        file_(adapter_->file.path().string()),
        tensors_(base->tensors()),
        cache_(std::make_shared<FactorCache>()) {
    std::error_code ignored;
    const fs::path place = fs::canonical(folder, ignored);
    variant_ = Fingerprint().add(std::string_view("adapter")).add(std::string_view(place.native())).value();
  }

  std::shared_ptr<const Checkpoint> apply(const std::shared_ptr<const Checkpoint>& base) {
    const AdapterTensors& found = adapter_->tensors;
    if (found.modules.empty() && found.replacements.empty()) {
      throw InputError(file_, "holds no tensors", "download the adapter again");
    }
    note_base();
    for (const auto& [key, tensor] : found.replacements) replace(key, *tensor);
    for (const auto& [module, factors] : found.modules) adapt(module, factors);
    note_saved_modules();
    note_untrained();
    return Checkpoint::adapted(base, std::move(tensors_),
                               {fs::path(adapter_->config.file()), adapter_->file.path()}, std::move(notes_),
                               adapter_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view cure) const {
    throw InputError(file_, what, cure);
  }

  void note_base() {
    const std::string& wanted = adapter_->config.base_name();
    if (wanted.empty()) return;
    const auto last = [](const std::string& name) {
      return fs::path(name).lexically_normal().filename().string();
    };
    const std::string used = display_name(base_.folder());
    if (last(wanted) == last(used)) return;
    notes_.push_back(
        fmt::format("{}: was trained on {}, and is applied to {}", file_, cited(wanted), cited(used)));
  }

  TensorView* find(const std::string& name) {
    const auto found =
        std::lower_bound(tensors_.begin(), tensors_.end(), name,
                         [](const TensorView& tensor, const std::string& n) { return tensor.name < n; });
    return found != tensors_.end() && found->name == name ? &*found : nullptr;
  }

  // Adapters lag behind transformers' renames of the outermost parts.
  TensorView* find_target(const std::string& name) {
    if (TensorView* same = find(name)) return same;
    static constexpr std::pair<std::string_view, std::string_view> kRenames[] = {
        {"", "model."},
        {"model.", ""},
        {"language_model.model.", "model.language_model."},
        {"model.language_model.", "language_model.model."},
        {"transformer.", ""},
        {"", "transformer."}};
    TensorView* target = nullptr;
    for (const auto& [from, to] : kRenames) {
      if (name.rfind(from, 0) != 0) continue;
      TensorView* const other = find(fmt::format("{}{}", to, name.substr(from.size())));
      if (other == nullptr || other == target) continue;
      if (target != nullptr) {
        refuse(fmt::format("{} may be {} or {} of the base", cited(name), cited(target->name),
                           cited(other->name)),
               kCheckBase);
      }
      target = other;
    }
    return target;
  }

  TensorView& need(const std::string& name) {
    if (TensorView* target = find_target(name)) return *target;
    const bool head = name == "lm_head.weight" || name == "embed_out.weight" || name == "output.weight";
    if (head && base_.config().tied() == true) {
      refuse(fmt::format("changes {}, but the base's head is tied to its embedding", cited(name)),
             "untie the base first (save it with tie_word_embeddings: false)");
    }
    refuse(fmt::format("changes {}, which the base does not have", cited(name)), kCheckBase);
  }

  void mark(TensorView& target) {
    target.variant = Fingerprint().add(target.variant).add(variant_).value();
    if (target.variant == 0) target.variant = 1;
  }

  void replace(const std::string& key, const TensorView& tensor) {
    if (replaces_tied_head(key, tensor)) return;
    TensorView& target = need(key);
    if (target.shape != tensor.shape) {
      const bool resized =
          target.shape.size() == 2 && tensor.shape.size() == 2 && target.shape[1] == tensor.shape[1];
      refuse(fmt::format("has {} of shape {}, the base {}{}", cited(key), text(tensor.shape),
                         text(target.shape), resized ? ": its vocabulary was resized" : ""),
             resized ? "resize the base's vocabulary first, or merge with PEFT" : kCheckBase);
    }
    const TensorView before = target;
    target = tensor;
    target.name = before.name;
    target.variant = before.variant;
    if (tensor.dtype != before.dtype) {
      target.rows = std::make_shared<RetypedRows>(tensor);
      target.bytes = {};
      target.dtype = before.dtype;
    }
    mark(target);
  }

  // PEFT saves the head of a tied model beside its embedding; the same values need no head.
  bool replaces_tied_head(const std::string& key, const TensorView& tensor) {
    if (base_.config().tied() != true || find_target(key) != nullptr) return false;
    const auto& all = adapter_->tensors.replacements;
    return std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return other.first != key && other.second->shape == tensor.shape && tensor.shape.size() == 2 &&
             same_values(*other.second, tensor);
    });
  }

  bool is_transposed(const std::string& module, const AdapterModule& factors,
                     const TensorView& weight) const {
    if (factors.embedding) return true;
    if (weight.shape.size() != 2) return false;  // fits no product
    if (factors.a->shape[1] != factors.b->shape[0]) return weight.shape[0] == factors.a->shape[1];
    // A square matrix does not tell: GPT-2's layers do by name, others by the configuration.
    return is_conv1d(base_.config(), module) || adapter_->config.fan_in_fan_out();
  }

  void adapt(const std::string& module, const AdapterModule& factors) {
    const PeftConfig& config = adapter_->config;
    const std::size_t rank = factors.a->shape[0];
    if (config.rank(module) != rank) {
      refuse(fmt::format("module {} has rank {}, but {} says {}", cited(module), rank, config.file(),
                         config.rank(module)),
             "use the adapter_config.json that was saved with these weights");
    }
    TensorView& target = need(fmt::format("{}.weight", module));
    if (!is_float(target.dtype)) {
      refuse(fmt::format("changes {}, which is {} in the base", cited(target.name), name(target.dtype)),
             kCheckBase);
    }
    const bool transposed = is_transposed(module, factors, target);
    const Shape product = transposed ? Shape{factors.a->shape[1], factors.b->shape[0]}
                                     : Shape{factors.b->shape[0], factors.a->shape[1]};
    if (target.shape != product) {
      refuse(fmt::format("module {}: lora_A {} and lora_B {} give {}, but the base's weight is {}",
                         cited(module), text(factors.a->shape), text(factors.b->shape), text(product),
                         text(target.shape)),
             factors.embedding && target.shape.size() == 2 && target.shape[1] == product[1]
                 ? "resize the base's vocabulary first, or merge with PEFT"
                 : kCheckBase);
    }
    const auto scale = static_cast<float>(config.scale(module));
    add_bias(module, factors, scale);
    const auto magnitude = magnitude_of(module, factors, product[transposed ? 1 : 0]);
    target.rows = std::make_shared<AdaptedRows>(
        target, LowRank(*factors.a, *factors.b, transposed, scale, cache_), magnitude, transposed, file_);
    target.bytes = {};
    mark(target);
  }

  std::optional<TensorView> magnitude_of(const std::string& module, const AdapterModule& factors,
                                         std::size_t outputs) const {
    if (adapter_->config.dora() != (factors.magnitude != nullptr)) {
      refuse(fmt::format("module {} has {} lora_magnitude_vector, but {} says use_dora: {}", cited(module),
                         factors.magnitude == nullptr ? "no" : "a", adapter_->config.file(),
                         adapter_->config.dora()),
             "use the adapter_config.json that was saved with these weights");
    }
    if (factors.magnitude == nullptr) return std::nullopt;
    if (elements(factors.magnitude->shape) != outputs) {
      refuse(fmt::format("module {}: lora_magnitude_vector is {}, expected {} values", cited(module),
                         text(factors.magnitude->shape), outputs),
             kCheckBase);
    }
    return *factors.magnitude;
  }

  void add_bias(const std::string& module, const AdapterModule& factors, float scale) {
    if (factors.bias == nullptr) return;
    if (!adapter_->config.lora_bias()) {
      refuse(fmt::format("module {} has lora_B.bias, but {} does not say lora_bias: true", cited(module),
                         adapter_->config.file()),
             "correct adapter_config.json");
    }
    TensorView& target = need(fmt::format("{}.bias", module));
    if (target.shape != factors.bias->shape || !is_float(target.dtype)) {
      refuse(fmt::format("module {}: lora_B.bias is {}, the base's bias {}", cited(module),
                         text(factors.bias->shape), text(target.shape)),
             kCheckBase);
    }
    target.rows = std::make_shared<ShiftedRow>(target, *factors.bias, scale);
    target.bytes = {};
    mark(target);
  }

  void note_saved_modules() {
    for (const std::string& name : adapter_->config.modules_to_save()) {
      const auto& all = adapter_->tensors.replacements;
      const bool there = std::any_of(all.begin(), all.end(), [&](const auto& entry) {
        return fmt::format(".{}.", entry.first).find(fmt::format(".{}.", name)) != std::string::npos;
      });
      if (!there)
        notes_.push_back(
            fmt::format("{}: lists {} in modules_to_save, but has no tensors of it", file_, cited(name)));
    }
  }

  void note_untrained() {
    const auto& modules = adapter_->tensors.modules;
    const auto zeros =
        static_cast<std::size_t>(std::count_if(modules.begin(), modules.end(), [](const auto& entry) {
          return all_zero(*entry.second.a) || all_zero(*entry.second.b);
        }));
    if (zeros > 0) {
      notes_.push_back(fmt::format("{}: {} of {} modules have a factor of zeros, as before any training",
                                   file_, zeros, modules.size()));
    }
  }

  const Checkpoint& base_;
  std::vector<std::string> notes_;
  std::shared_ptr<Adapter> adapter_;
  std::string file_;
  std::vector<TensorView> tensors_;
  std::shared_ptr<FactorCache> cache_;
  std::uint64_t variant_ = 0;
};

}  // namespace

std::shared_ptr<const Checkpoint> apply_adapter(const std::shared_ptr<const Checkpoint>& base,
                                                const fs::path& folder) {
  check_folder(folder);
  return Applier(base, folder).apply(base);
}

}  // namespace tsugi::merge
