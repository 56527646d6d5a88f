// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "merge/export/output_file.h"
#include "merge/plan/fingerprint.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 16;  // of a line's 64-bit checksum
constexpr std::string_view kBegin = "output ";
constexpr std::string_view kBoot = "boot ";
constexpr std::string_view kFinished = "tensor ";
constexpr std::string_view kSynced = "synced";

std::string line_of(std::string_view record) {
  return fmt::format("{:016x} {}\n", Fingerprint().add(record).value(), record);
}

// The record of a line, or nothing when its checksum does not fit.
std::optional<std::string_view> record_of(std::string_view line) {
  if (line.size() <= kDigits || line[kDigits] != ' ') return std::nullopt;
  const std::string_view record = line.substr(kDigits + 1);
  const std::string whole = line_of(record);
  return std::string_view(whole).substr(0, line.size()) == line ? std::optional(record) : std::nullopt;
}

bool strip(std::string_view& text, std::string_view start) {
  if (text.substr(0, start.size()) != start) return false;
  text.remove_prefix(start.size());
  return true;
}

// Applies lines one after another.
class Reader {
 public:
  explicit Reader(const std::string& boot) : boot_(boot) {}

  /// False for a record that cannot be: the journal ends before it.
  bool take(std::string_view record) {
    if (strip(record, kBegin)) {
      records_.identity = record;
      return true;
    }
    if (records_.identity.empty()) return false;
    if (strip(record, kBoot)) {
      if (record.empty() || record != section_boot_) end_boot();
      section_boot_ = record;
    } else if (record == kSynced) {
      safe_ = records_.finished.size();
    } else if (strip(record, kFinished)) {
      std::size_t tensor = 0;
      const auto [end, error] = std::from_chars(record.data(), record.data() + record.size(), tensor);
      if (error != std::errc{} || end != record.data() + record.size()) return false;
      records_.finished.push_back(tensor);
    }
    return true;
  }

  JournalRecords result(std::uint64_t bytes) {
    end_boot();
    records_.bytes = records_.identity.empty() ? 0 : bytes;
    return std::move(records_);
  }

 private:
  // Lines of another boot count only if data was synced after them, by whichever process of that boot.
  void end_boot() {
    if (section_boot_.empty() || section_boot_ != boot_) records_.finished.resize(safe_);
    safe_ = records_.finished.size();
  }

  std::string boot_;
  std::string section_boot_;
  std::size_t safe_ = 0;
  JournalRecords records_;
};

}  // namespace

JournalRecords read_journal(const fs::path& file, const std::string& boot) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) throw Error(fmt::format("{}: cannot be read; check the disk", file.string()));
  Reader reader(boot);
  std::size_t place = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', place)) {
    const auto record = record_of(std::string_view(text).substr(place, end - place));
    if (!record || !reader.take(*record)) break;
    place = end + 1;
  }
  return reader.result(place);
}

std::string boot_identity() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string identity;
  in >> identity;
  return identity;
}

Journal::Journal(const fs::path& file, const std::string& identity, const JournalRecords& records,
                 const std::string& boot)
    : path_(file) {
  constexpr mode_t kEverybodys = 0666;  // the user's umask decides
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kEverybodys);
  if (descriptor_ < 0) write_failed(path_, "cannot be opened", errno);
  if (::ftruncate(descriptor_, static_cast<off_t>(records.bytes)) != 0) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    write_failed(path_, "cannot be cut", error);
  }
  if (records.bytes == 0) append(fmt::format("{}{}", kBegin, identity));
  append(fmt::format("{}{}", kBoot, boot));
}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Journal::append(const std::string& record) const {
  const std::string line = line_of(record);
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size()))
    write_failed(path_, "cannot be written", written < 0 ? errno : ENOSPC);
}

void Journal::finished(std::size_t tensor) {
  append(fmt::format("{}{}", kFinished, tensor));
}

void Journal::synced() {
  append(std::string(kSynced));
  if (::fdatasync(descriptor_) != 0) write_failed(path_, "cannot be synced", errno);
}

}  // namespace tsugi::merge
