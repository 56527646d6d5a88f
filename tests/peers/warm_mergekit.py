# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""mergekit kept warm, for bench_candidates.py: merges every "RECIPE<tab>FOLDER" of its standard input. Environment merge."""

import shared  # isort: skip
import contextlib
import logging
import sys
import time
from pathlib import Path

import yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions

logging.disable(logging.WARNING)
for line in sys.stdin:
    recipe, folder = line.rstrip("\n").split("\t")
    start = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        run_merge(MergeConfiguration.model_validate(yaml.safe_load(Path(recipe).read_text())), folder,
                  MergeOptions(quiet=True, lazy_unpickle=True, write_model_card=False))
    print(time.perf_counter() - start, flush=True)
