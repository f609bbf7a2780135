"""What the page says of the history: that answers are kept, how one is marked, and that it can be deleted again.

kept.js sends what is pressed to the REST API.
"""

from html import escape

from ..demo import Demo
from ..history.history import History
from ..types import Answer, Item
from . import look

LISTED = 20
"""Items from which on there may be others that a prediction does not name: any can be written then."""
SHORT = '<footer class="seewhy">{} Programs: <a href="api/v1/docs">the API</a>.</footer>'


def notice(history: History | None) -> str:
    """What is kept of what a visitor sends, to be read before it is sent; empty where nothing is."""
    if history is None:
        return ""
    days = f"{history.days} day{'s' if history.days > 1 else ''}"
    what = (
        "what you send and what the model answers are kept"
        if history.inputs
        else "what the model answers is kept with a fingerprint of what you send, not what you send itself,"
    )
    return (
        '<p class="keeping" role="note"><b>This page keeps a history.</b> When you ask, '
        f"{what} for {days}, so that wrong answers can be found and mended. You can delete each under its answer.</p>"
    )


def footer(history: History | None) -> str:
    """The foot of the page, which may not promise what is not so."""
    if history is None:
        return look.FOOTER
    return SHORT.format("Uploads are deleted within two hours; answers are kept as each model's page says.")


def marks(found: Answer, about: Demo) -> str:
    """Right, wrong, should be; and what was kept can be deleted. Empty where the answer was not kept."""
    if found.kept is None:
        return ""
    return (
        f'<form class="marks" data-kept="{escape(found.kept)}" aria-label="Is this answer right?">'
        '<span class="eyebrow">Is this answer right?</span><div>'
        '<button type="button" data-verdict="right" aria-pressed="false">Right</button>'
        '<button type="button" data-verdict="wrong" aria-pressed="false">Wrong</button>'
        f'{should_be(found, about)}</div><p class="hint" role="status"></p>'
        '<p class="hint">This answer is kept. <button type="button" class="forget" data-forget>Delete it</button></p>'
        "</form>"
    )


def should_be(found: Answer, about: Demo) -> str:
    """What it should have been, chosen or written; nothing of what was found in places of an input."""
    prediction = found.prediction
    if prediction.kind in ("spans", "boxes"):
        return ""
    items = prediction.items[1:]
    if prediction.kind in ("labels", "action", "ranking") and items and len(items) < LISTED - 1:
        box = f'<select name="truth">{"".join(map(option, items))}</select>'
    elif prediction.kind == "value":
        unit = f" ({about.unit})" if about.unit else ""
        hint = f"a number{escape(unit)}"
        box = f'<input name="truth" inputmode="decimal" maxlength="40" autocomplete="off" placeholder="{hint}">'
    else:
        hint = "the right text" if prediction.kind == "text" else "another one"
        box = f'<input name="truth" maxlength="2000" autocomplete="off" placeholder="{hint}" '
        box += f'list="kept-{escape(found.kept or "")}">'
        box += f'<datalist id="kept-{escape(found.kept or "")}">{"".join(map(option, items))}</datalist>'
    button = '<button type="button" data-verdict="should be" aria-pressed="false">Say so</button>'
    return f'<span class="rather-be"><label>Should be {box}</label>{button}</span>'


def option(item: Item) -> str:
    """An item to choose."""
    return f'<option value="{escape(item.id)}">{escape(item.name)}</option>'
