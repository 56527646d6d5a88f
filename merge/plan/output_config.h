// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The last step of planning: config.json of the output, the donor's with what the merge changes.
#pragma once

#include "merge/checkpoint/config.h"
#include "merge/plan/context.h"
#include "merge/plan/tensors.h"

namespace tsugi::merge {

/// The donor's config with the type actually stored, the tie as written and, for `slices`, the number of
/// layers and all lists with one entry a layer, put together from each slice's first source. Throws
/// InputError when settings that count layers from one end do not fit the new sequence.
ModelConfig output_config(const PlanContext& context, const PlannedTensors& planned);

}  // namespace tsugi::merge
