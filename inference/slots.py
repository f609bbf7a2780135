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
FEASTS = r"(?:christmas|easter|new year(?:['’]s)?)(?: (?:day|eve|monday))?"
BY = r"(?:(?:on|by|before|after|until|for) )?"
HOUR = r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?)?"
NTH = r"\d{1,2}(?:st|nd|rd|th)"
NAME = r"[A-ZÀ-Þ][\w'’-]*"
PERSON = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? {NAME}|(?:my|the|our|aunt|uncle) {NAME}|(?:my|the|our) [a-z]+(?:['’]s [a-z]+)?"
    rf"|mum|mom|dad|grandma|grandpa|{NAME}(?: and {NAME})?)"
)
SPAN = rf"{NUMBER}(?:[- ]{NUMBER})?[- ](?:second|minute|hour|day)s?"
LENGTH = re.compile(rf"\b{SPAN}(?: and a half)?\b|\b(?:an )?hour and a half\b", re.I)
TIME = re.compile(
    rf"\b(?:at (?:about )?(?:{HOUR}|noon|midnight|(?:half past|a quarter (?:past|to)) \w+|{NUMBER})\b"
    rf"|in {SPAN}|in the {PARTS}|every {PARTS}|\d{{1,2}}(?::\d\d)? ?[ap]m\b"
    r"|(?:after|before) (?:lunch|dinner|breakfast|work))",
    re.I,
)
DATE = re.compile(
    rf"\b(?:{BY}(?:(?:next|this|every) )?{DAYS}(?: {PARTS})?|(?:the day after )?tomorrow(?: {PARTS})?|today|tonight"
    rf"|this {PARTS}|right now|{BY}(?:this |next |the )?weekend|(?:in )?the next (?:few|{NUMBER}) (?:day|week)s"
    rf"|{BY}(?:(?:the|this|next) )?{FEASTS}|{BY}the (?:{NTH}|\w+) of {MONTHS}|{BY}(?:{NTH}|\d{{1,2}}) {MONTHS}"
    rf"|{BY}{MONTHS} \d{{1,2}}|{BY}(?:the )?{NTH}|(?:this|next) (?:week|month|year))\b",
    re.I,
)
TO_WHOM = re.compile(
    r"\b(?:call|phone|ring(?: up)?|dial|tell|text|message|e?mail|inform|ask|wish|let|reach|answer|to|give|with|for"
    rf"|try|get(?: hold of)?|send)\s+(?!the (?:message|text|e?mail|note)\b)({PERSON})"
)
LOWERED = re.compile(
    r"^(?:Call|Phone|Ring|Dial|Tell|Text|Message|Email|Inform|Ask|Let|Give|Answer|Write|Send|Try|Get)\b"
)
OWNED = re.compile(r"['’]s(?: (?:number|phone|mobile))?$")
NO_PLACE = rf"(?!(?:the |this |next )*(?i:{DAYS}|{MONTHS}|{PARTS}|weekend|next|moment|week|year)\b)"
WHERE = re.compile(
    rf"\b(?:in|at|near|for|on)\s+{NO_PLACE}((?:the )?{NAME}(?:(?: of)? {NAME})*)"
    rf"|\b(?:in|at|near)\s+{NO_PLACE}((?:the|my|our) [a-z]+(?: town)?)|^{NO_PLACE}({NAME}(?: {NAME})*),|\b(here)\b"
)
SAID = re.compile(
    r"(?:\bthat\b|\bsaying\b|\band say\b|\bknow\b(?: that)?|\bwith\b|:|,)\s*(.+)$"
    rf"|\b(?:tell|text)\s+{PERSON}\s+(.+)$",
    re.I,
)
ON_LIST = re.compile(r"\b(?:to|on|off|from|in|for)\s+(?:my|the)\s+(?:[a-z-]+ )?(?:list|groceries)\b", re.I)
LIST = re.compile(r"\b(?:my|the|our)\s+((?:[a-z-]+ )?list|groceries)\b", re.I)
OPENING = re.compile(
    r"^\W*(?:(?:hey|please|can you|could you|would you|i (?:want|need|have|ought) to|i must|i'd like to|let's)\b\W*)*"
    r"(?:(?:(?:remind|ping) (?:me|us)|(?:set|add|i need) a reminder|don't let me forget|i must not forget"
    r"|make sure i remember|(?:do a )?search(?: the web)?|look up|look(?: on the internet)? for|find(?: out| me)?"
    r"|google|tell me|show me|play|put on|listen|(?:let me )?hear|i feel like(?: listening)?|start|add|put"
    r"|write(?: down)?|we need|i need|we're out|make a note|note down|take|remove|explain|what do you know"
    r"|give me information|i (?:have|need) to)\b\W*)"
    r"(?:(?:to|for|about|on|that|something on|of)\b\W*)?",
    re.I,
)
ENDING = re.compile(r"[\s,;:.]+(?:and )?(?:please )?(?:remind (?:me|us)|(?:put|add) (?:it|them|that))[\s,.!?]*$", re.I)
CONTROL = re.compile(
    r"^(?:please )?(?:turn (?:it|that|the \w+) (?:up|down|off)(?: a bit)?"
    r"|(?:stop|pause|resume|skip)(?: (?:it|this|that|the))?(?: (?:music|song|track|one))?"
    r"|(?:next|previous) (?:song|track|one))(?:,? please)?\W*$",
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
    """What is left of a request without how it opens and ends, when it is for, and on which list.

    Of a word to the player, such as "next song", nothing is left.
    """
    if CONTROL.match(text):
        return ""
    for pattern in (TIME, DATE, ON_LIST, ENDING):
        text = pattern.sub(" ", text)
    return OPENING.sub("", text)


def trimmed(passage: str) -> str:
    """A passage without white space and marks around it."""
    return " ".join(CLOSING.sub("", passage).split()).strip(" ,:;")


RULES = {
    "person": lambda text: OWNED.sub("", first(TO_WHOM, text)),
    "text": lambda text: re.sub(r"^that\s+", "", first(SAID, text), flags=re.I),
    "place": lambda text: first(WHERE, text),
    "date": lambda text: first(DATE, text),
    "time": lambda text: first(TIME, text),
    "length": lambda text: first(LENGTH, text),
    "list": lambda text: first(LIST, text),
    "about": about,
}
"""By slot."""
