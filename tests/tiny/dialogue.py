"""text-generation with a chat template and every setting: the Llama of tiny-chat, in a conversation."""

import json
from pathlib import Path

from . import chat

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}<eos>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
TALKS = [
    [{"role": "user", "content": text} for text in chat.TEXTS[:1]],
    [
        {"role": "user", "content": chat.TEXTS[1]},
        {"role": "assistant", "content": "They do it in winter."},
        {"role": "user", "content": "What would be done?"},
    ],
    [{"role": "system", "content": "Be witty."}, {"role": "user", "content": chat.TEXTS[2]}],
    [{"role": "user", "content": chat.TEXTS[3]}],
]


def build(folder: Path) -> None:
    """Write the tiny model to `folder`."""
    from inference.generation import SETTINGS

    chat.build(folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    about = json.loads((folder / "demo.json").read_text())
    settings = [setting.to_json() for setting in SETTINGS]
    about["fields"] = [{"name": "prompt", "kind": "messages", "label": "Your message"}, *settings]
    about["examples"] = [{"title": f"Talk {i}", "inputs": {"prompt": talk}} for i, talk in enumerate(TALKS)]
    (folder / "demo.json").write_text(json.dumps({**about, "title": "Tiny dialogue"}))
