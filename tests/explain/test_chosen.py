"""A history shaded says in words what each of its items brought."""

from explained import explained, page

from explain.figures import draw

PLACES = [
    {"item": "7", "position": 0},
    {"item": "5", "position": 1, "rating": 4.5},
    {"item": "3", "position": 2, "rating": 1.0},
]


def test_each_item_says_what_it_brought_in_the_order_of_the_history() -> None:
    read = page(explained([0.06, 0.12, -0.03], ["Alien", "Brazil", "Chinatown"], PLACES))
    assert "You chose Alien: +0.060" in read.text
    assert "You rated Brazil ★ 4.5: +0.120" in read.text
    assert "You rated Chinatown ★ 1: −0.030" in read.text
    chips = [attrs for attrs in read.of("li") if "strength" in (attrs.get("style") or "")]
    assert [chip["class"] for chip in chips] == ["for", "for", "against"]
    assert [chip["style"] for chip in chips] == [f"--strength:{share}" for share in ("0.50", "1.00", "0.25")]


def test_the_figure_says_in_a_sentence_what_the_chips_show() -> None:
    figure = draw(explained([0.06, 0.12], ["Alien", "Brazil"], PLACES[:2]), {})
    assert figure.alt == "“Brazil” and “Alien” spoke for “positive” most."
    assert 'aria-label="Your history, shaded"' in figure.html


def test_a_run_of_a_long_history_is_one_chip_among_the_others() -> None:
    places = [PLACES[0], {"items": ["5", "3"], "position": 1}]
    read = page(explained([0.1, 0.2], ["Alien", "Brazil and Chinatown"], places))
    assert len(read.of("ul", "chosen")) == 1
    assert "You chose Brazil and Chinatown: +0.200" in read.text


def test_names_are_escaped() -> None:
    assert "<script" not in draw(explained([0.1], ["<script>"], PLACES[:1]), {}).html


def test_other_inputs_have_no_chips() -> None:
    assert not page(explained([0.1, 0.2])).of("ul", "chosen")
