"""What a prediction and an explanation cost, and what that means for many users: python tests/benchmarks/capacity.py

The work: `task.predict` and `explain`, as it stops by itself, of each model's examples in turn, in one process with one
thread. What is counted is the time that processor cores spend in it, all threads' together (`time.process_time`), not
the time that passes: it is the same, but for the share that caches and clocks take, whatever else the machine does.

A machine's need follows from an assumption that stands above the table: how many predictions and explanations a user
asks for in an hour, and how busy the cores may be. It leaves out the page itself, files, and what reaches the server at
once: figures are of an even hour, a peak of three times the mean needs three times as much.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # the package explain, not the script of that name beside this file
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from cores import USERS, Assumed, Cost
from machine import describe, sentence
from processes import at_hand

import inference
from explain import explain
from inference.errors import SeeWhyError
from inference.task import Task


def main() -> None:
    """Measure, print the table, and write the figures where told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", help="a model's name; repeatable (default: all at hand)")
    parser.add_argument("--rounds", type=int, default=3, help="over the examples (default: %(default)s)")
    parser.add_argument("--examples", type=int, default=3, help="of each model, at most (default: %(default)s)")
    parser.add_argument("--predictions", type=float, default=10, help="of a user in an hour (default: %(default)g)")
    parser.add_argument("--explanations", type=float, default=5, help="likewise (default: %(default)g)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    machine, costs = describe(), []
    assumed = Assumed(options.predictions, options.explanations)
    print(heading(machine, assumed), flush=True)
    for name in at_hand(options.model):
        costs.append(measured(inference.load(name), options.rounds, options.examples))
        print(costs[-1].row(assumed), flush=True)
    if options.output:
        found = {"machine": machine, "assumed": asdict(assumed), "costs": [asdict(each) for each in costs]}
        options.output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def heading(machine: dict[str, Any], assumed: Assumed) -> str:
    """What was assumed, where it was measured, and the table's first lines."""
    cores = " | ".join(f"cores for {users:,} users an hour" for users in USERS)
    return (
        f"{sentence(machine)}\n\nA user asks for {assumed.predictions:g} predictions and {assumed.explanations:g} "
        f"explanations in an hour; cores are {assumed.busy:.0%} busy. One thread; median (range) of the examples.\n\n"
        f"| model | a prediction, core ms | an explanation, core ms | {cores} |\n|---|---|---|{'---|' * len(USERS)}"
    )


def measured(task: Task, rounds: int, most: int) -> Cost:
    """The cost of a model's examples, after each was asked once."""
    inputs = [each.inputs for each in task.demo.examples[:most]]
    predictions = [seconds for given in inputs for seconds in times(lambda given=given: task.predict(given), rounds)]  # type: ignore[misc]
    explanations: list[float] = []
    try:
        for given in inputs:
            explanations += times(lambda given=given: explain(task, given), rounds)  # type: ignore[misc]
    except SeeWhyError as error:
        print(f"{task.name} is not explained: {error}", flush=True)
    return Cost(task.name, predictions, explanations)


def times(work: Callable[[], Any], rounds: int) -> list[float]:
    """Core seconds of a work, the first time left out."""
    work()
    return [spent(work) for _ in range(rounds)]


def spent(work: Callable[[], Any]) -> float:
    """Core seconds of a work, of all threads of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
