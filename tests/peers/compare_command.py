# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""`scorer: command` with lm-evaluation-harness as the command: a small search over the bundled experts whose two tasks ask the same
items, one scored by tsugi itself and one by the program lm_eval on the exported candidates, in f32. Environment eval.
"""

import shared  # isort: skip
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy

LM_EVAL = Path(sys.executable).parent / "lm_eval"
SEARCH = """
genome:
  merge_method: linear
  models: [{pocket}/math, {pocket}/ja]
  dtype: float32
tasks:
  - name: pocket_math_ja
    metric: "exact_match,last-number"
  - name: by_harness
    scorer: command
    command: [{program}, --model, hf, --model_args, "pretrained={{model}},dtype=float32", --device, cpu, --batch_size, "16",
              --tasks, pocket_math_ja, --include_path, {tasks}, --samples, "{{samples}}", --output_path, "{{output}}", --log_samples]
    task: pocket_math_ja
    items: {pocket}/items/math_ja.jsonl
    metric: "exact_match,last-number"
include_path: {tasks}
limit: {items}
evaluations: 2
optimizer: {{name: cma_es, population: 2}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "search.yaml").write_text(SEARCH.format(pocket=shared.POCKET, tasks=shared.TASKS, items=options.items, program=LM_EVAL))
        # The task's data file is named from the folder of the tasks.
        done = subprocess.run([shared.program(), "evolve", folder / "search.yaml", "--output", folder / "run", "--quiet"],
                              cwd=shared.TASKS, text=True, capture_output=True, env=os.environ | {"XDG_STATE_HOME": name})
        if done.returncode != 0:
            sys.exit(f"tsugi evolve: exit {done.returncode}\n{done.stderr}")
        with h5py.File(folder / "run" / "archive.h5") as archive:
            tasks = archive["items/task"].asstr()[:]
            scores = archive["candidates/scores"][:]
        native, harness = scores[:, tasks == "pocket_math_ja"], scores[:, tasks == "by_harness"]
        asked = ~numpy.isnan(native)
        equal = int((native[asked] == harness[asked]).sum()) if (asked == ~numpy.isnan(harness)).all() else 0
        right = int(native[asked].sum())
        table = shared.Table()
        table.line("scorer: command, exact_match item by item", "lm-evaluation-harness", "equal", f"{equal}/{int(asked.sum())}",
                   equal == asked.sum() and 0 < right < equal, f"{len(scores)} models, {right} right")
        table.end()


if __name__ == "__main__":
    main()
