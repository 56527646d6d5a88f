// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/record_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "merge/export/output_file.h"
#include "merge/plan/fingerprint.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kLengthDigits = 8;  // 4 GB, more than any evaluation has to say
constexpr std::size_t kChecksumDigits = 16;
constexpr std::size_t kHead = kLengthDigits + 1 + kChecksumDigits + 1;

// The payload of the whole record that begins here, or nothing.
std::optional<std::string_view> record_at(std::string_view text) {
  if (text.size() <= kHead) return std::nullopt;
  std::uint32_t length = 0;
  const char* const end = text.data() + kLengthDigits;
  const auto [stopped, error] = std::from_chars(text.data(), end, length, 16);
  if (error != std::errc{} || stopped != end || text.size() - kHead <= length) return std::nullopt;
  const std::string_view payload = text.substr(kHead, length);
  const std::string_view line = text.substr(0, kHead + length + 1);
  return line == record_line(payload) ? std::optional(payload) : std::nullopt;
}

bool a_record_follows(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (record_at(text.substr(at))) return true;
  }
  return false;
}

}  // namespace

std::string record_line(std::string_view payload) {
  return fmt::format("{:0{}x} {:0{}x} {}\n", payload.size(), kLengthDigits,
                     merge::Fingerprint().add(payload).value(), kChecksumDigits, payload);
}

Records read_records(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad())
    throw InputError(file.string(), "cannot be read", "check the path, the disk and the file's rights");
  Records records;
  std::string_view rest = text;
  while (const auto payload = record_at(rest)) {
    records.payloads.emplace_back(*payload);
    rest.remove_prefix(kHead + payload->size() + 1);
  }
  records.bytes = text.size() - rest.size();
  if (a_record_follows(rest)) {
    throw InputError(file.string(),
                     fmt::format("record {}, at byte {}, is damaged, and whole ones follow it",
                                 records.payloads.size() + 1, records.bytes),
                     "put a copy of the file in its place, or start the run anew with --overwrite");
  }
  return records;
}

RecordFile::RecordFile(std::filesystem::path file, std::uint64_t bytes)
    : file_(std::move(file)), bytes_(bytes), synced_(bytes) {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) merge::write_failed(file_, "cannot be opened", errno);
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) == 0) return;
  const int error = errno;
  ::close(std::exchange(descriptor_, -1));
  merge::write_failed(file_, "cannot be cut", error);
}

RecordFile::~RecordFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RecordFile::append(std::string_view payload) {
  const std::string line = record_line(payload);
  int error = 0;
  for (std::string_view rest = line; !rest.empty() && error == 0;) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || errno != EINTR) {
      error = written == 0 ? ENOSPC : errno;
    }
  }
  if (error != 0) cut_and_fail(bytes_, error);
  bytes_ += line.size();
}

void RecordFile::sync() {
  if (synced_ == bytes_) return;
  // Some file systems find out that they are full only here.
  if (::fdatasync(descriptor_) != 0) cut_and_fail(synced_, errno);
  synced_ = bytes_;
}

// A part that stays is torn, and cut off by the next reader.
void RecordFile::cut_and_fail(std::uint64_t bytes, int error) {
  static_cast<void>(::ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0);
  merge::write_failed(file_, "cannot be written", error);
}

}  // namespace tsugi::evolve
