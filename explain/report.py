"""One file that says how a model was examined: HTML that needs no script and no host. It knows no section.

Sections come as pairs of a title and HTML, whoever made them; what does not work outside the page is left out of them.
"""

from collections.abc import Mapping, Sequence
from html import escape

from inference import styles

from .static import static

MOST_BYTES = 5_000_000
"""Of a whole report; its last sections give way where it would be more."""

Sections = Sequence[tuple[str, str]]
"""Titles, and HTML that may bring a heading of its own."""

LIMITS = (
    "Explanations say what the model uses, not what causes what in the world.",
    "They hold against what stands for hidden parts; another choice of it gives other values.",
    "What is measured holds for rows like those of this file; how the file was drawn is not known here.",
    "Intervals tell the chance in which rows the file happens to have, not errors in its truth.",
)


def report(
    title: str, facts: Mapping[str, str], sections: Sections, limits: Sequence[str] = LIMITS, card: str = ""
) -> str:
    """The whole file. facts: what was evaluated, by what it is called. card: Markdown to paste into a model card."""
    shown = [(name, static(html)) for name, html in sections if html]
    shown.append(("Limits", f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in limits)}</ul>"))
    if card:
        shown.append(("For the model card", for_card(card)))
    head = f'<header><p class="eyebrow">Report</p><h1>{escape(title)}</h1>{table(facts)}</header>'
    body, left = within(shown, MOST_BYTES - len(page(title, head).encode()))
    told = f'<p class="hint">Left out, so that the file stays small: {escape(", ".join(left))}.</p>' if left else ""
    return page(title, f"{head}{contents([name for name, _ in shown if name not in left])}{body}{told}")


def within(sections: Sections, room: int) -> tuple[str, list[str]]:
    """The sections that there is room for, in bytes, and the titles of the others."""
    parts, left = [], []
    for number, (name, html) in enumerate(sections):
        part = f'<div id="part-{number}">{headed(name, html)}</div>'
        size = len(part.encode()) + 300  # and its line in the contents
        if size <= room:
            parts.append(part)
            room -= size
        else:
            left.append(name)
    return "".join(parts), left


def headed(name: str, html: str) -> str:
    """HTML with a heading, its own or its title."""
    if "<h2" in html:
        return html
    return f'<section class="card evaluated"><h2 class="part">{escape(name)}</h2>{html}</section>'


def table(facts: Mapping[str, str]) -> str:
    """What was evaluated."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    return f'<div class="trust"><dl>{rows}</dl></div>'


def contents(names: Sequence[str]) -> str:
    """The titles of what follows."""
    return f'<p class="hint">{escape(" · ".join(names))}</p>'


def for_card(card: str) -> str:
    """Markdown as it can be copied."""
    return f"<details><summary>A section in Markdown, to paste</summary><pre>{escape(card)}</pre></details>"


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}
body {{ margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }}
body > * + * {{ margin-top: 1rem; }}
h1 {{ margin: 0.25rem 0 1rem; font-size: 1.8rem; line-height: 1.2; overflow-wrap: anywhere; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
@media print {{ .card {{ break-inside: avoid-page; border: 0; }} details > * {{ display: revert; }} }}
</style></head><body>{body}</body></html>
"""


def page(title: str, body: str) -> str:
    """A whole page with the product's own style, in the colours that the reader's system prefers."""
    return PAGE.format(title=escape(title), style=style(), body=body)


def style() -> str:
    """The style of the page; its dark colours follow the reader's system here, where no button sets them."""
    css = "\n".join(sheet.read_text(encoding="utf-8") for sheet in styles.SHEETS)
    start = css.index(".dark {")
    dark = css[start + len(".dark {") : css.index("}", start)]
    return f"{css}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}"
