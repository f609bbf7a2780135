"""Many roads of highway-env at once, as arrays: the same rules, a hundred times as fast. Knows no network.

Of highway-env 1.12 (Leurent 2018, MIT) the road highway-fast-v0: three lanes, others that keep their distance by IDM
(Treiber, Hennecke and Helbing 2000) and change lanes by MOBIL (Kesting, Treiber and Helbing 2007), and an own car with
three cruising speeds. One rule differs: a crash is seen with cars as upright boxes. What is learned here is measured in
highway-env itself (highway.py). Places are in metres, speeds in m/s, [roads, cars] with the own car first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .highway import AHEAD, BEHIND, KMH, LANE_WIDTH, NEAREST

Floats = NDArray[np.float64]
LANES, LENGTH, CRASH_WIDTH = 3, 5.0, 2.1
CRUISE, DT, FRAMES, SECONDS = np.array([20.0, 25.0, 30.0]), 0.2, 5, 30
COMFORT, BRAKES, GAP, HEADWAY = 3.0, 5.0, 10.0, 1.5
"""IDM: acceleration and braking in m/s², distance in metres and time in seconds that are kept."""
LIMIT = 30.0
NAMES = ("x", "y", "heading", "speed", "wanted", "lane", "timer", "delta")


class Traffic:
    """`roads` episodes side by side; one that ends begins anew with other cars."""

    def __init__(self, roads: int, cars: int, seed: int) -> None:
        self.rng, self.cars = np.random.default_rng(seed), cars + 1
        self.state = {name: np.zeros((roads, self.cars)) for name in NAMES}
        self.clock = np.zeros(roads, int)
        self.place(np.arange(roads))
        self.clock[:] = self.rng.integers(SECONDS, size=roads)  # so that they do not all end at once

    def place(self, roads: NDArray[np.int64]) -> None:
        """Begin episodes: the own car last, the others ahead of it."""
        rng, shape, s = self.rng, (len(roads), self.cars), self.state
        speed = rng.uniform(0.7 * LIMIT, 0.8 * LIMIT, shape)
        speed[:, 0] = 25
        spacing = (12 + speed) * np.exp(-5 / 40 * LANES) * rng.uniform(0.9, 1.1, shape)
        spacing[:, 0] *= 1.5
        lane = rng.integers(LANES, size=shape).astype(float)
        x = spacing.cumsum(1)
        first = {"x": x, "y": lane * LANE_WIDTH, "heading": 0, "speed": speed, "wanted": speed, "lane": lane}
        first |= {"timer": (x + lane * LANE_WIDTH) * np.pi % 1, "delta": rng.uniform(3.5, 4.5, shape)}
        for name, value in first.items():
            s[name][roads] = value
        self.clock[roads] = 0

    def seen(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """own [roads, 2], cars [roads, NEAREST, 3] and present [roads, NEAREST], in lanes, metres and km/h."""
        s = self.state
        lane = np.clip(s["y"] / LANE_WIDTH, 0, LANES - 1) + 1
        distance = (s["x"] - s["x"][:, :1])[:, 1:]
        hidden = (distance < BEHIND) | (distance > AHEAD)
        order = np.where(hidden, np.inf, np.abs(distance)).argsort(1)[:, :NEAREST]
        parts = (distance, lane[:, 1:], s["speed"][:, 1:] * KMH)
        cars = np.stack([np.take_along_axis(part, order, 1) for part in parts], axis=-1)
        own = np.stack([lane[:, 0], s["speed"][:, 0] * KMH], axis=-1)
        return own, cars, ~np.take_along_axis(hidden, order, 1)

    def step(self, action: NDArray[np.int64]) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
        """A second of driving: rewards, crashed and ended, each [roads]; what ended has begun anew."""
        s = self.state
        gear = np.clip(np.round((s["speed"][:, 0] - 20) / 5), 0, 2).astype(int)
        moved = np.clip(gear + (action == 3) - (action == 4), 0, 2)
        s["wanted"][:, 0] = np.where(action >= 3, CRUISE[moved], s["wanted"][:, 0])
        s["lane"][:, 0] = np.clip(s["lane"][:, 0] + (action == 2) - (action == 0), 0, LANES - 1)
        crashed = np.zeros(len(action), bool)
        for _ in range(FRAMES):
            self.move()
            crashed |= self.hit()
        reward = self.reward(crashed)
        self.clock += 1
        ended = crashed | (self.clock >= SECONDS)
        self.place(np.flatnonzero(ended))
        return reward, crashed, ended

    def reward(self, crashed: NDArray[np.bool_]) -> Floats:
        """highway-env's own: for speed from 20 to 30 m/s and for the right lane; 0 to 1."""
        s = self.state
        fast = np.clip((s["speed"][:, 0] * np.cos(s["heading"][:, 0]) - 20) / 10, 0, 1)
        return (0.4 * fast + 0.1 * s["lane"][:, 0] / (LANES - 1) - crashed + 1) / 1.5

    def hit(self) -> NDArray[np.bool_]:
        """Whether the own car touches another, now or in the next frame."""
        s = self.state
        ahead, aside = s["x"][:, 1:] - s["x"][:, :1], s["y"][:, 1:] - s["y"][:, :1]
        along, across = s["speed"] * np.cos(s["heading"]), s["speed"] * np.sin(s["heading"])
        found = np.zeros(len(ahead), bool)
        for time in (0, DT):
            near = np.abs(ahead + time * (along[:, 1:] - along[:, :1])) < LENGTH
            found |= (near & (np.abs(aside + time * (across[:, 1:] - across[:, :1])) < CRASH_WIDTH)).any(1)
        return found

    def move(self) -> None:
        """One frame: everybody decides, then everybody moves."""
        s = self.state
        here = np.clip(np.round(s["y"] / LANE_WIDTH), 0, LANES - 1)
        around = Neighbours(s)
        self.change_lanes(here, around)
        pull = np.minimum(around.pull(here), np.where(here == s["lane"], np.inf, around.pull(s["lane"])))
        pull = np.clip(pull, -6, 6)
        pull[:, 0] = (s["wanted"][:, 0] - s["speed"][:, 0]) / 0.6
        speed = np.where(np.abs(s["speed"]) < 0.01, 0.01, s["speed"])
        sideways = -(s["y"] - s["lane"] * LANE_WIDTH) / 0.6
        aim = np.clip(np.arcsin(np.clip(sideways / speed, -1, 1)), -np.pi / 4, np.pi / 4)
        slip = np.arcsin(np.clip(LENGTH / 2 / speed * (aim - s["heading"]) / 0.2, -1, 1))
        beta = np.arctan(np.tan(np.clip(np.arctan(2 * np.tan(slip)), -np.pi / 3, np.pi / 3)) / 2)
        s["x"] += s["speed"] * np.cos(s["heading"] + beta) * DT
        s["y"] += s["speed"] * np.sin(s["heading"] + beta) * DT
        s["heading"] += s["speed"] * np.sin(beta) / (LENGTH / 2) * DT
        s["speed"] += pull * DT
        s["timer"] += DT

    def change_lanes(self, here: Floats, around: "Neighbours") -> None:
        """MOBIL, for those whose second is over and who are not changing already; the own car decides for itself."""
        s = self.state
        due = (s["timer"] > 1) & (here == s["lane"])
        due[:, 0] = False
        self.abort(here, around)
        s["timer"] = np.where(due, 0, s["timer"])
        now = around.pull(here)
        for side in (-1, 1):
            lane = here + side
            there = due & (lane >= 0) & (lane < LANES) & (np.abs(s["speed"]) >= 1)
            lane = np.clip(lane, 0, LANES - 1)
            better = around.pull(lane) - now >= 0.2
            s["lane"] = np.where(there & better & (around.imposed(lane) >= -2), lane, s["lane"])

    def abort(self, here: Floats, around: "Neighbours") -> None:
        """Who changes into the lane that somebody close ahead is changing into goes back."""
        s = self.state
        same = (s["lane"][:, None, :] == s["lane"][:, :, None]) & (here[:, None, :] != s["lane"][:, :, None])
        close = (around.ahead > 0) & (around.ahead < around.desired)
        back = (here != s["lane"]) & (same & close).any(2)
        back[:, 0] = False
        s["lane"] = np.where(back, here, s["lane"])


class Neighbours:
    """Who drives before and behind whom in which lane, and how hard that makes everybody brake."""

    def __init__(self, state: dict[str, Floats]) -> None:
        self.s = s = state
        self.ahead = s["x"][:, None, :] - s["x"][:, :, None]
        self.other = ~np.eye(s["x"].shape[1], dtype=bool)
        along, across = np.cos(s["heading"]), np.sin(s["heading"])
        vx, vy = s["speed"] * along, s["speed"] * across
        closing = (vx[:, :, None] - vx[:, None]) * along[..., None] + (vy[:, :, None] - vy[:, None]) * across[..., None]
        own = s["speed"][..., None]
        self.desired = GAP + own * HEADWAY + own * closing / (2 * np.sqrt(COMFORT * BRAKES))
        target = np.clip(s["wanted"], 0, LIMIT)
        # Who judges lends his own exponent; each judges by his own here, which only the new follower could tell.
        self.free = COMFORT * (1 - (np.maximum(s["speed"], 0) / np.maximum(target, 0.01)) ** s["delta"])
        self.on = [np.abs(s["y"] - lane * LANE_WIDTH) <= LANE_WIDTH / 2 + 1 for lane in range(LANES)]
        self._pull = [self._in_lane(self.on[lane]) for lane in range(LANES)]

    def _in_lane(self, on: NDArray[np.bool_]) -> Floats:
        """Everybody's acceleration behind whoever is next ahead in a lane, [roads, cars]."""
        gaps = np.where(on[:, None, :] & self.other & (self.ahead >= 0), self.ahead, np.inf)
        next_one = gaps.argmin(2)[..., None]
        gap = np.take_along_axis(gaps, next_one, 2)[..., 0]
        desired = np.take_along_axis(self.desired, next_one, 2)[..., 0]
        return self.free - COMFORT * (desired / np.maximum(gap, 0.01)) ** 2

    def pull(self, lane: Floats) -> Floats:
        """Everybody's acceleration in m/s² in a lane of his own, [roads, cars]."""
        return np.choose(lane.astype(int), self._pull)

    def imposed(self, lane: Floats) -> Floats:
        """The acceleration of whoever would be next behind in a lane; inf if nobody, [roads, cars]."""
        on = np.stack(self.on)[lane.astype(int), np.arange(len(lane))[:, None]]
        gaps = np.where(on & self.other & (self.ahead < 0), -self.ahead, np.inf)
        behind = gaps.argmin(2)
        gap = np.take_along_axis(gaps, behind[..., None], 2)[..., 0]
        desired = self.desired[np.arange(len(lane))[:, None], behind, np.arange(lane.shape[1])]
        free = np.take_along_axis(self.free, behind, 1)
        return np.where(np.isfinite(gap), free - COMFORT * (desired / np.maximum(gap, 0.01)) ** 2, np.inf)


def episodes(policy: Any, roads: int, cars: int, seed: int) -> tuple[float, float]:
    """Mean return and share of crashes of so many episodes by a policy of what is `seen`."""
    traffic = Traffic(roads, cars, seed)
    traffic.clock[:] = 0
    total, running, crashes = np.zeros(roads), np.ones(roads, bool), np.zeros(roads, bool)
    for _ in range(SECONDS):
        reward, crashed, ended = traffic.step(policy(*traffic.seen()))
        total += reward * running
        crashes |= crashed & running
        running &= ~ended
    return float(total.mean()), float(crashes.mean())
