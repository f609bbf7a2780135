"""Ways in which the sender of a text may try to get past a filter; each keeps it readable for people.

Knows no model and no label: a disguise is a function from a text to a text.
"""

import re
from collections.abc import Callable

FRIENDLY = "Hey, it's me. Sorry I'm late, I will call you when I get home. Love you, see you tonight! "
DIGITS = str.maketrans("aeios", "43105")
LOOKALIKES = str.maketrans("aeopcxy", "аеорсху")


def spread(text: str) -> str:
    """Drop every other space."""
    words = text.split()
    return " ".join("".join(words[i : i + 2]) for i in range(0, len(words), 2))


DISGUISES: dict[str, Callable[[str], str]] = {
    "as sent": lambda text: text,
    "every other space dropped": spread,
    "all spaces dropped": lambda text: text.replace(" ", ""),
    "digits for letters (a 4, e 3, i 1, o 0, s 5)": lambda text: text.lower().translate(DIGITS),
    "Cyrillic look-alikes (a, e, o, p, c, x, y)": lambda text: text.lower().translate(LOOKALIKES),
    "letters spaced out": lambda text: " ".join(text),
    "a friendly sentence in front": lambda text: FRIENDLY + text,
    "three friendly sentences in front": lambda text: FRIENDLY * 3 + text,
    "all digits removed": lambda text: re.sub(r"\d", "", text),
}
"""What each does in words, the text as it was sent first."""
