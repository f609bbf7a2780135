"""The road of an explanation: each car with the sum of what its features contributed."""

from dataclasses import replace

from explained import Page, explained

from explain.figures import draw
from explain.roads import by_car
from explain.types import Explanation
from inference.fields import Car, Scene

SCENE = Scene(2.0, 90.0, (Car(25.0, 2.0, 72.0), Car(-10.0, 1.0, 95.0), Car(60.0, 3.0, 90.0)))


def found() -> Explanation:
    where = [
        {"car": 0, "part": "lane"},
        {"car": 1, "part": "distance"},
        {"car": 1, "part": "speed"},
        {"car": 2},
        {"car": 3},
    ]
    return explained([0.1, 0.3, 0.1, -0.2, 0.0], ["your lane", "distance", "speed", "car 2", "car 3"], where)


def test_the_numbers_of_a_car_count_together() -> None:
    sums = by_car(found(), "text")
    assert {car: round(value, 6) for car, value in sums.items()} == {0: 0.1, 1: 0.4, 2: -0.2, 3: 0.0}


def test_cars_are_coloured_by_their_share_of_the_largest_and_one_without_effect_is_not() -> None:
    page = Page(draw(found(), {"text": SCENE}).html)
    assert page.open == []
    marked = {attrs["class"]: attrs["style"] for attrs in page.of("g") if attrs.get("style")}
    assert marked == {"car own for": "--strength:0.25", "car for": "--strength:1.00", "car against": "--strength:0.50"}
    assert [attrs["class"] for attrs in page.of("g")].count("car") == 1


def test_the_drawing_says_the_explanation_and_the_road() -> None:
    figure = draw(found(), {"text": SCENE})
    (svg,) = Page(figure.html).of("svg")
    assert str(svg["aria-label"]).startswith(figure.alt)
    assert "car 1 25 m ahead in lane 2 at 72 km/h" in str(svg["aria-label"])


def test_a_car_taken_apart_is_said_to_be() -> None:
    whole = found()
    parts = tuple(replace(feature, parent="1") for feature in whole.features)
    assert "taken apart" in draw(replace(whole, features=parts), {"text": SCENE}).html
    assert "taken apart" not in draw(whole, {"text": SCENE}).html
