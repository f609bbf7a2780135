"""Many users at once, beside a plain gr.Interface and a server that does nothing: python tests/benchmarks/load.py

The work: each user sends one of the model's examples, waits for the answer, and sends the next, for some seconds. Ours
and the server that does nothing (nothing.py: the same route, whose answer is known) get `POST /api/v1/predict`; the
plain interface over the same pipeline (plain.py) gets Gradio's `POST /gradio_api/call/predict` and the stream that this
names, on Gradio's defaults. With `--route gradio` all three get the latter, as gradio_client asks. The three take turns
on the same machine; the users are one process of asyncio on it, too.
With `--pause` users think before they ask, as people do; without, each asks as fast as answers come.
A user who is told to come back (503 or 429) does so after a moment, which counts as a refusal. A round that follows
another at the same number of users has the same inputs in the same order.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from machine import describe, sentence
from processes import APP, PATIENCE, Server, only, resident, served

from inference import demo, models

HERE = Path(__file__).parent
MODELS, USERS = ("sentiment", "mobilenet-v2", "home-loans"), (1, 8, 32, 128)
REFUSED = (429, 503)
TENTHS = 10
PAUSE = 0.1
"""Seconds until a refused user asks again."""

Ask = Callable[[httpx.AsyncClient, int], Awaitable[int]]
"""Asks with the example of that number; the status."""
Asks = Callable[[httpx.AsyncClient, str], Awaitable[Ask]]
"""The way to ask a model of that name."""


@dataclass
class Load:
    """What some users got of one server in one round."""

    server: str
    users: int
    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    refused: int = 0
    failed: int = 0
    memory: list[float] = field(default_factory=list)
    """MB that the server holds, before the round and after each tenth of it."""

    def row(self) -> str:
        """A line of the table."""
        p50, p95, p99 = (1000 * np.quantile(self.took, [0.5, 0.95, 0.99])) if self.took else (np.nan,) * 3
        figures = f"{self.rate:,.1f} | {p50:,.0f} | {p95:,.0f} | {p99:,.0f}"
        return f"| {self.users} | {self.server} | {figures} | {self.refused} | {self.failed} | {self.held} |"

    @property
    def held(self) -> str:
        """Memory before, after a tenth of the round, after half of it, and at its end."""
        return " → ".join(f"{self.memory[place]:,.0f}" for place in (0, 1, TENTHS // 2, TENTHS))

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds


HEAD = (
    "| users | server | answers a second | p50 ms | p95 ms | p99 ms | refused | failed | MB |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """A table a model."""
    options = arguments()
    print(sentence(describe()), flush=True)
    found = {}
    for name in options.model or MODELS:
        found[name] = measured(name, options)
        print(f"\n**{name}**\n\n{HEAD}", *(load.row() for load in found[name]), sep="\n", flush=True)
    if options.output:
        told = {name: [asdict(load) for load in loads] for name, loads in found.items()}
        options.output.write_text(json.dumps({"machine": describe(), "loads": told}))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", help=f"default: {', '.join(MODELS)}")
    parser.add_argument("--users", type=int, action="append", help=f"default: {USERS}")
    parser.add_argument("--seconds", type=float, default=10.0, help="a round of one server")
    parser.add_argument(
        "--pause", type=float, default=0.0, help="seconds, in the mean, from an answer to the next call"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--route", choices=["rest", "gradio"], default="rest", help="of ours and of nothing computed")
    parser.add_argument("--server", action="append", choices=["ours", "plain", "nothing"], help="default: all")
    parser.add_argument("--output", type=Path, help="also write every figure as JSON")
    return parser.parse_args()


def measured(name: str, options: argparse.Namespace) -> list[Load]:
    """All servers under all numbers of users, by turns."""
    folder = str(models.find()[name])
    scripts = {
        "ours": (APP, *only([name])),
        "plain": (HERE / "plain.py", folder),
        "nothing": (HERE / "nothing.py", *only([name])),
    }
    wanted = options.server or list(scripts)
    with ExitStack() as stack:
        servers = {each: stack.enter_context(served(*scripts[each])) for each in wanted}
        loads = []
        for users in options.users or USERS:
            for _ in range(options.rounds):
                for each in wanted:
                    asks = of_plain if each == "plain" else of_gradio if options.route == "gradio" else of_rest
                    found = Load(each, users, options.seconds)
                    asyncio.run(loaded(found, asks, name, servers[each], options.pause))
                    loads.append(found)
    return loads


async def loaded(found: Load, asks: Asks, name: str, server: Server, pause: float) -> None:
    """One round of one server, after one answer that does not count."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, limits=limits) as client:
        ask = await asks(client, name)
        await ask(client, 0)
        end = time.perf_counter() + found.seconds
        asking = [user(found, client, ask, first, end, pause) for first in range(found.users)]
        await asyncio.gather(watch(found, server), *asking)


async def watch(found: Load, server: Server) -> None:
    """Look at the server's memory ten times."""
    found.memory.append(resident(server.pid))
    for _ in range(TENTHS):
        await asyncio.sleep(found.seconds / TENTHS)
        found.memory.append(resident(server.pid))


async def user(found: Load, client: httpx.AsyncClient, ask: Ask, first: int, end: float, pause: float) -> None:
    """Asks until the round is over, each time after a pause of a length drawn by chance, where there are pauses."""
    number, chance = first, random.Random(first)
    while time.perf_counter() < end:
        if pause:
            await asyncio.sleep(chance.expovariate(1 / pause))
        start = time.perf_counter()
        status = await ask(client, number)
        if status in REFUSED:
            found.refused += 1
            await asyncio.sleep(PAUSE)
            continue
        if status == 200:
            found.took.append(time.perf_counter() - start)
        else:
            found.failed += 1
        number += 1


async def of_rest(client: httpx.AsyncClient, name: str) -> Ask:
    """REST, with the examples as `/models` gives them."""
    bodies = [json.dumps({"model": name, "inputs": inputs}) for inputs in await examples(client, name)]
    head = {"Content-Type": "application/json"}

    async def ask(client: httpx.AsyncClient, number: int) -> int:
        return (await client.post("/api/v1/predict", content=bodies[number % len(bodies)], headers=head)).status_code

    return ask


async def of_gradio(client: httpx.AsyncClient, name: str) -> Ask:
    """Our `/predict` among Gradio's routes, with the same examples."""
    return called([[name, inputs] for inputs in await examples(client, name)])


async def examples(client: httpx.AsyncClient, name: str) -> list[Any]:
    """The inputs of each example."""
    models = (await client.get("/api/v1/models")).json()
    return [each["inputs"] for about in models if about["name"] == name for each in about["examples"]]


async def of_plain(client: httpx.AsyncClient, name: str) -> Ask:
    """The route of gr.Interface; pictures are uploaded beforehand."""
    about = demo.read(models.find()[name])
    inputs = [demo.resolve(models.find()[name], about, each.inputs) for each in about.examples]
    return called([[await sent(client, each[field.name]) for field in about.inputs] for each in inputs])


def called(rows: Sequence[Any]) -> Ask:
    """Gradio's two calls."""

    async def ask(client: httpx.AsyncClient, number: int) -> int:
        begun = await client.post("/gradio_api/call/predict", json={"data": rows[number % len(rows)]})
        if begun.status_code != 200:
            return begun.status_code
        stream = await client.get(f"/gradio_api/call/predict/{begun.json()['event_id']}")
        return 200 if "event: complete" in stream.text else 500

    return ask


async def sent(client: httpx.AsyncClient, value: Any) -> Any:
    """A value as Gradio takes it, a file uploaded."""
    if not isinstance(value, Path):
        return value
    paths: Sequence[str] = (
        await client.post("/gradio_api/upload", files={"files": (value.name, value.read_bytes())})
    ).json()
    return {"path": paths[0], "meta": {"_type": "gradio.FileData"}}


if __name__ == "__main__":
    main()
