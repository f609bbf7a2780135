"""Every benchmark, one after the other, as one table: python tests/benchmarks/all.py --output figures.json

Each runs in a process of its own. Let nothing else run meanwhile; the table says how busy the machine was at the start.
explain.py runs its measure B, which the machine decides, and leaves cold starts to cold.py; its measure A does not
depend on the machine, and its errors take long to compute.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from comparison import HEAD, Comparison, options
from machine import describe, sentence

SCRIPTS = ("startup", "memory", "latency", "throughput", "explain", "cold")


def main() -> None:
    """Run them, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser, rounds=None)
    arguments = parser.parse_args()
    machine = describe()
    found = {name: run(name, arguments.rounds, arguments.model or []) for name in SCRIPTS}
    print(f"{sentence(machine)}\n\n{HEAD}")
    for rows in found.values():
        print("\n".join(comparison(row).row() for row in rows))
    report = json.dumps({"machine": machine, "figures": found}, ensure_ascii=False)
    if arguments.output:
        arguments.output.write_text(report + "\n", encoding="utf-8")
    else:
        print(report)


def run(name: str, rounds: int | None, models: list[str]) -> list[dict[str, Any]]:
    """The JSON of one benchmark; what it has to say meanwhile goes to stderr."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.json"
        command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--output", str(output)]
        command += ["--measure", "B"] if name == "explain" else []
        command += ["--rounds", str(rounds)] if rounds else []
        command += [part for model in models for part in ("--model", model)]
        print(name, file=sys.stderr, flush=True)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        rows: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))
        return rows


def comparison(row: dict[str, Any]) -> Comparison:
    """A comparison from its JSON."""
    return Comparison(**{name: row[name] for name in Comparison.__dataclass_fields__})


if __name__ == "__main__":
    main()
