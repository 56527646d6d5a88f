// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A run as one page of HTML.
#pragma once

#include <string>
#include <vector>

#include "evolve/report/run_reader.h"

namespace tsugi::evolve {

struct Page {
  std::string html;
  std::vector<std::string> notes;  ///< what is missing in it, a sentence each
};

/// Everything is in the one text: styles, scripts (Chart.js among them) and data. Its content security policy
/// allows no request of any kind and no script but its own two, by their hashes; what models, items and files
/// say is data or escaped text. Of the recipe's models it reads the headers. The same run gives the same
/// bytes.
///
/// Its size is 0.25 MB of scripts, some 60 bytes and 2 more for each model for every sealed item, a line for
/// every generation, and at most 6 MB of texts (see answers_json()).
Page report_page(const Run& run);

}  // namespace tsugi::evolve
