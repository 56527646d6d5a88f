// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/export/partial_file.h"
#include "merge/gguf/families.h"
#include "merge/gguf/model_metadata.h"
#include "merge/gguf/store.h"
#include "merge/gguf/tokenizer_metadata.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

namespace fs = std::filesystem;

// Values converted and handed to the system at once: far above the cost of a call, well inside a core's
// cache.
constexpr std::size_t kChunk = std::size_t{1} << 17;

Storage storage_for(DType type) {
  if (type == DType::F16) return Storage::F16;
  return type == DType::BF16 ? Storage::BF16 : Storage::F32;
}

// llama.cpp computes with norms and biases in F32 and wants them stored so.
Storage storage_of_tensor(const OutputTensor& tensor, std::string_view name, Storage matrices) {
  constexpr std::string_view kNorm = "_norm.weight";
  const bool norm = name.size() >= kNorm.size() && name.substr(name.size() - kNorm.size()) == kNorm;
  if (tensor.shape.size() < 2 || norm) return Storage::F32;
  return tensor.row_length() % block_of(matrices).elements == 0 ? matrices : Storage::F16;
}

std::vector<fs::path> inputs_of(const MergePlan& plan) {
  std::vector<fs::path> folders;
  for (const auto& input : plan.inputs) folders.push_back(input->folder());
  return folders;
}

}  // namespace

std::optional<Storage> writable_storage(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  for (const Storage type : {Storage::F32, Storage::F16, Storage::BF16, Storage::Q8_0}) {
    if (upper == block_of(type).name) return type;
  }
  return std::nullopt;
}

struct Writer::State {
  struct Slot {
    std::size_t info = 0;
    std::size_t pair_width = 0;  // rows lie in pairs within heads of this width; 0: as they come
    bool plus_one = false;
    std::atomic<std::uint64_t> written = 0;
    std::atomic<std::uint64_t> overflowed = 0;
  };

  State(const MergePlan& given, const fs::path& out, WriterOptions chosen);
  void choose_type();
  void add_tensor(const OutputTensor& tensor);
  void add_rope_factors();
  Metadata metadata();
  const Slot& slot_of(const OutputTensor& tensor) const;
  Slot& slot_of(const OutputTensor& tensor);
  void convert(const OutputTensor& tensor, Slot& slot, std::span<const std::byte> rows,
               std::vector<float>& values, std::vector<std::byte>& stored) const;
  void put(const Slot& slot, std::size_t row_begin, std::size_t rows, std::span<const std::byte> stored);

  const MergePlan& plan;
  const Family& family;
  WriterOptions options;
  Storage type = Storage::F32;
  std::vector<TensorInfo> infos;
  std::vector<Slot> slots;  // by OutputTensor::index
  std::vector<float> factors;
  std::vector<std::string> notes;
  std::uint64_t size = 0;
  PartialFile file;
};

Writer::State::State(const MergePlan& given, const fs::path& out, WriterOptions chosen)
    : plan(given),
      family(family_of(plan.config)),
      options(std::move(chosen)),
      slots(plan.tensors.size()),
      file(out, options.overwrite, "GGUF", inputs_of(plan)) {
  choose_type();
  for (const PlannedTensor& tensor : plan.tensors) add_tensor(tensor.output);
  add_rope_factors();
  const std::string header = lay_out(metadata(), infos, size);
  file.reserve(size);
  file.file().write(header, 0);
  if (factors.empty()) return;
  file.file().write(std::as_bytes(std::span<const float>(factors)), infos.back().offset);
}

void Writer::State::choose_type() {
  const auto matrix = std::find_if(plan.tensors.begin(), plan.tensors.end(), [](const PlannedTensor& tensor) {
    return tensor.output.shape.size() >= 2;
  });
  if (matrix != plan.tensors.end()) type = storage_for(matrix->output.dtype);
  if (options.type) type = *options.type;
}

void Writer::State::add_tensor(const OutputTensor& tensor) {
  constexpr std::size_t kLongestName = 63;  // ggml's GGML_MAX_NAME with its end mark
  Slot& slot = slots.at(tensor.index);
  slot.info = infos.size();
  const std::optional<std::string> name = gguf_name(family, tensor.name);
  if (!name || name->size() > kLongestName) {
    throw InputError(
        plan.config.file(),
        fmt::format("tensor {} has no name in llama.cpp's family {}", cited(tensor.name), family.id),
        "write a folder instead");
  }
  if (family.tied && *name == "output.weight") {
    throw InputError(
        plan.config.file(),
        fmt::format("{} is a head of its own, and in llama.cpp's family {} the embedding is the head",
                    cited(tensor.name), family.id),
        "merge models whose config.json says tie_word_embeddings: true, or write a folder instead");
  }
  if (!is_float(tensor.dtype)) {
    throw InputError(plan.config.file(), fmt::format("tensor {} holds whole numbers", cited(tensor.name)),
                     "write a folder instead");
  }
  const PairedHeads heads = paired_heads(family, *name);
  if (heads != PairedHeads::none) {
    const bool key = heads == PairedHeads::key && plan.config.number("num_key_value_heads");
    const std::size_t count =
        required_count(plan.config, key ? "num_key_value_heads" : "num_attention_heads");
    slot.pair_width = head_width(plan.config);
    if (tensor.shape.front() != count * slot.pair_width || slot.pair_width % 2 != 0) {
      throw InputError(plan.config.file(),
                       fmt::format("tensor {} has {} rows, {} heads of {} need {}", cited(tensor.name),
                                   tensor.shape.front(), count, slot.pair_width, count * slot.pair_width),
                       "take the config.json that belongs to the weights");
    }
  }
  slot.plus_one = stored_plus_one(family, *name);
  infos.push_back(
      {.name = *name, .type = storage_of_tensor(tensor, *name, type), .shape = tensor.shape, .offset = 0});
}

void Writer::State::add_rope_factors() {
  factors = rope_factors(plan.config);
  if (!factors.empty())
    infos.push_back(
        {.name = "rope_freqs.weight", .type = Storage::F32, .shape = {factors.size()}, .offset = 0});
}

Metadata Writer::State::metadata() {
  const auto embedding = std::find_if(
      infos.begin(), infos.end(), [](const TensorInfo& info) { return info.name == "token_embd.weight"; });
  if (embedding == infos.end() || embedding->shape.size() != 2) {
    throw InputError(plan.config.file(), "the model has no matrix model.embed_tokens.weight",
                     "write a folder instead");
  }
  Metadata all = model_metadata(plan, family, type, file.target().stem().string());
  if (!options.recipe.empty()) all.emplace_back("tsugi.recipe", options.recipe);
  Metadata tokenizer = tokenizer_metadata({.companions = plan.companions,
                                           .place = plan.donor->folder().string(),
                                           .config = &plan.config,
                                           .rows = embedding->shape.front(),
                                           .pre = options.pre},
                                          notes);
  std::move(tokenizer.begin(), tokenizer.end(), std::back_inserter(all));
  return all;
}

Writer::State::Slot& Writer::State::slot_of(const OutputTensor& tensor) {
  if (tensor.index < slots.size() && plan.tensors[tensor.index].output.name == tensor.name)
    return slots[tensor.index];
  throw Error(fmt::format("tensor {} is not in the plan that the file was laid out for", tensor.name));
}

// From the type that a folder would have to that of the file. Counts values that only the latter is too small
// for.
void Writer::State::convert(const OutputTensor& tensor, Slot& slot, std::span<const std::byte> rows,
                            std::vector<float>& values, std::vector<std::byte>& stored) const {
  const TensorInfo& info = infos[slot.info];
  values.resize(rows.size() / bytes(tensor.dtype));
  const bool finite = to_finite_f32(tensor.dtype, rows, values);
  if (info.shape.size() == 1 && slot.pair_width > 0) {
    const std::vector<float> in_order = values;
    for (std::size_t i = 0; i < values.size(); ++i) values[paired_row(i, slot.pair_width)] = in_order[i];
  }
  if (slot.plus_one) {
    for (float& value : values) value += 1;
  }
  const Block block = block_of(info.type);
  stored.resize(values.size() / block.elements * block.bytes);
  const std::size_t too_large = store(info.type, values, stored);
  if (finite) slot.overflowed += too_large;
}

// Whole rows at their place; a row at a time where the file has them in another order.
void Writer::State::put(const Slot& slot, std::size_t row_begin, std::size_t rows,
                        std::span<const std::byte> stored) {
  const TensorInfo& info = infos[slot.info];
  const std::size_t width = stored.size() / rows;
  if (slot.pair_width == 0 || info.shape.size() == 1) {
    file.file().write(stored, info.offset + row_begin * width);
    return;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = paired_row(row_begin + i, slot.pair_width);
    file.file().write(stored.subspan(i * width, width), info.offset + row * width);
  }
}

Writer::Writer(const MergePlan& plan, const fs::path& out, WriterOptions options)
    : state_(std::make_unique<State>(plan, out, std::move(options))) {}

Writer::~Writer() = default;

Storage Writer::type() const {
  return state_->type;
}

std::uint64_t Writer::size() const {
  return state_->size;
}

const std::vector<std::string>& Writer::notes() const {
  return state_->notes;
}

bool Writer::wants(const OutputTensor& tensor) {
  state_->slot_of(tensor);
  return true;
}

std::size_t Writer::write(const OutputTensor& tensor, std::size_t row_begin,
                          std::span<const std::byte> stored) {
  State::Slot& slot = state_->slot_of(tensor);
  const std::size_t row_bytes = tensor.row_length() * bytes(tensor.dtype);
  if (row_bytes == 0 || stored.size() % row_bytes != 0 ||
      row_begin + stored.size() / row_bytes > tensor.rows()) {
    throw Error(
        fmt::format("tensor {}: {} bytes from row {} do not fit", tensor.name, stored.size(), row_begin));
  }
  thread_local std::vector<float> values;
  thread_local std::vector<std::byte> converted;
  const std::size_t rows_at_once = std::max<std::size_t>(1, kChunk / tensor.row_length());
  for (std::size_t done = 0; done < stored.size();) {
    const std::size_t rows = std::min(rows_at_once, (stored.size() - done) / row_bytes);
    state_->convert(tensor, slot, stored.subspan(done, rows * row_bytes), values, converted);
    state_->put(slot, row_begin, rows, converted);
    slot.written += converted.size();
    row_begin += rows;
    done += rows * row_bytes;
  }
  return 0;  // overflows of the file's type are told by done()
}

void Writer::write_bytes(const OutputTensor& tensor, std::span<const std::byte> /*bytes*/) {
  throw Error(fmt::format("tensor {}: whole numbers have no place in a GGUF model", tensor.name));
}

void Writer::done(const OutputTensor& tensor) {
  const State::Slot& slot = state_->slot_of(tensor);
  if (slot.overflowed == 0) return;
  throw Error(fmt::format("tensor '{}': {} of {} values are too large for {}; pass --gguf-type bf16",
                          tensor.name, slot.overflowed.load(), elements(tensor.shape),
                          block_of(state_->infos[slot.info].type).name));
}

void Writer::commit() {
  for (const PlannedTensor& planned : state_->plan.tensors) {
    const State::Slot& slot = state_->slot_of(planned.output);
    const TensorInfo& info = state_->infos[slot.info];
    const std::uint64_t size = stored_size(info.type, info.shape);
    if (slot.written == size) continue;
    throw Error(fmt::format("tensor {}: {} of {} bytes were written", planned.output.name,
                            slot.written.load(), size));
  }
  state_->file.publish();
}

void write_file(const MergePlan& plan, Writer& writer, const ExecuteOptions& options) {
  execute(plan, writer, options);
  writer.commit();
}

}  // namespace tsugi::merge::gguf
