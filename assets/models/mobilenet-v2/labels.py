"""The names of ImageNet's 1,000 classes, from a list in its order: checked, and made clear where they are not."""

import json
from pathlib import Path

# Positions that any list in ImageNet's order must have right.
ANCHORS = {
    0: "tench",
    151: "Chihuahua",
    207: "Golden Retriever",
    281: "tabby cat",
    285: "Egyptian Mau",
    340: "zebra",
    404: "airliner",
    504: "coffee mug",
    657: "missile",
    779: "school bus",
    872: "tripod",
    967: "espresso",
    985: "daisy",
    999: "toilet paper",
}

# Names that mislead or say too little when they stand alone under a photo, and what they mean in ImageNet.
CLEARER = {
    "baluster": "banister",
    "bell-cot": "bell cote",
    "bow": "bow (weapon)",
    "Boxer": "Boxer (dog)",
    "brass": "brass memorial plaque",
    "Brittany": "Brittany (dog)",
    "chest": "chest (furniture)",
    "cock": "rooster",
    "Cocker Spaniels": "Cocker Spaniel",
    "common sorrel": "sorrel horse",
    "cricket": "cricket (insect)",
    "drumstick": "drumstick (music)",
    "ear": "ear of corn",
    "fire screen sheet": "fire screen",
    "Granny Smith": "Granny Smith apple",
    "grille": "radiator grille",
    "kite": "kite (bird)",
    "Maltese": "Maltese (dog)",
    "match": "matchstick",
    "mortar": "mortar (bowl)",
    "nail": "nail (metal)",
    "Newfoundland": "Newfoundland (dog)",
    "nipple": "nipple (baby bottle)",
    "orange": "orange (fruit)",
    "organ": "pipe organ",
    "Papillon": "Papillon (dog)",
    "pitcher": "pitcher (jug)",
    "pot": "flowerpot",
    "red admiral": "red admiral (butterfly)",
    "ringlet": "ringlet (butterfly)",
    "rock beauty": "rock beauty (fish)",
    "small white": "small white (butterfly)",
    "snoek": "snoek (fish)",
    "speaker": "loudspeaker",
    "sunglass": "sunglass (lens)",
    "switch": "electric switch",
    "tank": "tank (military)",
    "tank suit": "maillot (tank suit)",
    "tights": "maillot (tights)",
    "titi": "titi (monkey)",
    "torch": "torch (flame)",
    "wing": "aircraft wing",
}


def read_labels(path: Path) -> list[str]:
    """Return ImageNet's 1,000 class names in order, each of them clear on its own and given to one class only."""
    names = json.loads(path.read_text(encoding="utf-8"))
    wrong = {i: names[i] for i, name in ANCHORS.items() if names[i] != name}
    unknown = sorted(CLEARER.keys() - set(names))
    if wrong or unknown:
        raise SystemExit(f"{path} is not the expected list: misplaced {wrong}, missing {unknown}.")
    names = [CLEARER.get(name, name) for name in names]
    if len({name.casefold() for name in names}) != 1000:
        raise SystemExit(f"{path} does not give 1,000 different names.")
    return names
