"""Drive in highway-env: episodes by seed, what a driver sees in them, and what was earned. Knows no network.

The simulator is highway-env 1.12 (Leurent 2018, "An Environment for Autonomous Driving Decision-Making", MIT), imported
where an episode starts; only training needs it.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

KMH = 3.6
"""Kilometres an hour in a metre a second."""
ACTIONS = ("left", "keep", "right", "faster", "slower")
"""In the simulator's order."""
LANE_WIDTH = 4.0  # metres, in the simulator
AHEAD = 120.0
"""Metres ahead that the driver sees."""
BEHIND = -60.0
"""And behind."""
NEAREST = 8
"""Of the cars there, so many."""
Scene = dict[str, Any]
"""`lane` (from 1, the leftmost; between two lanes while changing), `speed` in km/h, and `cars`, each with `distance` in
metres from middle to middle (negative: behind), `lane` and `speed`."""
Policy = Callable[[Scene], int]
"""The place in ACTIONS of what is done about a scene."""


@dataclass
class Tick:
    """One second: what was seen, what was done, and the simulator's own reward for it (0 to 1)."""

    scene: Scene
    action: int
    reward: float
    crashed: bool


def road(seed: int, cars: int = 20) -> Any:
    """The simulator's highway-fast-v0 (three lanes, 30 decisions of a second) at the start of an episode."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    import gymnasium
    import highway_env  # noqa: F401  registers its roads

    made = gymnasium.make("highway-fast-v0", config={"vehicles_count": cars}).unwrapped
    made.reset(seed=seed)
    return made


def scene(env: Any) -> Scene:
    """What the driver sees now, the nearest car first; rounded as people would write it down."""
    own = env.vehicle
    cars = [seen(car, float(car.position[0] - own.position[0])) for car in env.road.vehicles if car is not own]
    near = sorted((car for car in cars if BEHIND <= car["distance"] <= AHEAD), key=lambda car: abs(car["distance"]))
    return {"lane": lane_of(own), "speed": round(float(own.speed) * KMH, 1), "cars": near[:NEAREST]}


def seen(car: Any, distance: float) -> dict[str, float]:
    """One other car."""
    return {"distance": round(distance, 1), "lane": lane_of(car), "speed": round(float(car.speed) * KMH, 1)}


def lane_of(car: Any) -> float:
    """Where a car is across the road, in lanes from 1."""
    return round(min(max(float(car.position[1]) / LANE_WIDTH, 0.0), 2.0) + 1, 1)


def drive(policy: Policy, seed: int, cars: int = 20) -> Iterator[Tick]:
    """One episode, second by second, until its end or a crash."""
    env, ended = road(seed, cars), False
    while not ended:
        before = scene(env)
        action = policy(before)
        _, reward, crashed, late, _ = env.step(action)
        ended = crashed or late
        yield Tick(before, action, float(reward), bool(crashed))
