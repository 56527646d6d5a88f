// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// TSUGI_CLONES before a plain function with a hot loop: GCC compiles it for AVX-512, for AVX2 and for any
// x86-64, and the loader picks one. All give the same bits, as no clone may fuse a*b+c (-ffp-contract=off)
// and GCC never reorders sums.
#pragma once

// Off under the sanitizers, whose runtime is not up when the loader calls the resolvers; clang (clang-tidy)
// has no such levels.
#if defined(TSUGI_SANITIZE) || defined(__clang__) || !defined(__x86_64__)
#define TSUGI_CLONES
#else
#define TSUGI_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
