// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's .bin, .pt and .pth files as torch.save writes them since 1.6: a zip archive of a pickle and of
// storages (specification checkpoints, section 6).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// The tensors of a state dict, or of the one that stands under `state_dict`, `model` or `module`, viewing
/// `file`; those that are not contiguous are gathered row by row when they are read. What is dropped goes to
/// `notes`. Throws InputError: another kind of file, a pickle that is more than a state dict, a tensor
/// outside its storage.
std::vector<TensorView> parse_pytorch(std::span<const std::byte> file, const std::string& path,
                                      std::vector<std::string>* notes = nullptr);

}  // namespace tsugi::merge
