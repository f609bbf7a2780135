"""A text as it was written."""

from html import escape

from .parts import Shown, asking

ASK_WORD_HINT = '<p class="hint ask">Choose a word of the reply to see what led to it.</p>'


def written(shown: Shown) -> str:
    """The text as it was written; each of its pieces can be asked about."""
    text, pieces = shown.prediction.text or "", shown.pieces
    if "".join(pieces) == text:  # else a tokenizer that joins its tokens in its own way
        asked = [asking({"text": text, "token": i}, unseen(piece, i)) for i, piece in enumerate(pieces)]
        drawn = "".join(f"{ask}{escape(piece)}</button>" for ask, piece in zip(asked, pieces, strict=True) if piece)
    else:
        drawn = escape(text)
    hint = ASK_WORD_HINT if "<button" in drawn else ""
    return f'<h2 class="eyebrow">Reply</h2><p class="reply" dir="auto">{drawn}</p>{hint}'


def unseen(piece: str, place: int) -> str:
    """What a screen reader calls a piece in which there is nothing to read; nothing for any other."""
    readable = any(character.isprintable() and not character.isspace() for character in piece)
    return "" if readable else f"token {place + 1}"
