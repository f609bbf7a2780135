"""Many roads as arrays: cars keep their distance, change lanes for a reason, and a crash ends what can be earned."""

import numpy as np

from assets.recipes.traffic import LANE_WIDTH, LENGTH, Traffic, episodes

KEEP, FASTER, LEFT = 1, 3, 0


def road(*cars: tuple[float, int, float]) -> Traffic:
    """One road with the own car first: x in metres, lane from 0 and speed in m/s of each car."""
    made = Traffic(1, len(cars) - 1, 0)
    x, lane, speed = (np.array([part], float) for part in zip(*cars, strict=True))
    made.state |= {"x": x, "y": lane * LANE_WIDTH, "lane": lane.copy(), "speed": speed, "wanted": speed.copy()}
    made.state |= {name: np.zeros_like(x) for name in ("heading", "timer")}
    made.clock[:] = 0
    return made


def test_the_same_seed_gives_the_same_roads_and_another_seed_others() -> None:
    same, again, other = (Traffic(3, 5, seed).state["x"] for seed in (1, 1, 2))
    assert (same == again).all()
    assert (same != other).any()


def test_the_own_car_goes_faster_when_told_and_earns_more() -> None:
    roads = road((0, 1, 25), (500, 1, 25))
    before, _, _ = roads.step(np.array([KEEP]))
    after, crashed, _ = roads.step(np.array([FASTER]))
    assert after > before
    assert 28 < roads.state["speed"][0, 0] < 30
    assert not crashed


def test_a_lane_change_ends_in_the_middle_of_the_next_lane() -> None:
    roads = road((0, 1, 25), (500, 1, 25))
    roads.step(np.array([LEFT]))
    for _ in range(3):
        roads.step(np.array([KEEP]))
    assert abs(roads.state["y"][0, 0]) < 0.2


def test_driving_into_a_slow_car_is_a_crash_and_begins_anew() -> None:
    roads = road((0, 1, 30), (20, 1, 10))
    reward, crashed, ended = roads.step(np.array([KEEP]))
    assert crashed.all()
    assert ended.all()
    assert reward < 0.5
    assert (roads.clock == 0).all()


def test_others_brake_behind_a_slow_car_or_pass_it() -> None:
    roads = road((-200, 0, 25), (0, 1, 25), (40, 1, 15))
    least = np.inf
    for _ in range(8):
        roads.step(np.array([KEEP]))
        gap = roads.state["x"][0, 2] - roads.state["x"][0, 1]
        beside = abs(roads.state["y"][0, 2] - roads.state["y"][0, 1]) > 2
        least = min(least, np.inf if beside else gap)
    assert least > LENGTH


def test_what_is_seen_is_the_nearest_first_within_reach() -> None:
    own, cars, present = road((0, 1, 25), (300, 1, 25), (-20, 0, 20), (50, 2, 30)).seen()
    assert own.tolist() == [[2, 90]]
    assert present.tolist() == [[True, True, False]]
    np.testing.assert_allclose(cars[0, :2], [[-20, 1, 72], [50, 3, 108]])


def test_always_slower_hardly_crashes_and_always_keeping_on_does() -> None:
    slower, keep = (episodes(lambda own, *_, a=a: np.full(len(own), a), 60, 20, 0) for a in (4, KEEP))
    assert slower[1] < 0.1
    assert keep[1] > 0.7
    assert slower[0] > keep[0]
