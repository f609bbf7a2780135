"""What the tests of figures share: explanations made by hand, and a reader of the HTML that is drawn of them."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from explain.figures import draw
from explain.types import Explanation, Feature
from inference.types import ItemTarget, Raw


def explained(
    values: Sequence[float],
    labels: Sequence[str] | None = None,
    where: Sequence[dict[str, Any] | None] | None = None,
    stderr: Sequence[float] | None = None,
    **changes: Any,
) -> Explanation:
    """An explanation of `values`, with whatever else a test is about."""
    count = len(values)
    labels = labels or [f"feature {i}" for i in range(count)]
    where = where or [None] * count
    options: dict[str, Any] = {
        "target": ItemTarget("positive"),
        "output": "positive",
        "base": 0.5,
        "score": 0.5 + sum(values),
        "scale": "probability",
        "unit": None,
        "label_map": None,
        **changes,
    }
    return Explanation(
        features=tuple(
            Feature(str(i), "text", label, place) for i, (label, place) in enumerate(zip(labels, where, strict=True))
        ),
        values=tuple(values),
        stderr=None if stderr is None else tuple(stderr),
        baseline="hidden",
        estimand="Shapley",
        method="exact enumeration",
        evaluations=4,
        seconds=0.1,
        dtype="float32",
        seed=0,
        residual=0.0,
        **options,
    )


def words(text: str, values: Sequence[float], **changes: Any) -> tuple[Explanation, Raw]:
    """A text whose words between spaces have `values`."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    labels, where = [text[a:b] for a, b in spans], [{"chars": [a, b]} for a, b in spans]
    return explained(values, labels, where, **changes), {"text": text}


class Page(HTMLParser):
    """The tags of a page, whether they match, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str, name: str = "") -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.tags if found == tag and (not name or attrs.get("class") == name)]


def page(explanation: Explanation, raw: Raw | None = None) -> Page:
    figure = draw(explanation, raw or {})
    read = Page(figure.html + figure.table)
    assert read.open == []
    return read
