// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/output_shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

ShardLayout layout_of(const MergePlan& plan, std::uint64_t shard_size) {
  std::vector<TensorLayout> tensors;
  tensors.reserve(plan.tensors.size());
  for (const PlannedTensor& tensor : plan.tensors) {
    tensors.push_back({tensor.output.name, tensor.output.dtype, tensor.output.shape, 0});
  }
  return lay_out_shards(tensors, shard_size);
}

}  // namespace

OutputShards::OutputShards(const MergePlan& plan, std::uint64_t shard_size)
    : layout_(layout_of(plan, shard_size)), slots_(plan.tensors.size()) {
  std::map<std::string_view, std::size_t> index_of;
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    const OutputTensor& tensor = plan.tensors[i].output;
    if (tensor.index != i || !index_of.emplace(tensor.name, i).second) {
      throw Error(
          fmt::format("output tensor {} is not at its place in the plan or stands there twice", tensor.name));
    }
    slots_[i].name = tensor.name;
  }
  for (std::size_t number = 0; number < layout_.files.size(); ++number) {
    std::vector<std::size_t>& own = by_file_.emplace_back();
    for (const TensorLayout& tensor : layout_.files[number].tensors) {
      const std::size_t index = index_of.at(tensor.name);
      Slot& slot = slots_[index];
      slot.file = number;
      slot.offset = tensor.offset;
      slot.size = elements(tensor.shape) * bits(tensor.dtype) / 8;
      own.push_back(index);
      order_.push_back(index);
    }
    hashing_.push_back(std::make_unique<Hashing>());
  }
}

std::vector<std::string> OutputShards::names() const {
  std::vector<std::string> all;
  for (const ShardFile& file : layout_.files) all.push_back(file.name);
  return all;
}

std::uint64_t OutputShards::total_size() const {
  std::uint64_t sum = 0;
  for (const ShardFile& file : layout_.files) sum += file.size;
  return sum;
}

void OutputShards::create(const fs::path& folder) {
  for (const ShardFile& shard : layout_.files) {
    files_.emplace_back(folder / shard.name, shard.size).write(shard.header, 0);
  }
}

bool OutputShards::present(const fs::path& folder) const {
  return std::all_of(layout_.files.begin(), layout_.files.end(), [&](const ShardFile& shard) {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(folder / shard.name, ignored)) &&
           fs::file_size(folder / shard.name, ignored) == shard.size;
  });
}

void OutputShards::reopen(const fs::path& folder) {
  for (const ShardFile& shard : layout_.files) {
    files_.push_back(OutputFile::reopen(folder / shard.name));
    files_.back().write(shard.header, 0);
  }
}

void OutputShards::mark_finished(std::size_t tensor) {
  slots_[tensor].finished = true;
}

void OutputShards::check(const OutputTensor& tensor) const {
  if (tensor.index < slots_.size() && slots_[tensor.index].name == tensor.name) return;
  throw Error(fmt::format("tensor {} is not in the plan that the folder was laid out for", tensor.name));
}

void OutputShards::write(const OutputTensor& tensor, std::uint64_t begin, std::span<const std::byte> bytes) {
  check(tensor);
  Slot& slot = slots_[tensor.index];
  if (begin > slot.size || bytes.size() > slot.size - begin) {
    throw Error(fmt::format("tensor {}: {} bytes from {} do not fit into {}", tensor.name, bytes.size(),
                            begin, slot.size));
  }
  files_[slot.file].write(bytes, slot.offset + begin);
  slot.written += bytes.size();
}

void OutputShards::start_writeback(std::size_t tensor) const {
  const Slot& slot = slots_[tensor];
  files_[slot.file].start_writeback(slot.offset, slot.size);
}

void OutputShards::sync() const {
  for (const OutputFile& file : files_) file.sync();
}

void OutputShards::check_complete() const {
  for (const Slot& slot : slots_) {
    if (slot.finished || slot.written == slot.size) continue;
    throw Error(
        fmt::format("tensor {}: {} of {} bytes were written", slot.name, slot.written.load(), slot.size));
  }
}

void OutputShards::hash_ready(std::size_t number) {
  Hashing& hashing = *hashing_[number];
  const std::unique_lock lock(hashing.mutex, std::try_to_lock);
  if (!lock) return;
  if (hashing.segment == 0) {
    hashing.digest.add(layout_.files[number].header);
    ++hashing.segment;
  }
  const std::vector<std::size_t>& own = by_file_[number];
  for (; hashing.segment <= own.size(); ++hashing.segment) {
    const Slot& slot = slots_[own[hashing.segment - 1]];
    if (!slot.finished) return;
    hash_segment(number, slot.offset, slot.size);
  }
}

void OutputShards::hash_segment(std::size_t number, std::uint64_t offset, std::uint64_t size) {
  // Half of a usual second-level cache: what was read is still there when it is hashed.
  constexpr std::uint64_t kBlock = std::uint64_t{1} << 18;
  thread_local std::vector<std::byte> buffer(kBlock);
  for (const std::uint64_t end = offset + size; offset < end;) {
    const std::span<std::byte> block(buffer.data(), std::min(kBlock, end - offset));
    files_[number].read(block, offset);
    hashing_[number]->digest.add(block);
    offset += block.size();
  }
}

std::string OutputShards::digest(std::size_t number) {
  Hashing& hashing = *hashing_[number];
  const std::lock_guard lock(hashing.mutex);
  if (hashing.segment <= by_file_[number].size())
    throw Error(fmt::format("{} was not hashed to its end", layout_.files[number].name));
  return hashing.digest.hex();
}

}  // namespace tsugi::merge
