"""How fast the target reads: records per second into the stage, against loops that keep nothing.

    python bench/staging.py [--records 200000] [--fields 30] [--rounds 3]

In: Singer lines made here (one stream, text fields of 12 characters). Out: a table. `json` parses the lines and no
more; `sdk` is the SDK's own reading with a sink that drops every record (and without validation); `target` is
target-splynx from start to the end of the input, merge into DuckDB included. All in processes of their own, in turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

CHILD = """
import json, sys, time
kind, path, folder = sys.argv[1:]
if kind == "json":
    began = time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            json.loads(line)
elif kind == "sdk":
    from singer_sdk import RecordSink, Target
    class Nothing(RecordSink):
        def get_validator(self): return None
        def process_record(self, record, context): pass
    class Reader(Target):
        name = "reader"
        config_jsonschema = {"properties": {}}
        default_sink_class = Nothing
    target = Reader(config={})
    began = time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        target.listen(lines)
else:
    from pathlib import Path
    from target_splynx.stage.store import Stage
    from target_splynx.target import TargetSplynx
    class Reads(TargetSplynx):
        stage = Stage(Path(folder))
        def process_endofpipe(self): self.stage.flush()
    target = Reads(config={"api_url": "http://127.0.0.1:9", "workspace": folder})
    began = time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        target.listen(lines)
print(time.perf_counter() - began, file=sys.stderr)
"""


def write_lines(path: Path, records: int, fields: int, keys: int) -> None:
    """One stream as a tap sends it."""
    names = [f"field_{number}" for number in range(fields)]
    properties = {"id": {"type": "integer"}, **{name: {"type": ["string", "null"]} for name in names}}
    properties["updated_at"] = {"type": ["string", "null"], "format": "date-time"}
    with path.open("w", encoding="utf-8") as lines:
        schema = {"type": "object", "properties": properties}
        lines.write(json.dumps({"type": "SCHEMA", "stream": "rows", "schema": schema, "key_properties": ["id"]}) + "\n")
        for number in range(records):
            values = {name: f"value {number % 997:04d}-{name[-1]}" for name in names}
            record = {"id": number % keys, **values, "updated_at": "2026-11-01T10:00:00+00:00"}
            lines.write(json.dumps({"type": "RECORD", "stream": "rows", "record": record}) + "\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--fields", type=int, default=30, help="text fields beside the key and a time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", default=["json", "sdk", "target"])
    given = parser.parse_args()
    found: dict[str, list[float]] = {kind: [] for kind in given.kinds}
    peak: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "lines.jsonl"
        write_lines(source, given.records, given.fields, given.records)
        for round_number in range(given.rounds):
            for kind in given.kinds:
                workspace = Path(folder) / f"{kind}{round_number}"
                workspace.mkdir()
                output = Path(folder) / "out"
                command = [sys.executable, "-c", CHILD, kind, str(source), str(workspace)]
                done = measure.run(command, output)
                log = output.with_suffix(".log").read_text(encoding="utf-8")
                if done.exit_code:
                    raise SystemExit(log)
                found[kind].append(given.records / float(log.split()[-1]))
                peak[kind] = max(peak.get(kind, 0.0), done.peak_mb)
                subprocess.run(["rm", "-rf", str(workspace)], check=True)
    print(f"{given.records} records of {given.fields + 2} fields, {given.rounds} rounds in turns")
    print(f"{'':<8}{'records/s':>12}{'spread':>22}{'peak MB':>10}")
    for kind, rates in found.items():
        spread = f"{min(rates):,.0f} - {max(rates):,.0f}"
        print(f"{kind:<8}{statistics.median(rates):>12,.0f}{spread:>22}{peak[kind]:>10.0f}")


if __name__ == "__main__":
    main()
