// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// These tests run programs, which a copy of this process keeps: as program/main.cpp does, main() asks first.
#include <gmock/gmock.h>

#include "eval/scorers/process.h"

int main(int argc, char** argv) {
  if (tsugi::eval::is_keeper(argc, argv)) return tsugi::eval::keep_program(argc, argv);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
