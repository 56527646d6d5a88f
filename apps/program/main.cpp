// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/commands.h"
#include "eval/scorers/process.h"

int main(int argc, char** argv) {
  if (tsugi::eval::is_keeper(argc, argv)) return tsugi::eval::keep_program(argc, argv);
  return tsugi::apps::run(argc, argv);
}
