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


def messages(field: MessagesField, props: dict[str, Any]) -> gr.HTML:
    """Enter sends, Shift+Enter begins a new line. Its value is [{"role": …, "content": …}, …]."""
    widget = gr.HTML(
        value=said(props["value"]),
        label=props["label"],
        key=props["key"],
        html_template=SKELETON,
        js_on_load=SCRIPT,
        apply_default_css=False,
        placeholder=field.placeholder,
        longest=field.max_length,
    )
    widget.interactive = True
    widget.postprocess = said  # type: ignore[method-assign]  # gradio's would take it for HTML
    return widget


def said(value: Any) -> Any:
    """Messages as the page takes them; a text is a single one of the visitor's."""
    return [{"role": "user", "content": value or ""}] if isinstance(value, str) or not value else list(value)
