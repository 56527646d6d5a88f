// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The one place that calls HDF5: files of named tables with explanations, the same bytes for the same
// content.
//
// Goals: every call checked; no times, no history, nothing of the host in a file; what is unfinished never
// has the file's name. Non-goals: changing a file in place, more than one thread at a time (HDF5's C library
// keeps global state).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tsugi::evolve {

/// Makes a file in memory, so that the disk is written by ourselves and says why when it cannot be, and puts
/// it in its place by commit(). Throws Error naming the file.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::filesystem::path file);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// A group, such as "/candidates"; `description` becomes its attribute of that name. Parents come first.
  void group(const std::string& path, const std::string& description);

  /// A table; the last dimension changes fastest and the product of the dimensions is the number of values.
  void doubles(const std::string& path, const std::vector<std::size_t>& dimensions,
               std::span<const double> values, const std::string& description);
  void integers(const std::string& path, std::span<const std::int64_t> values,
                const std::string& description);
  /// UTF-8 of fixed width, padded with zero bytes.
  void texts(const std::string& path, std::span<const std::string> values, const std::string& description);

  /// An attribute of an existing object ("/" is the file's root).
  void attribute(const std::string& path, const std::string& name, const std::string& value);
  void attribute(const std::string& path, const std::string& name, std::int64_t value);

  /// Writes, syncs and renames, at most once, when nothing is to be added any more. Throws DiskFull too.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads what Hdf5Writer wrote. Throws InputError naming file and table.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(std::filesystem::path file);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  std::vector<std::size_t> dimensions(const std::string& path) const;
  std::vector<double> doubles(const std::string& path) const;
  std::vector<std::int64_t> integers(const std::string& path) const;
  std::vector<std::string> texts(const std::string& path) const;
  std::string text_attribute(const std::string& path, const std::string& name) const;
  std::int64_t integer_attribute(const std::string& path, const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsugi::evolve
