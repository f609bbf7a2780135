"""What the figures of all checks share: a mark that says whether the explanation passed, and a table behind a fold."""

from collections.abc import Iterable, Sequence
from html import escape

from .faithfulness import Faithfulness
from .interplay import Interplay


def mark(holds: bool, told: str) -> str:
    """Whether the explanation passes, beside a sign that needs no colour."""
    return (
        f'<p class="mark {"good" if holds else "caution"}"><b aria-hidden="true">{"✓" if holds else "!"}</b>{told}</p>'
    )


def folded(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A table behind a fold; its first `words` columns are text."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<details><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Table">'
        f'<table class="words-{words}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div></details>'
    )


def effort(found: Faithfulness | Interplay) -> str:
    """What a check took, and what hiding meant."""
    return f"{found.evaluations:,} evaluations in {found.seconds:.1f} s; to hide means: {escape(found.baseline)}."
