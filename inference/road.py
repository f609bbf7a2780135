"""A stretch of road from above, as SVG: lanes, the own car, the others with their speeds. Knows no model.

Colours are classes of assets/style/. Everything drawn is a number of ours or escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from .fields import Car, Scene
from .units import number, quantity

WIDTH, LANE, CAR = 680, 54, (40, 22)
"""Pixels of the drawing's width, of a lane's, and of a car, which is drawn larger than life to hold its number."""
NEAR = (-25.0, 60.0)
"""Metres of road that are shown however near the cars are."""
SECONDS = 1.5
"""An arrow shows how far a car comes in this time, seen from the own car."""


@dataclass(frozen=True)
class Mark:
    """How a car stands out: `side` is a class (for, against), `strength` from 0 to 1, `label` a few letters."""

    side: str
    strength: float
    label: str


class Road:
    """One scene, and where its metres and lanes lie in the drawing; `more` are distances that are to fit in as well."""

    def __init__(self, scene: Scene, more: Iterable[float] = ()) -> None:
        self.scene = scene
        places = [*more, *(car.distance for car in scene.cars)]
        self.low, self.high = min([NEAR[0], *places]) - 10, max([NEAR[1], *places]) + 12
        self.height = LANE * scene.lanes + 26

    def x(self, distance: float) -> float:
        """Pixels from the left for metres ahead."""
        return WIDTH * (distance - self.low) / (self.high - self.low)

    def y(self, lane: float) -> float:
        """Pixels from the top of the middle of a lane."""
        return LANE * (lane - 0.5)

    def draw(
        self,
        marks: Mapping[int, Mark] | None = None,
        action: str = "",
        alt: str = "",
        attributes: Mapping[int, str] | None = None,
    ) -> str:
        """The drawing. marks: by car from 1, 0 is the own. action: what the own car does, where that can be drawn.

        attributes: of cars, as HTML, likewise.
        """
        marks = marks or {}
        more = attributes or {}
        cars = "".join(self.car(i, car, marks.get(i), more.get(i, "")) for i, car in enumerate(self.scene.cars, 1))
        parts = self.lanes() + self.ruler() + self.way(action) + cars + self.own(marks.get(0))
        said = escape(" ".join(filter(None, (alt, self.words()))))
        return (
            f'<figure class="road" tabindex="0" role="group" aria-label="The road from above"><svg role="img" '
            f'aria-label="{said}" viewBox="0 0 {WIDTH} {self.height}">{parts}</svg></figure>'
        )

    def words(self) -> str:
        """The scene in words."""
        scene, unit = self.scene, self.scene.unit
        own = f"You drive in lane {number(scene.lane)} of {scene.lanes} at {quantity(scene.speed, unit)}"
        cars = [
            f"car {i} {whereabouts(car.distance)} in lane {number(car.lane)} at {quantity(car.speed, unit)}"
            for i, car in enumerate(scene.cars, 1)
        ]
        return f"{own}; {', '.join(cars) or 'the road is empty'}."

    def lanes(self) -> str:
        """Asphalt, its edges, and the dashed lines between lanes."""
        bottom = LANE * self.scene.lanes
        dashes = "".join(
            f'<line class="dash" x1="0" x2="{WIDTH}" y1="{LANE * i}" y2="{LANE * i}"/>'
            for i in range(1, self.scene.lanes)
        )
        numbers = "".join(
            f'<text class="lane" x="6" y="{self.y(i) + 4:.0f}">{i}</text>' for i in range(1, self.scene.lanes + 1)
        )
        return f'<rect class="asphalt" width="{WIDTH}" height="{bottom}"/>{dashes}{numbers}'

    def ruler(self) -> str:
        """Distances in metres under the road."""
        step = 20 if self.high - self.low < 130 else 50
        ticks = range(int(self.low // step + 1) * step, int(self.high) - 5, step)
        bottom = LANE * self.scene.lanes
        return "".join(
            f'<line class="tick" x1="{self.x(m):.1f}" x2="{self.x(m):.1f}" y1="{bottom}" y2="{bottom + 5}"/>'
            f'<text class="metres" x="{self.x(m):.1f}" y="{bottom + 19}">{"you" if m == 0 else f"{m} m"}</text>'
            for m in ticks
        )

    def car(self, i: int, car: Car, mark: Mark | None, attributes: str = "") -> str:
        """One other car, its number, its speed, and an arrow for how fast it goes beside the own."""
        x, y = self.x(car.distance), self.y(car.lane)
        unit = self.scene.unit
        title = f"Car {i}: {whereabouts(car.distance)}, lane {number(car.lane)}, {quantity(car.speed, unit)}"
        drift = (car.speed - self.scene.speed) / 3.6 * SECONDS * WIDTH / (self.high - self.low)
        end = x + (CAR[0] / 2 if drift > 0 else -CAR[0] / 2)
        arrow = f'<path class="drift" d="M{end:.1f} {y:.1f}h{drift:.1f}{HEAD[drift > 0]}"/>' if abs(drift) > 4 else ""
        return box(x, y, str(i), title, f"{number(round(car.speed))}", mark, arrow, attributes=attributes)

    def own(self, mark: Mark | None) -> str:
        """The own car."""
        title = f"You: lane {number(self.scene.lane)}, {quantity(self.scene.speed, self.scene.unit)}"
        speed = number(round(self.scene.speed))
        return box(self.x(0), self.y(self.scene.lane), "you", title, speed, mark, kind="own")

    def way(self, action: str) -> str:
        """Where the own car goes next."""
        x, y = self.x(0) + CAR[0] / 2 + 2, self.y(self.scene.lane)
        ahead = {"keep": 45, "faster": 95, "slower": 14}.get(action)
        if ahead:
            return f'<path class="way" d="M{x:.0f} {y:.1f}h{ahead}{TIP}"/>'
        aside = {"left": -1, "right": 1}.get(action)
        if not aside:
            return ""
        drop = self.y(round(self.scene.lane) + aside) - y
        return f'<path class="way" d="M{x:.0f} {y:.1f}c40 0 30 {drop:.1f} 75 {drop:.1f}{TIP}"/>'


def box(
    x: float,
    y: float,
    name: str,
    title: str,
    speed: str,
    mark: Mark | None,
    arrow: str = "",
    kind: str = "",
    attributes: str = "",
) -> str:
    """A car as a rounded box with its name in it, its speed under it and its mark above."""
    width, height = CAR
    classes = " ".join(filter(None, ("car", kind, mark.side if mark else "")))
    style = f' style="--strength:{mark.strength:.2f}"' if mark else ""
    above = f'<text class="effect" x="{x:.1f}" y="{y - height / 2 - 4:.1f}">{mark.label}</text>' if mark else ""
    return (
        f'<g class="{classes}"{style}{attributes}><title>{escape(title)}</title>{arrow}'
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width}" height="{height}" rx="6"/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}">{escape(name)}</text>'
        f'<text class="speed" x="{x:.1f}" y="{y + height / 2 + 12:.1f}">{speed}</text>{above}</g>'
    )


def whereabouts(distance: float) -> str:
    """`25 m ahead`, `10 m behind`, `alongside`."""
    if abs(distance) < 1:
        return "alongside"
    return f"{number(abs(distance))} m {'ahead' if distance > 0 else 'behind'}"


def legend(unit: str, more: Sequence[str] = ()) -> str:
    """What the signs of the drawing mean."""
    said = [f"Numbers under cars: {unit}", f"thin arrows: movement in {number(SECONDS)} s as seen from your car", *more]
    return f'<p class="hint">{escape("; ".join(said))}.</p>'


TIP = "m-8 -6l8 6l-8 6"
"""The head of an arrow that points ahead, where its line ends."""
HEAD = {True: "m-5 -4l5 4l-5 4", False: "m5 -4l-5 4l5 4"}
"""The heads of thin arrows: ahead, and back."""
