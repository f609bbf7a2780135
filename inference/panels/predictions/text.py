"""A text as it was written."""

import json
from html import escape

from ...fields import Message
from .parts import Shown, asking

ASK_WORD_HINT = '<p class="hint ask">Choose a word to see what led to it, or {whole}.</p>'


def written(shown: Shown) -> str:
    """The text as it was written; each of its pieces can be asked about."""
    text, pieces = shown.prediction.text or "", shown.pieces
    if "".join(pieces) == text:  # else a tokenizer that joins its tokens in its own way
        drawn = "".join(asked(text, piece, i) for i, piece in enumerate(pieces) if piece)
    else:
        drawn = escape(text)
    whole = f"{asking({'text': text, 'token': None})}the whole of it</button>"
    hint = ASK_WORD_HINT.format(whole=whole) if "<button" in drawn else ""
    title = escape(shown.prediction.items[0].name.capitalize())
    return f'<h2 class="eyebrow">{title}</h2><p class="reply" dir="auto">{drawn}</p>{hint}{going_on(shown)}'


def asked(text: str, piece: str, place: int) -> str:
    """A piece that can be asked about; the space before it stays outside, so that no line begins with it."""
    word = piece.lstrip(" ") or piece
    space = piece.removesuffix(word)
    return f"{space}{asking({'text': text, 'token': place}, unseen(piece, place))}{escape(word)}</button>"


def going_on(shown: Shown) -> str:
    """The button that continues a conversation, with all that was said in it; nothing where there is none."""
    talks = [value for value in shown.raw.values() if isinstance(value, tuple) and value]
    said = next((talk for talk in talks if all(isinstance(each, Message) for each in talk)), None)
    if said is None or not shown.prediction.text:
        return ""
    talk = [*(each.to_json() for each in said), Message("assistant", shown.prediction.text).to_json()]
    data = escape(json.dumps(talk))
    return f'<p class="buttons"><button type="button" data-talk="{data}">Continue the conversation</button></p>'


def unseen(piece: str, place: int) -> str:
    """What a screen reader calls a piece in which there is nothing to read; nothing for any other."""
    readable = any(character.isprintable() and not character.isspace() for character in piece)
    return "" if readable else f"token {place + 1}"
