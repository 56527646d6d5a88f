# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what TensorBoard's own writer makes of a version event and of scalars: tests/golden/events.json, records in hex."""

import io

from shared import GOLDEN, write_json
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.version import VERSION

# Step 0 is a field that is not written; 300 and the long tag need a second byte of length.
CASES = [
    {"wall_time": 1.5, "step": 0, "values": [["search/best", 0.5]]},
    {"wall_time": 1764417600.25, "step": 300, "values": [["search/best", 0.1], ["search/mean", -2.75], ["x" * 200, 1e-30]]},
    {"wall_time": 0.125, "step": 2**40, "values": []},
]


def record(event):
    stream = io.BytesIO()
    RecordWriter(stream).write(event.SerializeToString())
    return stream.getvalue().hex()


def scalars(case):
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in case["values"]]
    return record(Event(wall_time=case["wall_time"], step=case["step"], summary=Summary(value=values)))


write_json(GOLDEN / "events.json", {
    "made_by": f"tensorboard {VERSION}",
    "version": {"wall_time": 1764417600.5, "record": record(Event(wall_time=1764417600.5, file_version="brain.Event:2"))},
    "scalars": [{**case, "record": scalars(case)} for case in CASES],
}, depth=2)
