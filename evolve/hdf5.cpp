// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/hdf5.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "evolve/run_folder.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

/// An identifier that closes itself. Every HDF5 call that makes one goes through here and is checked.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close) {
    if (id < 0) throw Error(fmt::format("{}: HDF5 failed", what));
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;

  operator hid_t() const { return id_; }  // NOLINT: passed to C functions all the time

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void check(herr_t status, const std::string& what) {
  if (status < 0) throw Error(fmt::format("{}: HDF5 failed", what));
}

// HDF5 prints its own stack of errors unless told not to; ours are one line.
void silence() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Handle text_type(std::size_t width, const std::string& what) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, what);
  check(H5Tset_size(type, std::max<std::size_t>(1, width)), what);
  check(H5Tset_cset(type, H5T_CSET_UTF8), what);
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), what);
  return type;
}

/// Bytes of fixed-width strings one after another.
std::string padded(std::span<const std::string> values, std::size_t width) {
  std::string bytes;
  bytes.reserve(values.size() * width);
  for (const std::string& value : values) bytes.append(value).append(width - value.size(), '\0');
  return bytes;
}

}  // namespace

struct Hdf5Writer::State {
  std::filesystem::path file;
  hid_t id = -1;

  std::string what(const std::string& path) const { return fmt::format("{}:{}", file.string(), path); }

  void text_attribute(hid_t object, const std::string& name, const std::string& value,
                      const std::string& where) const {
    const Handle type = text_type(value.size(), where);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, where);
    const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                           where);
    const std::string bytes = value.empty() ? std::string(1, '\0') : value;
    check(H5Awrite(attribute, type, bytes.data()), where);
  }

  void table(const std::string& path, const std::vector<std::size_t>& dimensions, hid_t type,
             const void* values, const std::string& description) const {
    const std::string where = what(path);
    const std::vector<hsize_t> extent(dimensions.begin(), dimensions.end());
    const bool empty = std::find(extent.begin(), extent.end(), 0) != extent.end();
    const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose,
                       where);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, where);
    check(H5Pset_obj_track_times(creation, 0), where);
    if (!empty) {
      // One row of a matrix a chunk: readers ask for one candidate; a vector is one chunk.
      std::vector<hsize_t> chunk = extent;
      if (chunk.size() > 1) chunk.front() = 1;
      check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), where);
      check(H5Pset_deflate(creation, 4),
            where);  // recipes and 0/1 scores shrink tenfold; more effort gains nothing
    }
    const Handle data(H5Dcreate2(id, path.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose,
                      where);
    if (!empty) check(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), where);
    text_attribute(data, "description", description, where);
  }
};

Hdf5Writer::Hdf5Writer(std::filesystem::path file) : state_(std::make_unique<State>()) {
  silence();
  state_->file = std::move(file);
  const std::string where = state_->what("/");
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, where);
  check(H5Pset_obj_track_times(creation, 0), where);
  constexpr std::size_t kStep = std::size_t{1} << 20;  // by which the image grows
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, where);
  check(H5Pset_fapl_core(access, kStep, 0), where);
  state_->id = H5Fcreate(state_->file.c_str(), H5F_ACC_TRUNC, creation, access);
  check(state_->id < 0 ? -1 : 0, where);
}

Hdf5Writer::~Hdf5Writer() {
  if (state_->id >= 0) H5Fclose(state_->id);
}

void Hdf5Writer::group(const std::string& path, const std::string& description) {
  const std::string where = state_->what(path);
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, where);
  check(H5Pset_obj_track_times(creation, 0), where);
  const Handle made(H5Gcreate2(state_->id, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose,
                    where);
  state_->text_attribute(made, "description", description, where);
}

void Hdf5Writer::doubles(const std::string& path, const std::vector<std::size_t>& dimensions,
                         std::span<const double> values, const std::string& description) {
  const std::size_t count =
      std::accumulate(dimensions.begin(), dimensions.end(), std::size_t{1}, std::multiplies<>());
  if (count != values.size())
    throw Error(fmt::format("{}: {} values for {}", state_->what(path), values.size(), count));
  state_->table(path, dimensions, H5T_IEEE_F64LE, values.data(), description);
}

void Hdf5Writer::integers(const std::string& path, std::span<const std::int64_t> values,
                          const std::string& description) {
  state_->table(path, {values.size()}, H5T_STD_I64LE, values.data(), description);
}

void Hdf5Writer::texts(const std::string& path, std::span<const std::string> values,
                       const std::string& description) {
  std::size_t width = 1;
  for (const std::string& value : values) width = std::max(width, value.size());
  const Handle type = text_type(width, state_->what(path));
  const std::string bytes = padded(values, width);
  state_->table(path, {values.size()}, type, bytes.data(), description);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, const std::string& value) {
  const std::string where = state_->what(path);
  const Handle object(H5Oopen(state_->id, path.c_str(), H5P_DEFAULT), H5Oclose, where);
  state_->text_attribute(object, name, value, where);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::int64_t value) {
  const std::string where = state_->what(path);
  const Handle object(H5Oopen(state_->id, path.c_str(), H5P_DEFAULT), H5Oclose, where);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, where);
  const Handle made(H5Acreate2(object, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose, where);
  check(H5Awrite(made, H5T_NATIVE_INT64, &value), where);
}

void Hdf5Writer::commit() {
  const std::string where = state_->what("/");
  check(H5Fflush(state_->id, H5F_SCOPE_GLOBAL), where);
  const ssize_t size = H5Fget_file_image(state_->id, nullptr, 0);
  if (size < 0) throw Error(fmt::format("{}: HDF5 failed", where));
  std::string image(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(state_->id, image.data(), image.size()) != size)
    throw Error(fmt::format("{}: HDF5 failed", where));
  write_whole(state_->file, image);
}

struct Hdf5Reader::State {
  std::filesystem::path file;
  hid_t id = -1;

  InputError broken(const std::string& path) const {
    return {fmt::format("{}:{}", file.string(), path), "cannot be read",
            "give the archive of a run of this program"};
  }
  Handle table(const std::string& path) const {
    const hid_t data = H5Dopen2(id, path.c_str(), H5P_DEFAULT);
    if (data < 0) throw broken(path);
    return {data, H5Dclose, path};
  }
  template <class Value>
  std::vector<Value> read(const std::string& path, hid_t type) const {
    const Handle data = table(path);
    const Handle space(H5Dget_space(data), H5Sclose, path);
    std::vector<Value> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    if (!values.empty() && H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
      throw broken(path);
    return values;
  }
};

Hdf5Reader::Hdf5Reader(std::filesystem::path file) : state_(std::make_unique<State>()) {
  silence();
  state_->file = std::move(file);
  state_->id = H5Fopen(state_->file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (state_->id < 0) {
    throw InputError(state_->file.string(), "no HDF5 file that can be read",
                     "give the archive of a finished run");
  }
}

Hdf5Reader::~Hdf5Reader() {
  if (state_->id >= 0) H5Fclose(state_->id);
}

std::vector<std::size_t> Hdf5Reader::dimensions(const std::string& path) const {
  const Handle data = state_->table(path);
  const Handle space(H5Dget_space(data), H5Sclose, path);
  std::vector<hsize_t> extent(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  if (H5Sget_simple_extent_dims(space, extent.data(), nullptr) < 0) throw state_->broken(path);
  return {extent.begin(), extent.end()};
}

std::vector<double> Hdf5Reader::doubles(const std::string& path) const {
  return state_->read<double>(path, H5T_NATIVE_DOUBLE);
}

std::vector<std::int64_t> Hdf5Reader::integers(const std::string& path) const {
  return state_->read<std::int64_t>(path, H5T_NATIVE_INT64);
}

std::vector<std::string> Hdf5Reader::texts(const std::string& path) const {
  const Handle data = state_->table(path);
  const Handle type(H5Dget_type(data), H5Tclose, path);
  const Handle space(H5Dget_space(data), H5Sclose, path);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) throw state_->broken(path);
  const std::size_t width = H5Tget_size(type);
  std::vector<std::string> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  std::string bytes(width * values.size(), '\0');
  if (!values.empty() && H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    throw state_->broken(path);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = bytes.substr(i * width, width);
    values[i].erase(std::find(values[i].begin(), values[i].end(), '\0'), values[i].end());
  }
  return values;
}

std::string Hdf5Reader::text_attribute(const std::string& path, const std::string& name) const {
  const hid_t opened = H5Aopen_by_name(state_->id, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  if (opened < 0) throw state_->broken(path + "@" + name);
  const Handle attribute(opened, H5Aclose, path);
  const Handle type(H5Aget_type(attribute), H5Tclose, path);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0)
    throw state_->broken(path + "@" + name);
  std::string value(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, value.data()) < 0) throw state_->broken(path + "@" + name);
  value.erase(std::find(value.begin(), value.end(), '\0'), value.end());
  return value;
}

std::int64_t Hdf5Reader::integer_attribute(const std::string& path, const std::string& name) const {
  const hid_t opened = H5Aopen_by_name(state_->id, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  if (opened < 0) throw state_->broken(path + "@" + name);
  const Handle attribute(opened, H5Aclose, path);
  std::int64_t value = 0;
  if (H5Aread(attribute, H5T_NATIVE_INT64, &value) < 0) throw state_->broken(path + "@" + name);
  return value;
}

}  // namespace tsugi::evolve
