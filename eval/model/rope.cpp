// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/rope.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "merge/checkpoint/rope.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTurn = 6.283185307179586;  // 2 pi

// theta^(2 i / rotary) in f32.
std::vector<float> periods(std::size_t rotary, double theta) {
  std::vector<float> result(rotary / 2);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(rotary);
    result[i] = static_cast<float>(std::pow(theta, static_cast<double>(exponent)));
  }
  return result;
}

// The parameters of one variant.
class Parameters {
 public:
  Parameters(const Json& rope, const merge::ModelConfig& config, std::size_t positions)
      : rope_(rope), config_(config), positions_(positions) {}

  std::string type() const { return rope_.at("rope_type").get<std::string>(); }
  double theta() const { return rope_.at("rope_theta").get<double>(); }

  std::optional<double> find(const char* key) const {
    const auto found = rope_.find(key);
    if (found == rope_.end() || !found->is_number()) return std::nullopt;
    return found->get<double>();
  }
  double number(const char* key) const {
    const std::optional<double> value = find(key);
    if (!value || !(*value > 0) || !std::isfinite(*value)) {
      throw InputError(config_.file(), fmt::format("RoPE of type '{}' has no number {} above 0", type(), key),
                       "take the config.json that came with the model");
    }
    return *value;
  }
  double original_positions() const {
    return find("original_max_position_embeddings").value_or(static_cast<double>(positions_));
  }
  double stretch() const {
    return find("factor").value_or(static_cast<double>(positions_) / original_positions());
  }

  std::vector<float> numbers(const char* key, std::size_t count) const {
    const auto found = rope_.find(key);
    const bool fits = found != rope_.end() && found->is_array() && found->size() == count &&
                      std::all_of(found->begin(), found->end(), [](const Json& x) { return x.is_number(); });
    if (!fits) {
      throw InputError(config_.file(),
                       fmt::format("RoPE of type '{}' needs a list {} of {} numbers", type(), key, count),
                       "take the config.json that came with the model");
    }
    return found->get<std::vector<float>>();
  }
  bool truncate() const {
    const auto found = rope_.find("truncate");
    return found == rope_.end() || *found != false;
  }

 private:
  const Json& rope_;
  const merge::ModelConfig& config_;
  std::size_t positions_;
};

void stretch_linearly(Rope& rope, const Parameters& parameters) {
  const auto factor = static_cast<float>(parameters.number("factor"));
  for (float& frequency : rope.frequencies) frequency /= factor;
}

void stretch_as_llama3(Rope& rope, const Parameters& parameters) {
  const auto factor = static_cast<float>(parameters.number("factor"));
  const double low = parameters.number("low_freq_factor");
  const double high = parameters.number("high_freq_factor");
  const double old = parameters.number("original_max_position_embeddings");
  for (float& frequency : rope.frequencies) {
    const auto wavelength = static_cast<float>(kTurn) / frequency;
    if (static_cast<double>(wavelength) > old / low) {
      frequency /= factor;
    } else if (!(static_cast<double>(wavelength) < old / high)) {
      const float smooth =
          (static_cast<float>(old) / wavelength - static_cast<float>(low)) / static_cast<float>(high - low);
      frequency = (1 - smooth) * frequency / factor + smooth * frequency;
    }
  }
}

void stretch_as_yarn(Rope& rope, const Parameters& parameters) {
  const double factor = parameters.stretch();
  const auto dim = static_cast<double>(rope.rotary);
  const auto boundary = [&](double rotations) {
    return dim * std::log(parameters.original_positions() / (rotations * kTurn)) /
           (2 * std::log(parameters.theta()));
  };
  double low = boundary(parameters.find("beta_fast").value_or(32));
  double high = boundary(parameters.find("beta_slow").value_or(1));
  if (parameters.truncate()) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, dim - 1);
  if (low == high) high += 0.001;  // the reference's way around a division by zero
  const std::vector<float> period = periods(rope.rotary, parameters.theta());
  for (std::size_t i = 0; i < period.size(); ++i) {
    const float ramp = std::clamp(
        (static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low), 0.0F, 1.0F);
    const float kept = 1 - ramp;
    const float stretched = 1.0F / (static_cast<float>(factor) * period[i]);
    rope.frequencies[i] = stretched * (1 - kept) + 1.0F / period[i] * kept;
  }
  const auto scale = [&](double weight) { return factor <= 1 ? 1.0 : 0.1 * weight * std::log(factor) + 1.0; };
  const double mscale = parameters.find("mscale").value_or(0);
  const double all = parameters.find("mscale_all_dim").value_or(0);
  const double usual = mscale != 0 && all != 0 ? scale(mscale) / scale(all) : scale(1);
  rope.factor = static_cast<float>(parameters.find("attention_factor").value_or(usual));
}

void stretch_as_longrope(Rope& rope, const Parameters& parameters) {
  const double original = parameters.number("original_max_position_embeddings");
  const double factor = parameters.stretch();
  const std::vector<float> period = periods(rope.rotary, parameters.theta());
  const auto stretched = [&](const char* key) {
    std::vector<float> result = parameters.numbers(key, period.size());
    for (std::size_t i = 0; i < period.size(); ++i) result[i] = 1.0F / (result[i] * period[i]);
    return result;
  };
  rope.frequencies = stretched("short_factor");
  rope.far = stretched("long_factor");
  rope.near = static_cast<std::size_t>(original);
  const double usual = factor <= 1 ? 1.0 : std::sqrt(1 + std::log(factor) / std::log(original));
  rope.factor = static_cast<float>(parameters.find("attention_factor").value_or(usual));
}

// The part of a head that turns, from rope_parameters or from the keys of the family.
double rotary_part(const recipes::DecoderTraits& traits, const merge::ModelConfig& config,
                   const std::string& layer_type) {
  constexpr const char* kPart = "partial_rotary_factor";
  const Json* given = config.find("rope_parameters");
  if (given != nullptr && given->is_object() && given->contains(layer_type)) given = &given->at(layer_type);
  const bool nested = given != nullptr && given->is_object() && given->contains(kPart);
  std::optional<double> part;
  if (nested && given->at(kPart).is_number()) part = given->at(kPart).get<double>();
  for (const std::string& key : traits.rotary) {
    if (!part) part = config.number(key);
  }
  if (!part && traits.rotary.empty()) part = config.number(kPart);
  const double result = part.value_or(1);
  if (!(result > 0 && result <= 1) || (traits.rotary.empty() && result != 1)) {
    throw InputError(config.file(),
                     fmt::format("partial_rotary_factor is {}, expected {}", result,
                                 traits.rotary.empty() ? "1" : "a number above 0 and at most 1"),
                     "score it with a command scorer");
  }
  return result;
}

}  // namespace

Rope plain_rope(std::size_t rotary, double theta) {
  Rope rope;
  rope.rotary = rotary;
  rope.frequencies = periods(rotary, theta);
  for (float& frequency : rope.frequencies) frequency = 1.0F / frequency;
  return rope;
}

std::vector<Rope> read_ropes(const recipes::DecoderTraits& traits, const merge::ModelConfig& config,
                             std::size_t head, std::size_t positions) {
  std::vector<Rope> ropes;
  const Json described = merge::normalised_rope(config);
  for (const auto& [layer_type, description] : described.items()) {
    const double part = rotary_part(traits, config, layer_type);
    const auto rotary = static_cast<std::size_t>(static_cast<double>(head) * part);
    const Parameters parameters(description, config, positions);
    Rope rope = plain_rope(rotary, parameters.theta());
    rope.layer_type = layer_type;
    const std::string type = parameters.type();
    if (type == "linear") {
      stretch_linearly(rope, parameters);
    } else if (type == "llama3") {
      stretch_as_llama3(rope, parameters);
    } else if (type == "yarn") {
      stretch_as_yarn(rope, parameters);
    } else if (type == "longrope") {
      stretch_as_longrope(rope, parameters);
    } else if (type != "default" && type != "dynamic") {  // dynamic changes nothing up to the last position
      throw InputError(config.file(), fmt::format("RoPE of type '{}' is not run", type),
                       "known: default, linear, dynamic, llama3, yarn, longrope");
    }
    ropes.push_back(std::move(rope));
  }
  return ropes;
}

}  // namespace tsugi::eval
