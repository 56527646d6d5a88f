// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the inputs of a merge say about their licences: their model cards' front matter and LICENSE files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tsugi::merge {

/// `license` of the front matter of FOLDER/README.md; "" when there is none or it is not one plain word.
std::string declared_licence(const std::filesystem::path& folder);

/// What all of the folders declare; "" when one declares nothing or another.
std::string common_licence(const std::vector<std::filesystem::path>& folders);

/// A sentence for each pair of neighbours whose declarations or LICENSE files differ: only the donor's goes
/// along.
std::vector<std::string> licence_notes(const std::vector<std::filesystem::path>& folders);

}  // namespace tsugi::merge
