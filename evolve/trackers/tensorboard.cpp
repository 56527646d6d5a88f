// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/tensorboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>

#include "evolve/trackers/event_record.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// TensorBoard reads every file of this shape; seconds, host and process keep two writers apart.
std::string file_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'h', 'o', 's', 't'};
  return fmt::format("events.out.tfevents.{}.{}.{}", static_cast<std::int64_t>(now()), host.data(),
                     ::getpid());
}

class EventFile : public Tracker {
 public:
  EventFile(const fs::path& folder, std::function<void(const std::string&)> note)
      : file_(folder / file_name()), note_(std::move(note)) {
    std::error_code error;
    fs::create_directories(folder, error);
    out_.open(file_, std::ios::binary | std::ios::trunc);
    if (!out_)
      throw InputError("--tensorboard", fmt::format("{} cannot be written", file_.string()),
                       "give a folder that can be written to");
    write(version_event(now()));
  }

  void add(const std::vector<Metric>& metrics) override {
    for (std::size_t begin = 0; begin < metrics.size();) {
      std::size_t end = begin;
      while (end < metrics.size() && metrics[end].step == metrics[begin].step) ++end;
      write(scalars_event(now(), metrics[begin].step, std::span(metrics).subspan(begin, end - begin)));
      begin = end;
    }
  }

  void finish(const std::string& /*verdict*/) override { out_.close(); }

 private:
  void write(const std::string& event) {
    if (!out_) return;
    out_ << framed_record(event) << std::flush;
    if (!out_ && note_)
      note_(fmt::format("{}: cannot be written any more; the search goes on without it", file_.string()));
  }

  fs::path file_;
  std::function<void(const std::string&)> note_;
  std::ofstream out_;
};

}  // namespace

std::unique_ptr<Tracker> track_by_tensorboard(const fs::path& folder,
                                              std::function<void(const std::string&)> note) {
  return std::make_unique<EventFile>(folder, std::move(note));
}

}  // namespace tsugi::evolve
