// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/method_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tsugi::evolve {
namespace {

using recipes::GenomeSpec;
using recipes::MarkedText;

std::vector<MarkedText> methods_of(const GenomeSpec& spec) {
  std::vector<MarkedText> methods{{.text = spec.merge_method, .mark = spec.method_mark}};
  methods.insert(methods.end(), spec.other_methods.begin(), spec.other_methods.end());
  return methods;
}

// The parameter that a range is about in a method: "density" and "ties.density" are density in ties.
std::string parameter_in(const std::string& method, const std::string& range) {
  return range.starts_with(method + ".") ? range.substr(method.size() + 1) : range;
}

bool has_parameter(const std::string& method, const std::string& range) {
  const merge::Method* known = merge::find_method(method);
  return known != nullptr && known->find(parameter_in(method, range)) != nullptr;
}

void check_ranges(const GenomeSpec& spec, const std::vector<MarkedText>& methods) {
  for (const auto& [name, range] : spec.ranges) {
    const auto has = [&, &range_name = name](const MarkedText& m) {
      return has_parameter(m.text, range_name);
    };
    if (std::any_of(methods.begin(), methods.end(), has)) continue;
    std::vector<std::string> known;
    for (const MarkedText& method : methods) {
      const merge::Method* row = merge::find_method(method.text);
      if (row == nullptr) continue;
      for (const merge::Parameter& parameter : row->parameters) known.emplace_back(parameter.name);
    }
    throw InputError(range.mark, fmt::format("none of the methods has a parameter '{}' to search", name),
                     suggestion(name, known));
  }
}

// The search as if this were its only method. A range that names the method goes before one that does not.
GenomeSpec spec_of(const GenomeSpec& spec, const MarkedText& method) {
  GenomeSpec own = spec;
  own.merge_method = method.text;
  own.method_mark = method.mark;
  own.other_methods.clear();
  own.random_init = false;
  own.ranges.clear();
  for (const auto& [name, range] : spec.ranges) {
    if (!has_parameter(method.text, name)) continue;
    const std::string parameter = parameter_in(method.text, name);
    if (parameter != name || !own.ranges.contains(parameter)) own.ranges[parameter] = range;
  }
  return own;
}

bool same_row(const merge::Parameter& a, const merge::Parameter& b) {
  const auto same_range = [](const merge::Range& x, const merge::Range& y) {
    return x.low == y.low && x.high == y.high && x.low_open == y.low_open && x.high_open == y.high_open;
  };
  return a.name == b.name && a.scope == b.scope && a.kind == b.kind && a.standard == b.standard &&
         a.scale == b.scale && a.doc == b.doc && same_range(a.accepted, b.accepted) &&
         same_range(a.searched, b.searched);
}

bool same_gene(const Gene& a, const Gene& b) {
  return a.name == b.name && a.low == b.low && a.high == b.high && a.start == b.start && a.scale == b.scale &&
         a.levels == b.levels && a.quantum == b.quantum;
}

}  // namespace

MethodChoice::MethodChoice(const GenomeSpec& spec, const ModelFamily& family) {
  const std::vector<MarkedText> methods = methods_of(spec);
  for (const MarkedText& method : methods) {
    members_.push_back({.method = method.text,
                        .space = std::make_unique<WeightSpace>(spec_of(spec, method), family),
                        .genes = {}});
    genes_.push_back({.name = "method " + method.text, .low = 0, .high = 1, .start = 0.5});
  }
  check_ranges(spec, methods);
  for (std::size_t member = 0; member < members_.size(); ++member) add_genes(member);
  name_genes();
  if (spec.random_init) draw_starts(genes_, family.seed);
}

// A gene of an earlier member that stands for the same, or a new one.
std::size_t MethodChoice::place_of(std::size_t member, std::size_t gene) {
  const WeightSpace& own = *members_[member].space;
  const merge::Parameter& parameter = own.parameter_of(gene);
  for (std::size_t m = 0; m < member; ++m) {
    const WeightSpace& other = *members_[m].space;
    if (parameter.name == "weight" && own.normalizes() != other.normalizes()) continue;
    for (std::size_t g = 0; g < other.genes().size(); ++g) {
      if (same_row(parameter, other.parameter_of(g)) && same_gene(own.genes()[gene], other.genes()[g]))
        return members_[m].genes[g];
    }
  }
  genes_.push_back(own.genes()[gene]);
  return genes_.size() - 1;
}

void MethodChoice::add_genes(std::size_t member) {
  for (std::size_t gene = 0; gene < members_[member].space->genes().size(); ++gene)
    members_[member].genes.push_back(place_of(member, gene));
}

// A gene that not all methods read says which do.
void MethodChoice::name_genes() {
  for (std::size_t place = members_.size(); place < genes_.size(); ++place) {
    std::vector<std::string> readers;
    for (const Member& member : members_) {
      if (std::find(member.genes.begin(), member.genes.end(), place) != member.genes.end())
        readers.push_back(member.method);
    }
    if (readers.size() < members_.size())
      genes_[place].name += fmt::format(" [{}]", fmt::join(readers, ", "));
  }
}

std::size_t MethodChoice::chosen(std::span<const double> values) const {
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(members_.size());
  return static_cast<std::size_t>(std::max_element(values.begin(), end) - values.begin());
}

recipes::Recipe MethodChoice::decode(std::span<const double> values) const {
  if (values.size() != genes_.size()) {
    throw Error(
        fmt::format("a genome of {} numbers was given to a space of {} genes", values.size(), genes_.size()));
  }
  const Member& member = members_[chosen(values)];
  std::vector<double> own;
  for (const std::size_t place : member.genes) own.push_back(values[place]);
  return member.space->decode(own);
}

std::vector<Baseline> MethodChoice::baselines() const {
  std::vector<Baseline> baselines;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (const Baseline& own : members_[i].space->baselines()) {
      std::vector<double> values;
      for (const Gene& gene : genes_) values.push_back(gene.start);
      for (std::size_t m = 0; m < members_.size(); ++m) values[m] = m == i ? 1 : 0;
      for (std::size_t gene = 0; gene < own.genes.size(); ++gene)
        values[members_[i].genes[gene]] = own.genes[gene];
      baselines.push_back({.name = fmt::format("{} {}", own.name, members_[i].method), .genes = values});
    }
  }
  return baselines;
}

std::unique_ptr<GeneSpace> make_weight_space(const GenomeSpec& spec, const ModelFamily& family) {
  if (spec.other_methods.empty()) return std::make_unique<WeightSpace>(spec, family);
  return std::make_unique<MethodChoice>(spec, family);
}

}  // namespace tsugi::evolve
