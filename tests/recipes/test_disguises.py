"""Disguises of a text: each changes it, and says what it does."""

from assets.recipes.disguises import DISGUISES, FRIENDLY

TEXT = "Win a prize now! Call 0800 555 today."


def test_only_the_first_leaves_the_text_as_it_was() -> None:
    assert [name for name, disguise in DISGUISES.items() if disguise(TEXT) == TEXT] == ["as sent"]


def test_they_do_what_they_say() -> None:
    assert DISGUISES["every other space dropped"](TEXT) == "Wina prizenow! Call0800 555today."
    assert DISGUISES["digits for letters (a 4, e 3, i 1, o 0, s 5)"]("Aeios x") == "43105 x"
    assert DISGUISES["all digits removed"](TEXT) == "Win a prize now! Call   today."
    assert DISGUISES["a friendly sentence in front"](TEXT) == FRIENDLY + TEXT
    cyrillic = DISGUISES["Cyrillic look-alikes (a, e, o, p, c, x, y)"]("aeopcxyz")
    assert cyrillic[:-1].isalpha() and not cyrillic[:-1].isascii() and cyrillic.endswith("z")
