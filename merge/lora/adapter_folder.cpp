// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/adapter_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "merge/checkpoint/mapped_file.h"
#include "merge/export/output_file.h"
#include "merge/look/walk.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// Values converted and handed to the system at once: 1 MB of f32, far above the cost of a call.
constexpr std::size_t kChunk = std::size_t{1} << 18;

void write_rounded(const OutputFile& file, const std::string& name, DType dtype,
                   std::span<const float> values, std::size_t begin) {
  std::vector<std::byte> stored;
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t count = std::min(kChunk, values.size() - done);
    stored.resize(count * bytes(dtype));
    if (from_f32(dtype, values.subspan(done, count), stored) > 0) {
      throw Error(
          fmt::format("tensor '{}' does not fit into {}; choose another --dtype", name, recipe_name(dtype)));
    }
    file.write(stored, (begin + done) * bytes(dtype));
    done += count;
  }
}

}  // namespace

AdapterFolder::AdapterFolder(const std::filesystem::path& out,
                             const std::vector<std::filesystem::path>& inputs)
    : folder_(out, false, inputs) {}

std::filesystem::path AdapterFolder::part(std::size_t slot) const {
  return folder_.path() / fmt::format("part-{:06}", slot);
}

void AdapterFolder::put(std::size_t slot, const std::string& name, const Shape& shape, DType dtype,
                        std::span<const float> values) const {
  const OutputFile file(part(slot), elements(shape) * bytes(dtype));
  write_rounded(file, name, dtype, values, 0);
}

void AdapterFolder::put(std::size_t slot, const std::string& name, const TensorView& tensor) const {
  const OutputFile file(part(slot), elements(tensor.shape) * bytes(tensor.dtype));
  if (tensor.rows == nullptr) return file.write(tensor.bytes, 0);
  const Walk walk = walk_of({&tensor});
  std::vector<float> values(walk.step);
  for (std::size_t at = 0; at < walk.elements; at += walk.step) {
    const std::span<float> step(values.data(), std::min(walk.step, walk.elements - at));
    read_values(tensor, at, step);
    write_rounded(file, name, tensor.dtype, step, at);
  }
}

std::size_t AdapterFolder::commit(std::vector<TensorLayout> slots, const nlohmann::ordered_json& config) {
  std::map<std::string, std::size_t> slot_of;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].name.empty()) slot_of.emplace(slots[i].name, i);
  }
  std::erase_if(slots, [](const TensorLayout& slot) { return slot.name.empty(); });
  const std::string header = lay_out_safetensors(slots);
  std::size_t size = 0;
  for (const TensorLayout& slot : slots) size += elements(slot.shape) * bytes(slot.dtype);
  folder_.check_space(header.size() + size);
  const OutputFile file(folder_.path() / "adapter_model.safetensors", header.size() + size);
  file.write(header, 0);
  for (const TensorLayout& slot : slots) {
    const std::filesystem::path path = part(slot_of.at(slot.name));
    file.write(MappedFile(path).bytes(), slot.offset);
    std::filesystem::remove(path);
  }
  file.sync();
  write_synced(folder_.path() / "adapter_config.json", config.dump(2) + "\n");
  folder_.publish();
  return size;
}

}  // namespace tsugi::merge
