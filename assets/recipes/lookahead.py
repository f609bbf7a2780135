"""Plan a few seconds of driving ahead: every way of acting, and what it would earn if the others drive on.

A model of the road in a few lines: the own car follows its cruise control as in highway-env, the others brake for
whoever is before them (IDM: Treiber, Hennecke and Helbing 2000) and stay in their lanes. Knows no simulator and no
network.
"""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LANES, WIDTH, LENGTH = 3, 4.0, 5.0  # metres
CRUISE = np.array([20.0, 25.0, 30.0])  # m/s: what the own car can be set to
KMH = 3.6
DT, CHOSEN, FREE = 0.2, 3, 2
"""Seconds of a step of the model; seconds for which every way of acting is tried; seconds of keeping on after that."""
CRASH, NEAR, HEADWAY = 8.0, 1.0, 1.2
"""What a crash costs, what a second too close behind costs at most, and the seconds of distance that are not too close."""


def values(scene: dict[str, Any]) -> Floats:
    """What each first action is worth, float64[actions]: the best that can follow it."""
    lane, speed, xs, ys, gap_x, gap_y = roll(scene)
    earned = (1 + 0.4 * np.clip((speed - 20) / 10, 0, 1) + 0.1 * (np.round(lane) / (LANES - 1))) / 1.5 * DT
    beside = np.clip((2.6 - np.abs(gap_y)) / 0.4, 0, 1)
    hit = (np.abs(gap_x) < LENGTH + 0.5) & (np.abs(gap_y) < 2.2)
    behind = np.array([car["distance"] < 0 for car in scene["cars"]], bool)
    same = np.abs(np.array([car["lane"] for car in scene["cars"]]) - scene["lane"]) < 0.6
    hit &= ~(behind & same)
    room = np.abs(gap_x) - LENGTH
    needed = HEADWAY * np.where(gap_x > 0, speed[..., None], xs["speed"])
    close = NEAR * beside * np.clip(1 - room / needed, 0, 1) * DT * ~(behind & same)
    crashed = np.cumsum(hit.any(2), axis=1) > 0
    time = np.arange(speed.shape[1]) * DT
    total = (np.where(crashed, 0, earned) - (close.max(2, initial=0)) * ~crashed).sum(1)
    first = np.argmax(crashed, axis=1)
    total -= np.where(crashed.any(1), CRASH * (1 - 0.08 * time[first]), 0)
    found = np.full(5, -np.inf)
    np.maximum.at(found, plans()[:, 0], total)
    return found


def roll(scene: dict[str, Any]) -> tuple[Any, ...]:
    """The own car's lane and speed [plans, steps], and the others' distances to it [plans, steps, cars]."""
    steps, each = round((CHOSEN + FREE) / DT), round(1 / DT)
    n = len(plans())
    v, y, x = np.full(n, scene["speed"] / KMH), np.full(n, (scene["lane"] - 1) * WIDTH), np.zeros(n)
    turn = np.zeros(n)
    wanted, aim = CRUISE[index(v)], np.clip(np.round(y / WIDTH), 0, LANES - 1)
    speeds, sides, places = (np.empty((n, steps)) for _ in range(3))
    for step in range(steps):
        if step % each == 0 and step // each < CHOSEN:
            action = plans()[:, step // each]
            aim = np.clip(aim + (action == 2) - (action == 0), 0, LANES - 1)
            moved = np.clip(index(v) + (action == 3).astype(int) - (action == 4), 0, len(CRUISE) - 1)
            wanted = np.where(action >= 3, CRUISE[moved], wanted)
        command = np.clip((aim * WIDTH - y) / 0.6, -0.7 * v, 0.7 * v)
        turn += (command - turn) * min(1.0, DT / 0.25)
        x, y, v = x + v * DT, y + turn * DT, v + (wanted - v) / 0.6 * DT
        speeds[:, step], sides[:, step], places[:, step] = v, y, x
    xs = others(scene, steps)
    return (
        sides / WIDTH,
        speeds,
        xs,
        sides,
        xs["x"][None] - places[..., None],
        xs["y"][None] - sides[..., None],
    )


def others(scene: dict[str, Any], steps: int) -> dict[str, Floats]:
    """Where the other cars go, `x`, `y` and `speed` [steps, cars]."""
    cars = scene["cars"]
    x, lane, v = (np.array([car[key] for car in cars], float) for key in ("distance", "lane", "speed"))
    v = v / KMH
    free = v.copy()
    found = {name: np.empty((steps, len(cars))) for name in ("x", "y", "speed")}
    near = np.abs(lane[:, None] - lane[None]) < 0.6
    for step in range(steps):
        ahead = np.where(near & (x[None] > x[:, None]), x[None] - x[:, None], np.inf)
        if len(cars):
            who = ahead.argmin(1)
            gap = np.maximum(ahead[np.arange(len(cars)), who], 1.0)
            desired = 10 + 1.5 * v + v * (v - v[who]) / (2 * np.sqrt(15))
            braking = 3 * (np.maximum(desired, 0) / gap) ** 2 - 3 * (np.maximum(10 + 1.5 * v, 0) / gap) ** 2
            v = np.maximum(np.minimum(free, v - np.clip(braking, 0, 6) * DT), 0)
        x = x + v * DT
        found["x"][step], found["y"][step], found["speed"][step] = x, (lane - 1) * WIDTH, v
    return found


def index(speed: Floats) -> NDArray[np.int64]:
    """The place in CRUISE that is nearest to a speed in m/s."""
    return np.clip(np.round((speed - CRUISE[0]) / (CRUISE[1] - CRUISE[0])), 0, len(CRUISE) - 1).astype(int)


@cache
def plans() -> NDArray[np.int64]:
    """Every way of acting for some seconds, int64[plans, seconds] of places in ACTIONS."""
    return np.array(list(product(range(5), repeat=CHOSEN)))
