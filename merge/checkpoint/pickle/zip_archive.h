// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The directory of a zip archive whose entries are stored, not compressed, so that they can be read where
// they lie. (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3: Zip64.) By hand, because no library says where in
// the file an entry's bytes begin.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace tsugi::merge {

/// Entry -> its bytes in the file.
using ZipEntries = std::map<std::string, std::span<const std::byte>>;

/// Views `file`, whose path is `path`. Throws InputError: no archive, parts of it outside the file, entries
/// compressed, encrypted or of one name.
ZipEntries read_zip_directory(std::span<const std::byte> file, const std::string& path);

}  // namespace tsugi::merge
