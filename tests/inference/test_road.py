"""The drawing of a road: every car where it is, nothing but numbers of ours, and the same said in words."""

import re

import pytest
from explained import Page

from inference.fields import Car, Scene
from inference.road import WIDTH, Mark, Road, legend

SCENE = Scene(2.0, 90.0, (Car(30.0, 1.0, 72.0), Car(-20.0, 3.0, 100.0)))


def drawn(scene: Scene = SCENE, **options: object) -> Page:
    page = Page(Road(scene).draw(**options))  # type: ignore[arg-type]
    assert page.open == []
    return page


def test_every_car_stands_in_its_lane_the_first_ahead_the_second_behind() -> None:
    own, one, two = (next(g for g in groups(name)) for name in ("You", "Car 1", "Car 2"))
    assert one[1] < own[1] < two[1]  # from the left lane at the top to the right one
    assert two[0] < own[0] < one[0]


def groups(name: str) -> list[tuple[float, float]]:
    """Left and top of the boxes whose title starts so."""
    pattern = rf'<title>{name}[^<]*</title>(?:<path[^>]*>)?<rect x="([\d.-]+)" y="([\d.-]+)"'
    return [(float(x), float(y)) for x, y in re.findall(pattern, Road(SCENE).draw())]


@pytest.mark.parametrize("distance", [-60.0, 0.0, 120.0])
def test_the_farthest_car_is_inside_the_drawing(distance: float) -> None:
    road = Road(Scene(1.0, 90.0, (Car(distance, 2.0, 90.0),)))
    assert 0 < road.x(distance) < WIDTH


def test_the_road_is_said_in_words() -> None:
    (svg,) = drawn(alt="Why so.").of("svg")
    assert svg["aria-label"] == (
        "Why so. You drive in lane 2 of 3 at 90 km/h; car 1 30 m ahead in lane 1 at 72 km/h, "
        "car 2 20 m behind in lane 3 at 100 km/h."
    )
    assert Road(Scene(1.0, 90.0)).words().endswith("the road is empty.")


def test_an_arrow_shows_who_is_faster() -> None:
    slower, faster = (float(h) for h in re.findall(r'class="drift" d="M[\d. -]+h(-?[\d.]+)m', Road(SCENE).draw()))
    assert slower < 0 < faster
    assert "drift" not in Road(Scene(1.0, 90.0, (Car(30.0, 1.0, 90.0),))).draw()


@pytest.mark.parametrize(
    ("action", "ways"), [("keep", 1), ("left", 1), ("right", 1), ("faster", 1), ("honk", 0), ("", 0)]
)
def test_what_the_own_car_does_is_drawn_where_it_can_be(action: str, ways: int) -> None:
    assert len(drawn(action=action).of("path", "way")) == ways


def test_a_mark_colours_its_car_and_says_its_effect() -> None:
    page = drawn(marks={0: Mark("for", 1.0, "+0.3"), 2: Mark("against", 0.5, "−0.1")})
    marked = {attrs["class"]: attrs["style"] for attrs in page.of("g") if attrs.get("style")}
    assert marked == {"car own for": "--strength:1.00", "car against": "--strength:0.50"}
    assert "+0.3" in page.text
    assert "−0.1" in page.text


def test_a_unit_is_no_markup() -> None:
    evil = "<script>"
    assert "<script" not in Road(Scene(1.0, 90.0, (Car(9.0, 2.0, 80.0),), 3, evil)).draw()
    assert "<script" not in legend(evil)
