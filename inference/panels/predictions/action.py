"""What to do, drawn on the road it was decided on, and the probability of each action."""

from html import escape

from ...fields import Scene
from ...road import Road, legend
from ...units import percent
from .parts import Shown, asking, facts, folded, headline


def action(shown: Shown) -> str:
    """The road from above with what the own car does, then every action as a bar; each can be asked about."""
    first = shown.prediction.items[0]
    rows = [
        f"<li>{asking(item.id)}"
        f'<span class="name">{escape(item.name)}{facts(item)}</span>'
        f'<span class="track"><span style="width:{100 * item.score:.1f}%"></span></span>'
        f'<span class="number">{percent(item.score)}</span></button></li>'
        for item in shown.prediction.items
    ]
    drawn = "".join(road(value, first.id) for value in shown.raw.values() if isinstance(value, Scene))
    return headline(first.name, percent(first.score)) + drawn + folded("ul", "bars", rows)


def road(scene: Scene, taken: str) -> str:
    """One scene with the action that is taken."""
    return Road(scene).draw(action=taken) + legend(scene.unit, ["bold arrow: what the policy does"])
