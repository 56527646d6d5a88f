// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Records of a TensorBoard event file as bytes.
//
// A record is length (u64), masked CRC-32C of the length, data, masked CRC-32C of the data, little-endian
// (tensorflow/tsl/lib/io/record_writer.h). Data is a protocol buffer `Event` of which these fields are
// written: wall_time = 1 (double), step = 2 (int64), file_version = 3 (string), summary = 5 with value = 1,
// each tag = 1 (string) and simple_value = 2 (float) (tensorboard/compat/proto/event.proto, summary.proto).
// Non-goals: reading; tensors, images, histograms.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "evolve/trackers/metrics.h"

namespace tsugi::evolve {

/// Length, data and both checksums.
std::string framed_record(std::string_view data);

/// The Event that opens every file; `wall_time` in seconds since 1970.
std::string version_event(double wall_time);

/// An Event with the scalars of one step; all of `metrics` have it.
std::string scalars_event(double wall_time, std::uint64_t step, std::span<const Metric> metrics);

}  // namespace tsugi::evolve
