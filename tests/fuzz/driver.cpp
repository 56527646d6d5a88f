// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target over inputs of its own making, where the compiler brings no libFuzzer:
//
//   NAME_fuzz [--cases N] [--seed S]    that many cases; an input that ends the program is written to a file
//   NAME_fuzz FILE...                   those inputs once
//
// Cases run in a child process and lie in memory that both see. Whatever ends the child (a sanitizer, an
// exception, a time limit, the kernel), the parent has the input.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/mutator.h"
#include "tests/fuzz/target.h"

#ifdef TSUGI_SANITIZE
// An input of kLongestInput bytes has no need of an allocation of 64 MB, nor of half a gigabyte in all; the
// quarantine is kept below that.
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=64:hard_rss_limit_mb=512:quarantine_size_mb=64:detect_stack_use_after_"
         "return=0";
}
extern "C" const char* __ubsan_default_options() {
  return "print_stacktrace=1";
}
#endif

namespace tsugi::fuzz {
namespace {

// What parent and child share.
struct Shared {
  std::uint64_t number;  // of the case in hand, from 1; 0 before and after
  std::size_t size;
  char input[kLongestInput];
};

struct Options {
  std::uint64_t cases = 1'000'000;
  std::uint64_t seed = 1;
  std::vector<std::string> files;
};

// A second of work for 16 KB is a hang; half a minute of waiting too, however busy the machine is.
void set_time_limits() {
  constexpr itimerval kWork{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_usec = 0}};
  constexpr unsigned kWait = 30;
  ::setitimer(ITIMER_PROF, &kWork, nullptr);
  ::alarm(kWait);
}

void set_memory_limit() {
#ifndef TSUGI_SANITIZE  // whose shadow takes terabytes of addresses
  constexpr rlim_t kMost = rlim_t{1} << 30;
  constexpr rlimit kLimit{.rlim_cur = kMost, .rlim_max = kMost};
  ::setrlimit(RLIMIT_AS, &kLimit);
#endif
}

// In a buffer of its own and just that size, so that the sanitizer sees every byte read beyond it. Whether
// the target read it.
bool run(std::string_view input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::memcpy(exact.get(), input.data(), input.size());
  const std::uint64_t before = read_count;
  set_time_limits();
  LLVMFuzzerTestOneInput(exact.get(), input.size());
  return read_count > before;
}

void check_corpus(const std::string& name, const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (run(inputs[i])) continue;
    fmt::print(stderr, "{}: input {} of the corpus is refused, expected valid ones\n", name, i);
    std::exit(EXIT_FAILURE);
  }
}

void run_cases(const std::string& name, const Options& options, Shared& shared) {
  set_memory_limit();
  std::vector<std::string> inputs = corpus();
  check_corpus(name, inputs);
  Mutator mutator(std::move(inputs), words(), options.seed);
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t read = 0;
  for (shared.number = 1; shared.number <= options.cases; ++shared.number) {
    std::string input = mutator.next();
    shared.size = input.size();
    std::memcpy(shared.input, input.data(), input.size());
    if (!run(input)) continue;
    ++read;
    mutator.keep(std::move(input));
  }
  shared.number = 0;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  fmt::print("{}: {} cases clean, {} of them read, in {:.1f} s: {:.0f} cases/s\n", name, options.cases, read,
             time.count(), static_cast<double>(options.cases) / time.count());
}

std::string ending(int status) {
  if (WIFEXITED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
  if (WTERMSIG(status) == SIGPROF) return "longer than 1 s";
  return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

void tell(const std::string& program, const std::string& name, const Options& options, const Shared& shared,
          int status) {
  if (shared.number == 0) {
    fmt::print(stderr, "{}: failed outside of any case: {}\n", name, ending(status));
    return;
  }
  const std::string file =
      std::filesystem::absolute(fmt::format("{}-{}-{}.input", name, options.seed, shared.number));
  std::ofstream(file, std::ios::binary).write(shared.input, static_cast<std::streamsize>(shared.size));
  fmt::print(stderr, "{}: case {} of seed {} failed: {}; run it again: {} {}\n", name, shared.number,
             options.seed, ending(status), program, file);
}

int fuzz(const std::string& program, const std::string& name, const Options& options) {
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw Error("no memory to share with the cases");
  auto& shared = *static_cast<Shared*>(memory);
  const pid_t child = ::fork();
  if (child < 0) throw Error("no process for the cases");
  if (child == 0) {
    run_cases(name, options, shared);
    std::exit(EXIT_SUCCESS);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return EXIT_SUCCESS;
  tell(program, name, options, shared, status);
  return EXIT_FAILURE;
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs broken inputs through one reader.");
  app.add_option("--cases", options.cases, "how many")->capture_default_str();
  app.add_option("--seed", options.seed, "which ones")->capture_default_str();
  app.add_option("files", options.files, "inputs to run once instead")->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  // A million files written over each other on a disk take hours. Whoever sets TMPDIR knows better.
  if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  const std::string name = std::filesystem::path(argv[0]).filename();
  if (options.files.empty()) return fuzz(argv[0], name, options);
  for (const std::string& file : options.files)
    fmt::print("{}: {}\n", file, run(tests::read_text(file)) ? "read" : "refused");
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tsugi::fuzz

int main(int argc, char** argv) {
  return tsugi::fuzz::main(argc, argv);
}
