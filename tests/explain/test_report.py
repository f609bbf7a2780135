"""A report stands alone: no script, no outside host, no markup of strangers, and small however long the file was."""

import re
from datetime import date

import pytest
from explained import Page

from explain import report
from explain.modelcard import section
from explain.static import static

EVIL = '<script>alert(1)</script><img src="https://evil.example/x.png">'


def test_nothing_comes_from_elsewhere() -> None:
    sections = [
        ("One", f'<p style="background:url(https://evil.example)">{EVIL}<a href="https://evil.example">a link</a></p>'),
        ("Two", '<iframe src="https://evil.example"></iframe><svg xmlns="http://evil.example" onload="x()"></svg>'),
        ("Three", '<p>see https://evil.example in words</p><object data="http://evil.example"></object>'),
    ]
    facts = {"File": f"{EVIL}.csv", "Empty": ""}
    html = report.report(f"Model {EVIL}", facts, sections, card="see https://evil.example")
    page = Page(html[html.index("<body>") : html.index("</html>")])
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "object", "link", "img", "button", "input"}
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on") and "evil" not in (value or ""), (name, value)
    assert "see https://evil.example in words" in html and "a link" in html
    assert not re.search(r"(@import|url\()", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>a<button>b</button>c</p>", "<p>ac</p>"),
        ('<table><tr><td><button class="ask">7</button></td></tr></table>', "<table><tr><td>7</td></tr></table>"),
        ('<p class="hint onscreen">click</p><p>stay</p>', "<p>stay</p>"),
        ("<div hidden><p>x</p></div>y", "y"),
        ("<p>1 < 2 &amp; <b>3</p>", "<p>1 &lt; 2 &amp; <b>3</b></p>"),
        ("<label>a<input value=3></label><input>b", "b"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', '<img src="data:image/png;base64,AAAA" alt="x">'),
        ('<img src="data:image/svg+xml;base64,AAAA"><br>z', "<br>z"),
        ('<svg viewBox="0 0 1 1"><g onclick="x()"/></svg>', '<svg viewbox="0 0 1 1"><g></g></svg>'),
        ("<details open><summary>s</summary>t", "<details open><summary>s</summary>t</details>"),
        ("</p>a</div>", "a"),
        ("<style>p{}</style><template><p>a</template>b", "b"),
    ],
)  # fmt: skip
def test_what_only_works_on_the_page_leaves_and_the_rest_is_well_formed(html: str, left: str) -> None:
    assert static(html) == left


def test_a_report_stays_under_its_bound_and_says_what_it_left_out() -> None:
    sections = [("Small", "<p>kept</p>"), ("Huge", f"<p>{'x' * 6_000_000}</p>"), ("Last", "<p>kept too</p>")]
    html = report.report("Model", {}, sections)
    assert len(html.encode()) < report.MOST_BYTES
    assert "kept too" in html and "Left out, so that the file stays small: Huge." in html


def test_dark_colours_follow_the_reader() -> None:
    css = report.style()
    assert css.rindex("@media (prefers-color-scheme: dark)") > css.index(".dark {")
    assert "--paper: #131c2e" in css[css.rindex("@media (prefers-color-scheme: dark)") :]


def test_the_section_for_a_model_card_is_a_table_that_strangers_cannot_break() -> None:
    card = section(
        {"File": "a|b\n# c.csv", "None": ""}, [("Accuracy", "0.9", "0.8 to 1", "0.5")], "", ["one"], date(2026, 1, 2)
    )
    assert "## Evaluation, 2026-01-02" in card
    assert "| Accuracy | 0.9 | 0.8 to 1 | 0.5 |" in card
    assert "- File: a\\|b \\# c.csv" in card and "None" not in card
    assert "https://" not in section({"File": "https://evil.example"}, [], "", [], date(2026, 1, 2))
