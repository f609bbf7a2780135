"""Train the driver of this folder, measure it beside simple rules, and write every file but the card and demo.json.

    python assets/models/highway/train.py

Needs the package highway-env (1.12) with gymnasium and pygame, for training only. Three parts, each on episodes of its
own: the driver learns to choose like a planner that looks some seconds ahead, on roads to which its own driving led it
(DAgger: Ross, Gordon and Bagnell 2011, arXiv 1011.0686); then it learns from the simulator's own reward (PPO: Schulman
et al. 2017, arXiv 1707.06347); then it is measured once on held-out episodes beside rules that drive the same ones.
"""

import argparse
import json
import multiprocessing
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2]))

from assets.recipes import highway, lookahead  # noqa: E402
from assets.recipes.bootstrap import of_mean, of_share, quote  # noqa: E402
from assets.recipes.highway import Scene, Tick  # noqa: E402
from assets.recipes.report import table  # noqa: E402
from inference.modeling.driver import ACTIONS, Driver, DriverConfig, SceneExtractor  # noqa: E402

SEED = 0
CARS = 14  # in training; those beyond stay too far ahead to be met in half a minute
GAMMA, LAMBDA = 0.95, 0.9
# Seeds of episodes: training counts on from its first, the others are fixed.
IMITATION, REINFORCEMENT, VALIDATION, HELD_OUT = 0, 100_000, 200_000, range(300_000, 300_300)
Episode = list[Tick]
extractor = SceneExtractor()


def tensors(scenes: Iterable[Scene]) -> dict[str, Tensor]:
    """Scenes as the network takes them."""
    return dict(extractor(list(scenes)))


@cache
def driver() -> Driver:
    """The network of this process."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    return Driver(DriverConfig(id2label=dict(enumerate(ACTIONS)), label2id={a: i for i, a in enumerate(ACTIONS)}))


def load(weights: dict[str, Any] | None) -> None:
    """Take over weights into this process."""
    if weights:
        driver().load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})


def weights() -> dict[str, Any]:
    """The network's weights, to be sent to another process."""
    return {name: value.detach().numpy().copy() for name, value in driver().state_dict().items()}


@torch.no_grad()
def chosen(scene: Scene, rng: np.random.Generator | None = None) -> int:
    """The driver's first choice; with rng, a draw from its policy."""
    shares = driver()(**tensors([scene])).logits[0].double().softmax(0).numpy()
    return int(shares.argmax() if rng is None else rng.choice(len(shares), p=shares))


def planned(scene: Scene) -> int:
    """The planner's choice: keep, where nothing is better by more than a hair."""
    return int((lookahead.values(scene) + 0.03 * np.eye(5)[1]).argmax())


RULES: dict[str, Callable[[Scene], int]] = {
    "always slower": lambda scene: 4,
    "always keep": lambda scene: 1,
    "random": lambda scene: zlib.crc32(json.dumps(scene).encode()) % 5,
    "planner": planned,
    "driver": chosen,
}


def run(job: tuple[str, int, int, dict[str, Any] | None]) -> Episode:
    """One episode by a rule, or by the driver with these weights; "sample" draws from its policy."""
    name, seed, cars, given = job
    load(given)
    rng = np.random.default_rng(seed)
    policy = (lambda scene: chosen(scene, rng)) if name == "sample" else RULES[name]
    return list(highway.drive(policy, seed, cars))


def imitate(pool: Any, rounds: int, episodes: int) -> None:
    """Learn to choose like the planner: of the first round's roads its own, then those that the driver comes to."""
    seen: list[Episode] = []
    scenes: list[Scene] = []
    wanted: list[np.ndarray] = []
    for turn in range(rounds):
        name = "planner" if turn == 0 else "driver"
        seeds = range(IMITATION + turn * episodes, IMITATION + (turn + 1) * episodes)
        driven = pool.map(run, [(name, seed, CARS, weights()) for seed in seeds], chunksize=4)
        new = [tick.scene for episode in driven for tick in episode]
        seen, scenes = [*seen, *driven], [*scenes, *new]
        wanted += pool.map(taught, new, chunksize=64)
        losses = [fit(scenes, np.array(wanted)) for _ in range(40 if turn < rounds - 1 else 80)]
        print(f"imitation {turn + 1}: {len(scenes):,} scenes, loss {losses[-1]:.3f}; {told(driven)}", flush=True)


def taught(scene: Scene) -> np.ndarray:
    """What the planner would do, float64[actions]: the better, the more; impossible actions are not among it."""
    worth = lookahead.values(scene) + 0.03 * np.eye(5)[1]
    worth[~tensors([scene])["possible"][0].numpy()] = -np.inf
    shares = np.exp((worth - worth.max()) / 0.015)
    return shares / shares.sum()


@cache
def optimizer(rate: float) -> torch.optim.Optimizer:
    """Adam over the driver's weights."""
    return torch.optim.Adam(driver().parameters(), lr=rate)


def fit(scenes: list[Scene], wanted: np.ndarray) -> float:
    """One pass over the scenes; the mean cross-entropy."""
    batch, losses = tensors(scenes), []
    for rows in torch.randperm(len(scenes)).split(128):
        logits = driver()(**{name: value[rows] for name, value in batch.items()}).logits
        loss = functional.cross_entropy(logits, torch.from_numpy(wanted)[rows].float())
        optimizer(1e-3).zero_grad()
        loss.backward()
        optimizer(1e-3).step()
        losses.append(loss.item())
    return float(np.mean(losses))


def reinforce(pool: Any, rounds: int, episodes: int) -> None:
    """Learn from the simulator's reward, in steps that change the policy little; the best on validation is kept."""
    best, kept = validate(pool), weights()
    for turn in range(rounds):
        seeds = range(REINFORCEMENT + turn * episodes, REINFORCEMENT + (turn + 1) * episodes)
        driven = pool.map(run, [("sample", seed, CARS, weights()) for seed in seeds], chunksize=2)
        improve(driven, only_worth=turn < 3)
        print(f"reinforcement {turn + 1}: {told(driven)}", flush=True)
        if turn % 10 == 9 and (score := validate(pool)) > best:
            best, kept = score, weights()
    load(kept)


def validate(pool: Any) -> float:
    """The mean return on the validation episodes, each crash counted as a further loss of 10."""
    driven = pool.map(run, [("driver", VALIDATION + i, 20, weights()) for i in range(60)], chunksize=4)
    print(f"validation: {told(driven)}", flush=True)
    return float(np.mean([gained(episode) - 10 * episode[-1].crashed for episode in driven]))


def improve(driven: list[Episode], only_worth: bool = False) -> None:
    """One step of PPO: clipped ratios, with generalised advantages (Schulman et al. 2016, arXiv 1506.02438)."""
    batch = tensors(tick.scene for episode in driven for tick in episode)
    taken = torch.tensor([tick.action for episode in driven for tick in episode])
    with torch.no_grad():
        before = driver()(**batch)
    old = before.logits.log_softmax(1).gather(1, taken[:, None])[:, 0]
    ends = np.cumsum([len(episode) for episode in driven])[:-1]
    parts = [advantages(e, v) for e, v in zip(driven, np.split(before.value.double().numpy(), ends), strict=True)]
    gains = torch.from_numpy(np.concatenate(parts)).float()
    returns, scaled = gains + before.value, (gains - gains.mean()) / (gains.std() + 1e-6)
    for _ in range(6):
        for rows in torch.randperm(len(taken)).split(256):
            now = driver()(**{name: value[rows] for name, value in batch.items()})
            ratio = (now.logits.log_softmax(1).gather(1, taken[rows, None])[:, 0] - old[rows]).exp()
            gain = torch.minimum(ratio * scaled[rows], ratio.clip(0.8, 1.2) * scaled[rows]).mean()
            loss = 0.05 * functional.mse_loss(now.value, returns[rows]) - (0 if only_worth else gain)
            optimizer(3e-4).zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(driver().parameters(), 0.5)
            optimizer(3e-4).step()


def advantages(episode: Episode, worth: np.ndarray) -> np.ndarray:
    """How much better each second went than was expected of it, float64[seconds]. Only a crash ends what can be earned.

    The simulator's reward for a second in which the car crashes is near 0; nothing follows it.
    """
    after = 0.0 if episode[-1].crashed else float(worth[-1])
    found, later = np.zeros(len(episode)), 0.0
    for t in reversed(range(len(episode))):
        surprise = episode[t].reward + GAMMA * (worth[t + 1] if t + 1 < len(episode) else after) - worth[t]
        found[t] = later = surprise + GAMMA * LAMBDA * later
    return found


def gained(episode: Episode) -> float:
    """The undiscounted sum of an episode's rewards, of at most 30."""
    return sum(tick.reward for tick in episode)


def told(driven: list[Episode]) -> str:
    """Mean return and share of crashes."""
    crashed = [episode[-1].crashed for episode in driven]
    return f"return {np.mean([gained(episode) for episode in driven]):.2f}, crashed {np.mean(crashed):.3f}"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--imitation", type=int, nargs=2, default=(8, 40), help="rounds, episodes each")
    asked.add_argument("--reinforcement", type=int, nargs=2, default=(60, 32), help="rounds, episodes each")
    given = asked.parse_args()
    start = time.time()
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        imitate(pool, *given.imitation)
        driver().save_pretrained(FOLDER)
        extractor.save_pretrained(FOLDER)
        print(f"imitation took {time.time() - start:.0f} s", flush=True)
        reinforce(pool, *given.reinforcement)
        driver().save_pretrained(FOLDER)
    print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
