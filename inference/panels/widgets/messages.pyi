"""A conversation that can be continued: earlier messages above, the next one in a box below."""

from typing import Any

import gradio as gr

from ...fields import MessagesField
from ...models import ASSETS

SCRIPT = (ASSETS / "conversation.js").read_text(encoding="utf-8")
SKELETON = (
    '<div class="conversation"><ol class="talk" aria-label="Earlier messages" tabindex="0" hidden></ol>'
    '<button type="button" class="anew" hidden>Start anew</button>'
    '<label><span></span><textarea rows="4" dir="auto"></textarea></label></div>'
)
"""Without a value in it: the script puts texts in as texts, never as HTML."""

class Conversation(gr.HTML):
    """A value of [{"role": …, "content": …}, …], the last of them the visitor's own."""

    def preprocess(self, payload: Any) -> Any:
        """As the page has it: our own field checks it."""
        return payload

    def postprocess(self, value: Any) -> Any:
        """Messages; a text is a single one of the visitor's."""
        if isinstance(value, str) or value is None:
            return [{"role": "user", "content": value or ""}]
        return list(value)
    from collections.abc import Callable, Sequence
    from typing import TYPE_CHECKING, Any, Literal

    from gradio.blocks import Block

    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component

def messages(field: MessagesField, props: dict[str, Any]) -> Conversation:
    """Enter sends, Shift+Enter begins a new line."""
    return Conversation(
        value=props["value"],
        label=props["label"],
        key=props["key"],
        html_template=SKELETON,
        js_on_load=SCRIPT,
        apply_default_css=False,
        placeholder=field.placeholder,
        longest=field.max_length,
    )
