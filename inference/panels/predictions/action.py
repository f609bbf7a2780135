"""What to do, drawn on the road it was decided on, and the probability of each action."""

from ...fields import Scene
from ...road import Road, legend
from ...units import percent
from .parts import Shown, bars, headline


def action(shown: Shown) -> str:
    """The road from above with what the own car does, then every action as a bar; each can be asked about."""
    first = shown.prediction.items[0]
    drawn = "".join(road(value, first.id) for value in shown.raw.values() if isinstance(value, Scene))
    return headline(first.name, percent(first.score)) + drawn + bars(shown.prediction.items)


def road(scene: Scene, taken: str) -> str:
    """One scene with the action that is taken."""
    return Road(scene).draw(action=taken) + legend(scene.unit, ["bold arrow: what the policy does"])
