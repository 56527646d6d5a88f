// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a search file becomes before anything is evaluated: open checkpoints, gene space, items, division of
// the machine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evolve/contamination.h"
#include "evolve/evaluator.h"
#include "evolve/exam.h"
#include "evolve/export_place.h"
#include "evolve/genomes/genome.h"
#include "evolve/genomes/usual_merges.h"
#include "evolve/planner.h"
#include "evolve/search.h"
#include "merge/checkpoint/checkpoint.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// A source of the search.
struct Parent {
  recipes::ModelReference reference;
  std::string name;
  std::shared_ptr<const merge::Checkpoint> checkpoint;
};

struct Workbench {
  recipes::SearchSpec
      spec;  ///< evaluations and seed as overridden; model paths that work from the working directory
  merge::CheckpointStore store;
  std::vector<Parent> parents;  ///< the models in their order, then the base if it is not among them
  std::size_t deepest = 0;  ///< layers of a path over a merge of the search's own; 0: there are no such paths
  std::size_t stage = 0;    ///< that is searched
  std::unique_ptr<GeneSpace> space;      ///< of that stage
  std::vector<UsualMerge> usual_merges;  ///< baselines beside the space's own
  std::unique_ptr<eval::Tokenizer> tokenizer;
  Exam exam;
  std::vector<std::size_t> likelihood_items;  ///< of the search side: what a search by likelihood scores
  std::vector<Contamination> contamination;
  Division division;
  ExportPlace exports;  ///< where models are written for programs of the user's
  /// What the search goes by.
  Measure measure() const {
    return spec.fitness == recipes::Fitness::loglikelihood ? Measure::likelihood : Measure::metric;
  }
  std::vector<std::string> notes;  ///< what a user should know
};

/// Everything that can be wrong with a search is found here, except what only shows when weights are read.
/// Throws InputError.
std::unique_ptr<Workbench> prepare_search(const recipes::SearchSpec& spec, const SearchOptions& options);

/// `optimizer:` of the stage that is searched.
const recipes::OptimizerSpec& optimizer_of(const Workbench& bench);

/// The optimizer of that stage in its first state. Throws InputError.
std::unique_ptr<Optimizer> make_optimizer(const Workbench& bench);

/// Makes the layers the space that is searched, with what `weights` comes to as the first model.
void begin_layers(Workbench& bench, const recipes::Recipe& weights);

}  // namespace tsugi::evolve
