"""HTML of the page as it can stand alone: no scripts, no controls, nothing from any host. It knows no section."""

import re
from html import escape
from html.parser import HTMLParser
from typing import Literal


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


KEPT = words(
    "a abbr b blockquote br caption code dd details div dl dt em figcaption figure h1 h2 h3 h4 hr i img li mark "
    "ol p pre section small span strong sub summary sup table tbody td tfoot th thead tr u ul circle g line path "
    "polygon polyline rect svg text title tspan"
)
ATTRIBUTES = words(
    "alt class colspan cx cy d dir fill height id lang open points r role rowspan rx ry scope src stroke style "
    "tabindex text-anchor title transform viewbox width x x1 x2 y y1 y2 preserveaspectratio"
)
GONE = words("script style template iframe object embed noscript select textarea button progress output label")
"""What leaves with all that it holds."""
ONSCREEN = "onscreen"
"""The class of what makes sense only on a page that answers."""


VOID = words("br hr img input meta link area base col source track wbr param")
"""What holds nothing and is never closed."""

State = Literal["kept", "dropped", "gone"]
"""Of a tag: it stays; what it holds stays without it; both leave."""


class Static(HTMLParser):
    """Writes what may stay, as it comes; every tag that stays is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[tuple[str, State]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        state = self.state(tag, dict(attrs))
        if state == "kept":
            self.parts.append(f"<{tag}{''.join(kept(*each) for each in attrs)}>")
        if tag not in VOID:
            self.open.append((tag, state))

    def state(self, tag: str, attributes: dict[str, str | None]) -> State:
        """What becomes of a tag."""
        within, _ = self.open[-1] if self.open else ("", "kept")
        number = tag == "button" and within in ("td", "th")  # a count that asks for its rows stays as a number
        hidden = "hidden" in attributes or ONSCREEN in (attributes.get("class") or "").split()
        if any(state == "gone" for _, state in self.open) or hidden or (tag in GONE and not number):
            return "gone"
        if tag == "img":
            return "kept" if EMBEDDED.match(attributes.get("src") or "") else "gone"
        return "kept" if tag in KEPT else "dropped"

    def handle_endtag(self, tag: str) -> None:
        if all(tag != each for each, _ in self.open):
            return
        closed = ""
        while closed != tag:  # what was never closed ends with the one around it
            closed, state = self.open.pop()
            if state == "kept":
                self.parts.append(f"</{closed}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if all(state != "gone" for _, state in self.open):
            self.parts.append(escape(data, quote=False))

    def close(self) -> None:
        super().close()
        while self.open:
            self.handle_endtag(self.open[-1][0])


EMBEDDED = re.compile(r"data:image/(png|jpeg|webp|gif);base64,[\w+/=\s]*$")
"""A picture that comes with the page."""
LOADING = re.compile(r"url|expression|@|\\", re.IGNORECASE)
"""What a style may not hold."""


def kept(name: str, value: str | None) -> str:
    """An attribute, if it may stay."""
    if not (name in ATTRIBUTES or name.startswith("aria-")) or (name == "style" and LOADING.search(value or "")):
        return ""
    return f" {name}" if value is None else f' {name}="{escape(value)}"'


def static(html: str) -> str:
    """The HTML without what only works on the page. Links become their text; pictures stay where they are embedded."""
    parser = Static()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)
