"""What an English request names, found by rules: who, where, when, how long, and what it is about. Knows no model.

A rule takes the first passage that fits it; what none fits is missing, and the card that is made of it says so.
"""

import re

NUMBER = (
    r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|half an?|a quarter of an)"
)
DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
PARTS = r"(?:morning|afternoon|evening|night)"
HOUR = r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?)?"
NTH = r"\d{1,2}(?:st|nd|rd|th)"
NAME = r"[A-ZÀ-Þ][\w'’-]*"
PERSON = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? {NAME}|(?:my|the|our|aunt|uncle) {NAME}|(?:my|the|our) [a-z]+"
    rf"|mum|mom|dad|grandma|grandpa|{NAME}(?: and {NAME})?)"
)
SPAN = rf"{NUMBER}(?:[- ]{NUMBER})?[- ](?:second|minute|hour|day)s?"
LENGTH = re.compile(rf"\b{SPAN}(?: and a half)?\b|\b(?:an )?hour and a half\b", re.I)
TIME = re.compile(
    rf"\b(?:at (?:about )?(?:{HOUR}|noon|midnight|(?:half past|a quarter (?:past|to)) \w+|{NUMBER})\b"
    rf"|in {SPAN}|tonight|this {PARTS}|in the {PARTS}|every {PARTS}|\d{{1,2}}(?::\d\d)? ?[ap]m\b"
    r"|(?:after|before) (?:lunch|dinner|breakfast|work))",
    re.I,
)
DATE = re.compile(
    rf"\b(?:(?:on |next |this |by |every )?{DAYS}(?: {PARTS})?|today|tomorrow(?: {PARTS})?|tonight"
    r"|(?:this |next |the )?weekend|(?:this|next) (?:week|month|year)"
    rf"|(?:on )?the (?:{NTH}|\w+) of {MONTHS}|(?:on )?(?:the )?{NTH}|\d{{1,2}} {MONTHS}|{MONTHS} \d{{1,2}})\b",
    re.I,
)
TO_WHOM = re.compile(
    r"\b(?:call|phone|ring(?: up)?|dial|tell|text|message|e?mail|inform|ask|wish|let|reach|answer|to|give|with|for)\s+"
    rf"({PERSON})"
)
LOWERED = re.compile(r"^(?:Call|Phone|Ring|Dial|Tell|Text|Message|Email|Inform|Ask|Let|Give|Answer|Write|Send)\b")
WHERE = re.compile(rf"\b(?:in|at|near|for)\s+({NAME}(?: {NAME})*|the (?:coast|mountains|city)|my home town)")
SAID = re.compile(
    r"(?:\bthat\b|\bsaying\b|\bknow\b(?: that)?|\bwith\b|:|,)\s*(.+)$"
    rf"|\b(?:tell|text)\s+{PERSON}\s+(.+)$",
    re.I,
)
LIST = re.compile(r"\b(?:my|the|our)\s+((?:[a-z-]+ )?list|groceries)\b", re.I)
OPENING = re.compile(
    r"^(?:(?:hey|please|can you|could you|would you|i want to|i need to|i'd like to|let's)\W+)*"
    r"(?:(?:remind me|set a reminder|add a reminder|i need a reminder|don't let me forget|i must not forget"
    r"|make sure i remember|search(?: the web)?|look up|look for|find(?: out)?|google|tell me|show me|play|put on"
    r"|listen|hear|start|add|put|write|we need|note down|take|remove|explain|what do you know"
    r"|give me information)\b\W*)"
    r"(?:(?:to|for|about|on|that|something on|of)\b\W*)?",
    re.I,
)
CLOSING = re.compile(r"[\s,:;]*(?:please)?[\s.,!?:;]*$", re.I)


def slots(text: str, wanted: tuple[str, ...]) -> dict[str, str]:
    """The passages that fill the slots asked for, in their order; those that nothing fits are left out."""
    plain = LOWERED.sub(lambda match: match.group().lower(), text.strip())
    found = {name: RULES[name](plain) for name in wanted}
    return {name: trimmed(passage) for name, passage in found.items() if passage and trimmed(passage)}


def first(pattern: re.Pattern[str], text: str) -> str:
    """What a pattern finds first: one of its groups, or all of it."""
    match = pattern.search(text)
    if match is None:
        return ""
    return next((group for group in match.groups() if group), match.group())


def about(text: str) -> str:
    """What is left of a request without how it opens, when it is for, and on which list."""
    for pattern in (OPENING, TIME, DATE):
        text = pattern.sub(" ", text)
    return re.sub(r"\b(?:to|on|off|from|in)\s+(?:my|the)\s+(?:[a-z-]+ )?(?:list|groceries)\b", " ", text)


def trimmed(passage: str) -> str:
    """A passage without white space and marks around it."""
    return " ".join(CLOSING.sub("", passage).split()).strip(" ,:;")


RULES = {
    "person": lambda text: first(TO_WHOM, text),
    "text": lambda text: re.sub(r"^that\s+", "", first(SAID, text), flags=re.I),
    "place": lambda text: first(WHERE, text),
    "date": lambda text: first(DATE, text),
    "time": lambda text: first(TIME, text),
    "length": lambda text: first(LENGTH, text),
    "list": lambda text: first(LIST, text),
    "about": about,
}
"""By slot."""
