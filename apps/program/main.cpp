// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/commands.h"

int main(int argc, char** argv) {
  return tsugi::apps::run(argc, argv);
}
