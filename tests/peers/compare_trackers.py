# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""A search that tells TensorBoard and an MLflow server: both must give back the numbers of its own --json lines."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from shared import POCKET, Table, program

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # nothing of this goes anywhere

import mlflow  # noqa: E402
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: E402
from tensorboard.version import VERSION  # noqa: E402

SEARCH = (POCKET / "search.yaml").read_text(encoding="utf-8").replace("include_path:", "limit: 60\ninclude_path:")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(folder, port):
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):  # two minutes: the server makes its tables first
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
                if answer.status == 200:
                    return server
        except OSError:
            time.sleep(0.2)
    server.kill()
    sys.exit("the MLflow server does not start")


def search(folder, *arguments):
    """The generation lines and the result of a search, by its own --json; stderr; seconds."""
    file = POCKET / "tracked.yaml"
    start = time.monotonic()
    done = subprocess.run([program(), "evolve", file, "--evaluations", "24", "--output", folder, "--json", *arguments],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    generations = [line for line in lines if "generation" in line]
    return generations, lines[-1], done.stderr, time.monotonic() - start


def expected(generations, result):
    """{name: [(step, value)]}, as docs/report.md has the names."""
    series = {f"search/{key}": [(line["generation"], line[key]) for line in generations if line[key] is not None]
              for key in ("best", "mean", "failures", "evaluations")}
    last = generations[-1]["generation"]
    for model in result["models"]:
        series[f"test/{model['name']}"] = [(last, model["score"])]
        series[f"test/{model['name']}/low"] = [(last, model["ci95"][0])]
        series[f"test/{model['name']}/high"] = [(last, model["ci95"][1])]
    series["gain/mean"] = [(last, result["gain"]["mean"])]
    return series


def worst_difference(series, read):
    """Largest relative difference; infinite where steps differ."""
    worst = 0.0
    for name, points in series.items():
        got = read(name)
        if [step for step, _ in got] != [step for step, _ in points]:
            return float("inf")
        for (_, mine), (_, theirs) in zip(points, got):
            worst = max(worst, abs(mine - theirs) / max(abs(mine), 1e-9))
    return worst


def main():
    table = Table()
    tracked = POCKET / "tracked.yaml"  # beside the models that it names
    tracked.write_text(SEARCH, encoding="utf-8")
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            port = free_port()
            server = start_server(folder, port)
            try:
                address = f"http://127.0.0.1:{port}"
                generations, result, notes, _ = search(folder / "run", "--tensorboard", folder / "events", "--mlflow", address)
                series = expected(generations, result)
                events = EventAccumulator(str(folder / "events"))
                events.Reload()
                worst = worst_difference(series, lambda tag: [(e.step, e.value) for e in events.Scalars(tag)])
                # float32 rounds to 2^-24 of a number.
                table.line("scalars of the event file", f"tensorboard {VERSION}", "6.0e-08", f"{worst:.1e}", worst <= 6.0e-8)

                client = mlflow.MlflowClient(address)
                runs = client.search_runs([client.get_experiment_by_name("tsugi").experiment_id])
                read = lambda key: [(m.step, m.value) for m in client.get_metric_history(runs[0].info.run_id, key)]
                worst = worst_difference(series, read)
                table.line("metrics of the run", f"mlflow {mlflow.__version__}", "0", f"{worst:.1e}", worst == 0 and len(runs) == 1)
                run = runs[0]
                told = (run.info.status, run.data.params["seed"], run.data.params["merge_method"],
                        "sealed" in run.data.tags.get("mlflow.note.content", "") or "never saw" in run.data.tags["mlflow.note.content"])
                table.line("status, parameters, note", f"mlflow {mlflow.__version__}", "equal", str(told[0]),
                           told == ("FINISHED", "1", "task_arithmetic", True) and "MLflow" not in notes)
            finally:
                server.terminate()
                server.wait()
            _, again, notes, _ = search(folder / "again", "--mlflow", address)
            table.line("the same search without the server", "mlflow, ended", "one note", str(notes.count("MLflow at")),
                       notes.count("MLflow at") == 1 and again == result)
    finally:
        tracked.unlink()
    table.end()


if __name__ == "__main__":
    main()
