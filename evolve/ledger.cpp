// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/ledger.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "merge/sha256.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kDigits = 16;  // of 64 bits

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) throw Error("no hexadecimal number");
  return number;
}

std::string text_of(const std::vector<std::uint64_t>& items) {
  std::string text;
  for (const std::uint64_t item : items) text += fmt::format("{:016x}", item);
  return text;
}

std::vector<std::uint64_t> items_of(const std::string& text) {
  if (text.size() % kDigits != 0) throw Error("torn items");
  std::vector<std::uint64_t> items;
  for (std::size_t at = 0; at < text.size(); at += kDigits)
    items.push_back(number_of(std::string_view(text).substr(at, kDigits)));
  return items;
}

// {"check": SHA-256 of the rest, …}: a line that a full disk cut off is told from a whole one.
std::string line_of(const Opening& opening) {
  Json json = {{"time", opening.time},          {"run", opening.run},
               {"number", opening.number},      {"winner", opening.winner},
               {"test_items", opening.set.key}, {"items", text_of(opening.set.items)}};
  json["check"] = merge::sha256_hex(json.dump());
  return json.dump() + "\n";
}

std::optional<Opening> opening_of(const std::string& line) {
  try {
    Json json = Json::parse(line);
    const std::string check = json.at("check").get<std::string>();
    json.erase("check");
    if (merge::sha256_hex(json.dump()) != check) return std::nullopt;
    return Opening{.time = json.at("time").get<std::string>(),
                   .run = json.at("run").get<std::string>(),
                   .number = json.at("number").get<std::size_t>(),
                   .winner = json.at("winner").get<std::string>(),
                   .set = {.key = json.at("test_items").get<std::string>(),
                           .items = items_of(json.at("items").get<std::string>())}};
  } catch (const std::exception&) {  // torn, or of another program
    return std::nullopt;
  }
}

bool same_look(const Opening& a, const Opening& b) {
  return a.run == b.run && a.number == b.number && a.winner == b.winner && a.set.key == b.set.key;
}

/// An open file that no other process of ours writes to meanwhile.
class LockedFile {
 public:
  explicit LockedFile(const fs::path& file) : file_(file) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    constexpr mode_t kOwn = 0600;
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kOwn);
    if (descriptor_ < 0) fail("cannot be opened");
    while (::flock(descriptor_, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const int reason = errno;
      ::close(descriptor_);
      errno = reason;
      fail("cannot be locked");
    }
  }
  ~LockedFile() { ::close(descriptor_); }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  void append(const std::string& line) const {
    // Behind a line that a full disk cut off a new one begins.
    const off_t size = ::lseek(descriptor_, 0, SEEK_END);
    char last = '\n';
    const bool torn = size > 0 && ::pread(descriptor_, &last, 1, size - 1) == 1 && last != '\n';
    const std::string text = torn ? '\n' + line : line;
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("cannot be written");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor_) != 0) fail("cannot be written to the disk");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(fmt::format("{}: {}: {}", file_.string(), what, std::strerror(errno)));
  }

  fs::path file_;
  int descriptor_ = -1;
};

}  // namespace

SealedSet sealed_set(std::span<const eval::HoldoutItem> items) {
  std::vector<std::string> digests;
  for (const eval::HoldoutItem& item : items) {
    // The source tells apart items that ask the same; the mark keeps it from running into the question.
    digests.push_back(
        merge::sha256_hex(eval::normalise_question(item.question) + '\0' + item.source.value_or("")));
  }
  std::sort(digests.begin(), digests.end());
  merge::Sha256 all;
  SealedSet set;
  for (const std::string& digest : digests) {
    all.add(digest);
    set.items.push_back(number_of(std::string_view(digest).substr(0, kDigits)));
  }
  set.key = all.hex();
  return set;
}

fs::path standard_ledger() {
  const fs::path name = fs::path("tsugi") / "openings.jsonl";
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return state / name;
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? home / fs::path(".local") / "state" / name : fs::path();
}

std::vector<Opening> read_ledger(const fs::path& file) {
  std::vector<Opening> openings;
  std::error_code error;
  if (!fs::exists(file, error)) return openings;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be read", file.string()));
  for (std::string line; std::getline(in, line);) {
    if (auto opening = opening_of(line)) openings.push_back(std::move(*opening));
  }
  return openings;
}

void record_opening(const fs::path& file, Opening opening) {
  if (file.empty()) throw Error("neither XDG_STATE_HOME nor HOME says where");
  const LockedFile locked(file);
  for (const Opening& known : read_ledger(file)) {
    if (same_look(known, opening)) return;
  }
  opening.time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  locked.append(line_of(opening));
}

std::vector<KnownOpening> known_openings(std::span<const Opening> ledger, const SealedSet& set) {
  std::vector<KnownOpening> known;
  for (const Opening& opening : ledger) {
    std::vector<std::uint64_t> shared;
    std::set_intersection(opening.set.items.begin(), opening.set.items.end(), set.items.begin(),
                          set.items.end(), std::back_inserter(shared));
    if (!shared.empty()) known.push_back({.opening = opening, .shared = shared.size()});
  }
  return known;
}

std::string describe(std::span<const KnownOpening> openings, std::size_t items) {
  std::string text =
      fmt::format("Known openings of these {} sealed items on this computer: {}.", items, openings.size());
  for (const KnownOpening& known : openings) {
    const std::string share = known.shared == items ? "all" : fmt::format("{} of them", known.shared);
    text += fmt::format("\n  {}  {}  {}, its opening {}, winner {:.12}", known.opening.time, share,
                        known.opening.run, known.opening.number, known.opening.winner);
  }
  return text;
}

}  // namespace tsugi::evolve
