// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How near merging comes to copying. For every method: bytes read and written a second, each input byte and
// each output byte counted once, beside a plain copy of as many bytes on the same cores between the same
// kinds of places: from mapped files into the decoder's resident weights, and into fresh files.
//
//     bench_merge [--folder DIR] [--out DIR] [--threads N] [--runs N] [--keep] [--no-files]
//                 [--kernels AVX2|none] [--stored TYPE] [--dtype TYPE] [METHOD…]
//
// --stored: what the models are stored in, --dtype: the recipes' own; bfloat16 both.
// DIR should be memory-backed (default /dev/shm/tsugi-bench; 3 models of 2.2 GB, an output of as much, and
// the resident weights); models that are there are used again, and removed at the end without --keep. With
// --out on a disk, the limit of files is the disk's own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "eval/model/load.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/kernels/kernels.h"
#include "merge/methods/method.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "recipes/recipe.h"
#include "tests/bench/merge/generated_models.h"

namespace tsugi::bench {
namespace {

struct Options {
  std::filesystem::path folder = "/dev/shm/tsugi-bench";
  std::filesystem::path out;
  std::size_t threads = 0;
  int runs = 3;
  bool keep = false;
  bool files = true;
  std::string kernels;  // other than the fastest
  std::string stored = "bfloat16";
  std::string dtype = "bfloat16";
  std::set<std::string> methods;
};

// What each method merges: which of the generated models, and its parameters. `b` and `base` where two inputs
// are all it takes; base, a and b elsewhere.
struct Case {
  const char* method;
  std::size_t inputs;
  const char* body;  // of the recipe
};

constexpr const char* kTwo =
    "models: [{model: a, parameters: {weight: 0.4}}, {model: b, parameters: {weight: 0.6}}]\n";
constexpr const char* kTuned =
    "base_model: base\nmodels: [{model: a, parameters: {weight: 0.5}}, {model: b, parameters: {weight: "
    "0.5}}]\n";
constexpr const char* kThinned =
    "base_model: base\nmodels: [{model: a, parameters: {weight: 0.5, density: 0.5}}, "
    "{model: b, parameters: {weight: 0.5, density: 0.5}}]\n";
constexpr const char* kDella =
    "base_model: base\nparameters: {epsilon: 0.1}\nmodels: [{model: a, parameters: {weight: 0.5, density: "
    "0.5}}, "
    "{model: b, parameters: {weight: 0.5, density: 0.5}}]\n";
constexpr const char* kPlain = "base_model: base\nmodels: [{model: a}, {model: b}]\n";

constexpr Case kCases[] = {
    {"passthrough", 1, "models: [{model: a}]\n"},
    {"linear", 2, kTwo},
    {"slerp", 2, "base_model: base\nmodels: [{model: b}]\nparameters: {t: 0.4}\n"},
    {"nuslerp", 2, kTwo},
    {"multislerp", 2, kTwo},
    {"karcher", 2, "models: [{model: a}, {model: b}]\n"},
    {"nearswap", 2, "base_model: base\nmodels: [{model: a}]\nparameters: {t: 0.001}\n"},
    {"arcee_fusion", 2, "base_model: base\nmodels: [{model: a}]\n"},
    {"task_arithmetic", 3, kTuned},
    {"model_stock", 3, kPlain},
    {"ties", 3, kThinned},
    {"dare_linear", 3, kThinned},
    {"dare_ties", 3, kThinned},
    {"della_linear", 3, kDella},
    {"della", 3, kDella},
    {"breadcrumbs", 3, kThinned},
    {"breadcrumbs_ties", 3, kThinned},
    {"sce", 3, "base_model: base\nmodels: [{model: a}, {model: b}]\nparameters: {select_topk: 0.5}\n"},
    {"ram", 3, kPlain},
    {"ramplus_tl", 3, kPlain},
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Body>
double best_of(int runs, const Body& body) {
  double best = 1e30;
  for (int run = 0; run < runs; ++run) best = std::min(best, body());
  return best;
}

// A place of its own for as many bytes as a model, its pages touched.
class Room {
 public:
  explicit Room(std::size_t size) : size_(size) {
    data_ = static_cast<std::byte*>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~Room() { munmap(data_, size_); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  std::byte* data() const { return data_; }

 private:
  std::byte* data_;
  std::size_t size_;
};

constexpr std::size_t kPiece = std::size_t{1} << 20;  // a task's share of a copy: long against its cost

std::size_t pieces(std::size_t bytes) {
  return (bytes + kPiece - 1) / kPiece;
}

// Copies a mapped file into resident memory.
class Copy {
 public:
  explicit Copy(const merge::MappedFile& file) : from_(file.bytes()), room_(from_.size()) { once(); }

  /// Bytes read and written a second.
  double once() const {
    const double start = now();
    merge::parallel_for(pieces(from_.size()), [&](std::size_t piece) {
      const std::size_t begin = piece * kPiece;
      std::memcpy(room_.data() + begin, from_.data() + begin, std::min(kPiece, from_.size() - begin));
    });
    return 2.0 * static_cast<double>(from_.size()) / (now() - start);
  }

 private:
  std::span<const std::byte> from_;
  Room room_;
};

// The same into a fresh file; synced when the place is a disk, as an export is.
double copy_into_file(const merge::MappedFile& file, const std::filesystem::path& folder, int runs) {
  const std::span<const std::byte> from = file.bytes();
  const std::filesystem::path to = folder / "copy.bin";
  const double best = best_of(runs, [&] {
    std::filesystem::remove(to);
    const double start = now();
    const int out = open(to.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644);
    if (out < 0) throw std::runtime_error(fmt::format("cannot write {}", to.string()));
    merge::parallel_for(pieces(from.size()), [&](std::size_t piece) {
      const std::size_t begin = piece * kPiece;
      const std::size_t size = std::min(kPiece, from.size() - begin);
      if (pwrite(out, from.data() + begin, size, static_cast<off_t>(begin)) != static_cast<ssize_t>(size))
        throw std::runtime_error("short write: is the place full?");
    });
    fsync(out);
    close(out);
    return now() - start;
  });
  std::filesystem::remove(to);
  return 2.0 * static_cast<double>(from.size()) / best;
}

double moved(const Case& each, const merge::MergePlan& plan) {
  return static_cast<double>(plan.bytes_out) * static_cast<double>(each.inputs + 1);
}

double write_folder(const merge::MergePlan& plan, const std::filesystem::path& out) {
  std::filesystem::remove_all(out);
  const double start = now();
  merge::FolderWriter writer(plan, out, {.manifest = false});
  merge::write_folder(plan, writer, {});
  return now() - start;
}

// The copy that is the limit in memory takes turns with the merge: on a shared machine it may run half as
// fast a minute later.
void measure(const Case& each, const Options& options, const Copy& copy, double file_limit,
             eval::ResidentWeights& weights) {
  const std::string text =
      fmt::format("merge_method: {}\ndtype: {}\n{}", each.method, options.dtype, each.body);
  const recipes::Recipe recipe = recipes::parse_recipe(text, (options.folder / "recipe.yaml").string());
  merge::CheckpointStore store;
  const merge::MergePlan plan = merge::plan_merge(recipe, store);
  const double bytes = moved(each, plan);
  double memory_limit = 0;
  const double resident = best_of(options.runs, [&] {
    memory_limit = std::max(memory_limit, copy.once());
    weights.forget();
    const double start = now();
    merge::execute(plan, weights);
    return now() - start;
  });
  fmt::print("{:<17} {:>6} {:>9.2f} {:>8.1f} {:>8.1f} {:>7.0f}%", each.method, each.inputs, resident,
             bytes / resident * 1e-9, memory_limit * 1e-9, 100 * bytes / resident / memory_limit);
  if (options.files) {
    const double file = best_of(options.runs, [&] { return write_folder(plan, options.out / "merged"); });
    std::filesystem::remove_all(options.out / "merged");
    fmt::print(" {:>9.2f} {:>8.1f} {:>7.0f}%", file, bytes / file * 1e-9, 100 * bytes / file / file_limit);
  }
  fmt::print("\n");
  std::fflush(stdout);
}

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto next = [&] { return std::string(i + 1 < count ? words[++i] : ""); };
    if (word == "--folder") {
      options.folder = next();
    } else if (word == "--out") {
      options.out = next();
    } else if (word == "--threads") {
      options.threads = std::stoul(next());
    } else if (word == "--runs") {
      options.runs = std::stoi(next());
    } else if (word == "--no-files") {
      options.files = false;
    } else if (word == "--kernels") {
      options.kernels = next();
    } else if (word == "--stored") {
      options.stored = next();
    } else if (word == "--dtype") {
      options.dtype = next();
    } else if (word == "--keep") {
      options.keep = true;
    } else {
      options.methods.insert(word);
    }
  }
  if (options.out.empty()) options.out = options.folder;
  return options;
}

// Of what this processor has.
void use_kernels(const std::string& name) {
  for (const merge::kernels::InstructionSet* const each : merge::kernels::available()) {
    if (each->name == name) return merge::kernels::activate(each);
  }
  if (name != "none") throw Error("no kernels " + name + " here");
  merge::kernels::activate(nullptr);
}

std::string_view kernels_name() {
  const merge::kernels::InstructionSet* const active = merge::kernels::active();
  return active == nullptr ? "none" : active->name;
}

void run(const Options& options) {
  if (!options.kernels.empty()) use_kernels(options.kernels);
  std::filesystem::create_directories(options.out);
  const std::optional<DType> stored = dtype_from_recipe(options.stored);
  if (!stored) throw Error("no type " + options.stored);
  generate_models(options.folder, 3, *stored);
  const merge::MappedFile file(options.folder / "base" / "model.safetensors");
  const merge::MergePlan copy = merge::plan_copy(merge::Checkpoint::open(options.folder / "base"));
  const eval::PlannedModel model = eval::describe_model(copy);
  const eval::Residence residence = eval::choose_residence(copy, std::nullopt);
  eval::ResidentWeights weights(*model.architecture, model.shape, residence.storage, residence.compute);
  merge::execute(copy, weights);  // touches every page
  const Copy copy_to_memory(file);
  const double file_limit = options.files ? copy_into_file(file, options.out, options.runs) : 0;
  fmt::print("Kernels of merges: {}. Weights: {}\n", kernels_name(),
             eval::describe_compute(residence.compute, residence.storage));
  fmt::print("Copy into a fresh file {:.1f} GB/s (read + written, best of {}, as all figures)\n",
             file_limit * 1e-9, options.runs);
  fmt::print("{:<17} {:>6} {:>9} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8}\n", "method", "inputs", "resident",
             "GB/s", "copy", "share", "file s", "GB/s", "share");
  for (const Case& each : kCases) {
    if (!options.methods.empty() && !options.methods.contains(each.method)) continue;
    if (merge::find_method(each.method) != nullptr)
      measure(each, options, copy_to_memory, file_limit, weights);
  }
}

}  // namespace
}  // namespace tsugi::bench

int main(int count, char** words) {
  const tsugi::bench::Options options = tsugi::bench::read_options(count, words);
  try {
    tsugi::merge::ThreadPool pool(options.threads);
    pool.run([&] { tsugi::bench::run(options); });
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_merge: {}\n", error.what());
    return 1;
  }
  if (!options.keep) std::filesystem::remove_all(options.folder);
}
