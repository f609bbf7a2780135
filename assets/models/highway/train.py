"""Train the driver of this folder, measure it beside simple rules, and write every file but the card.

    python assets/models/highway/train.py

Learning goes on many roads at once (assets/recipes/traffic.py) by proximal policy optimisation (PPO: Schulman et al.
2017, arXiv 1707.06347), measuring in highway-env 1.12 itself: held-out episodes, the same for all.
"""

import argparse
import csv
import json
import multiprocessing
import sys
import time
import zlib
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import highway, traffic  # noqa: E402
from assets.recipes.bootstrap import of_mean, of_share, quote  # noqa: E402
from assets.recipes.highway import ACTIONS, Scene, Tick  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.errors import InputError  # noqa: E402
from inference.fields import SceneField  # noqa: E402
from inference.modeling.driver import Driver, DriverConfig, SceneExtractor  # noqa: E402

SEED = 0
ROADS, CARS, TICKS, STEPS = 256, 14, 16, 400_000  # more cars would stay too far ahead to be met in half a minute
GAMMA, LAMBDA, CLIP, PASSES, BATCH = 0.95, 0.95, 0.2, 4, 512
RATE, ENTROPY = 1e-3, 0.01  # both fall to 0
CRASH = 4.0  # seconds of full reward that a crash costs beyond those it ends
HELD_OUT, RECORDED = range(300_000, 300_300), range(400_000, 400_040)  # seeds of episodes in highway-env
REFERENCE = 100  # scenes that stand for what the driver sees, in explanations
extractor = SceneExtractor()
FIELD = SceneField(name="scene", label="Scene")


def begin() -> None:
    """Write a network that has learned nothing."""
    torch.manual_seed(SEED)
    labels = {"id2label": dict(enumerate(ACTIONS)), "label2id": {name: i for i, name in enumerate(ACTIONS)}}
    Driver(DriverConfig(**labels)).save_pretrained(FOLDER)
    extractor.save_pretrained(FOLDER)


@cache
def driver() -> Driver:
    """The network as it was last saved, one a process."""
    torch.set_num_threads(1)
    return Driver.from_pretrained(FOLDER)


def tensors(own: Any, cars: Any, present: Any) -> dict[str, Tensor]:
    """What is seen on many roads as the network takes it."""
    own, cars = (torch.tensor(part, dtype=torch.float32) for part in (own, cars))
    return dict(extractor.scaled(own, cars, torch.tensor(present)))


@torch.no_grad()
def first_choice(own: Any, cars: Any, present: Any) -> np.ndarray:
    """The most probable actions, int64[roads]."""
    return driver()(**tensors(own, cars, present)).logits.argmax(1).numpy()


def learn(steps: int) -> None:
    """PPO until so many seconds were driven; of the policies on the way the best on validation roads is saved."""
    torch.manual_seed(SEED)
    roads, rounds = traffic.Traffic(ROADS, CARS, SEED), steps // (ROADS * TICKS)
    optimizer = torch.optim.Adam(driver().parameters(), lr=RATE)
    best, start = -np.inf, time.time()
    for turn in range(1, rounds + 1):
        left = 1 - turn / rounds
        optimizer.param_groups[0]["lr"] = RATE * max(left, 0.02)
        improve(optimizer, *collect(roads), ENTROPY * left)
        if turn % 10 == 0 or turn == rounds:
            earned, crashed = traffic.episodes(first_choice, 300, 20, SEED + 1)
            print(f"{turn * ROADS * TICKS:,} s driven: return {earned:.2f}, crashed {crashed:.3f}", flush=True)
            if earned - 10 * crashed > best:
                best = earned - 10 * crashed
                driver().save_pretrained(FOLDER)
    driver.cache_clear()
    print(f"learning took {time.time() - start:.0f} s")


@torch.no_grad()
def collect(roads: traffic.Traffic) -> tuple[dict[str, Tensor], Tensor, Tensor, Tensor, Tensor]:
    """Some seconds on all roads: what was seen, what was done, how probable it was, its advantage and the return."""
    seen, taken, worth, rewards, crashes, ends = [], [], [], [], [], []
    for _ in range(TICKS):
        seen.append(tensors(*roads.seen()))
        out = driver()(**seen[-1])
        taken.append(torch.distributions.Categorical(logits=out.logits).sample())
        worth.append(out.value)
        reward, crashed, ended = roads.step(taken[-1].numpy())
        rewards.append(torch.from_numpy(reward - CRASH * crashed).float())
        crashes.append(torch.from_numpy(crashed))
        ends.append(torch.from_numpy(ended))
    after = driver()(**tensors(*roads.seen())).value
    gains, later = [], torch.zeros(ROADS)
    for t in reversed(range(TICKS)):
        # Half a minute ends the episode, not the road: what would have come is taken to be worth what came before.
        following = torch.where(ends[t], torch.where(crashes[t], 0.0, worth[t]), after)
        surprise = rewards[t] + GAMMA * following - worth[t]
        later = surprise + GAMMA * LAMBDA * torch.where(ends[t], 0.0, later)
        gains.insert(0, later)
        after = worth[t]
    most = {name: torch.cat([each[name] for each in seen]) for name in seen[0]}
    gain, value, action = torch.cat(gains), torch.cat(worth), torch.cat(taken)
    before = driver()(**most).logits.log_softmax(1).gather(1, action[:, None])[:, 0]
    return most, action, before, gain, gain + value


def improve(
    optimizer: Any,
    seen: dict[str, Tensor],
    taken: Tensor,
    before: Tensor,
    gain: Tensor,
    returns: Tensor,
    entropy: float,
) -> None:
    """Some passes of PPO: clipped ratios, so that the policy changes little at once."""
    scaled = (gain - gain.mean()) / (gain.std() + 1e-6)
    for _ in range(PASSES):
        for rows in torch.randperm(len(taken)).split(BATCH):
            out = driver()(**{name: value[rows] for name, value in seen.items()})
            logs = out.logits.log_softmax(1)
            ratio = (logs.gather(1, taken[rows, None])[:, 0] - before[rows]).exp()
            aim = torch.minimum(ratio * scaled[rows], ratio.clip(1 - CLIP, 1 + CLIP) * scaled[rows]).mean()
            spread = -(logs.exp() * logs.clamp_min(-30)).sum(1).mean()
            loss = 0.25 * functional.mse_loss(out.value, returns[rows]) - aim - entropy * spread
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(driver().parameters(), 0.5)
            optimizer.step()


@torch.no_grad()
def sureness(roads: int = 1000) -> None:
    """Print how often the first choice has which probability, and how often a crash follows within 3 seconds."""
    road = traffic.Traffic(roads, 20, SEED + 2)
    first, crashes = [], []
    for _ in range(90):
        out = driver()(**tensors(*road.seen())).logits
        first.append(out.softmax(1).amax(1).numpy())
        crashes.append(road.step(out.argmax(1).numpy())[1])
    sure, soon = np.array(first[:-2]), np.array(crashes[:-2]) | np.array(crashes[1:-1]) | np.array(crashes[2:])
    for low, high in pairwise([0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01]):
        inside = (sure >= low) & (sure < high)
        share = soon[inside].mean() if inside.any() else np.nan
        print(f"probability {low} to {high}: {inside.mean():.3f} of the seconds, a crash within 3 s after {share:.4f}")


# Measured in highway-env itself


def chosen(scene: Scene) -> int:
    """The driver's most probable action."""
    with torch.no_grad():
        return int(driver()(**extractor([scene])).logits[0].argmax())


RULES: dict[str, Callable[[Scene], int]] = {
    "driver": chosen,
    "always slower": lambda scene: 4,
    "always keep": lambda scene: 1,
    "random": lambda scene: zlib.crc32(json.dumps(scene).encode()) % 5,
}


def run(job: tuple[str, int]) -> list[Tick]:
    """One episode in highway-env by a rule."""
    name, seed = job
    return list(highway.drive(RULES[name], seed))


def measure(pool: Any, names: list[str], seeds: range) -> None:
    """Print return, crashes and speed of each rule on the same episodes, with bootstrap intervals over these."""
    rows = []
    for name in names:
        driven = pool.map(run, [(name, seed) for seed in seeds], chunksize=4)
        earned = np.array([sum(tick.reward for tick in episode) for episode in driven])
        crashed = np.array([episode[-1].crashed for episode in driven])
        speed = np.array([np.mean([tick.scene["speed"] for tick in episode]) for episode in driven])
        share = quote(crashed.mean(), of_share(crashed, np.arange(len(crashed))))
        cells = {"return": quote(earned.mean(), of_mean(earned)), "crashed": share}
        rows.append({"policy": name, **cells, "km/h": quote(speed.mean(), of_mean(speed))})
        print(rows[-1], flush=True)
    print(table(rows))


def write(driven: list[list[Tick]]) -> None:
    """The reference scenes, and the recording: an episode that went to its end with many kinds of action in it."""
    scenes = [tick.scene for episode in driven for tick in episode if tick.scene["cars"] and sound(tick.scene)]
    with (FOLDER / "background.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["scene"])
        order = np.random.default_rng(SEED).permutation(len(scenes))
        rows.writerows([json.dumps(scenes[i])] for i in order[:REFERENCE])
    whole = [e for e in driven if not e[-1].crashed and all(sound(tick.scene) for tick in e)]
    told = max(whole, key=lambda episode: len({tick.action for tick in episode}))
    recording = {
        "title": f"{len(told)} seconds on a highway",
        "seconds": 1,
        "ticks": [{"scene": tick.scene} for tick in told],
        "source": "One episode of highway-fast-v0 in highway-env 1.12, driven by this driver.",
    }
    (FOLDER / "recording.json").write_text(json.dumps(recording, separators=(",", ":")) + "\n", encoding="utf-8")


def sound(scene: Scene) -> bool:
    """Whether a scene can be sent as it is: the simulator lets other cars drive through one another."""
    try:
        FIELD.parse(scene)
    except InputError:
        return False
    return True


def main() -> None:
    """Learn, write and measure."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--steps", type=int, default=STEPS, help="seconds driven in all; 0: measure what is there")
    asked.add_argument("--policies", nargs="*", default=list(RULES))
    given = asked.parse_args()
    if given.steps:
        begin()
        learn(given.steps)
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        if "driver" in given.policies:
            sureness()
            write(pool.map(run, [("driver", seed) for seed in RECORDED], chunksize=2))
        measure(pool, given.policies, HELD_OUT)


if __name__ == "__main__":
    main()
