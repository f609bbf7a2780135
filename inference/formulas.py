"""Texts of a CSV that a spreadsheet would take for formulas get an apostrophe in front. Knows no table.

OWASP, "CSV Injection".
"""

import re

FORMULA = r"^[=+\-@\t\r]"
"""How such a text begins."""
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
"""Numbers begin so too, and stay as they are."""


def harmless(text: str) -> str:
    """The text, marked where it would be a formula."""
    return f"'{text}" if re.match(FORMULA, text) and not re.fullmatch(NUMBER, text) else text
