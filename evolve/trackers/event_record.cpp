// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/event_record.h"

#include <bit>

#include "evolve/trackers/crc32c.h"

namespace tsugi::evolve {
namespace {

template <class Number>
void append_little_endian(std::string& out, Number number) {
  for (std::size_t byte = 0; byte < sizeof(Number); ++byte)
    out += static_cast<char>(number >> 8 * byte & 0xFFU);
}

// Protocol buffers' wire format: seven bits a byte, the lowest first.
void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out += static_cast<char>(number | 0x80U);
  out += static_cast<char>(number);
}

// How a field's value is laid out.
enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void append_key(std::string& out, std::uint32_t field, Wire wire) {
  append_varint(out, std::uint64_t{field} << 3U | static_cast<std::uint64_t>(wire));
}

void append_bytes(std::string& out, std::uint32_t field, std::string_view bytes) {
  append_key(out, field, Wire::bytes);
  append_varint(out, bytes.size());
  out += bytes;
}

std::string begin_event(double wall_time) {
  std::string event;
  append_key(event, 1, Wire::fixed64);
  append_little_endian(event, std::bit_cast<std::uint64_t>(wall_time));
  return event;
}

std::string summary_value(const Metric& metric) {
  std::string value;
  append_bytes(value, 1, metric.name);
  append_key(value, 2, Wire::fixed32);
  append_little_endian(value, std::bit_cast<std::uint32_t>(static_cast<float>(metric.value)));
  return value;
}

}  // namespace

std::string framed_record(std::string_view data) {
  std::string record;
  append_little_endian(record, std::uint64_t{data.size()});
  append_little_endian(record, masked_crc32c(record));
  record += data;
  append_little_endian(record, masked_crc32c(data));
  return record;
}

std::string version_event(double wall_time) {
  std::string event = begin_event(wall_time);
  append_bytes(event, 3, "brain.Event:2");
  return event;
}

std::string scalars_event(double wall_time, std::uint64_t step, std::span<const Metric> metrics) {
  std::string event = begin_event(wall_time);
  if (step != 0) {  // a field of value 0 is not written, as protocol buffers do
    append_key(event, 2, Wire::varint);
    append_varint(event, step);
  }
  std::string summary;
  for (const Metric& metric : metrics) append_bytes(summary, 1, summary_value(metric));
  append_bytes(event, 5, summary);
  return event;
}

}  // namespace tsugi::evolve
