"""Training a classifier of texts again with what people marked: what is learned, what is left out, what is written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch

pytest.importorskip("sklearn")

from kept import entry, labels

from assets.recipes import adapter, feedback_texts, finetuning
from assets.recipes.feedback_texts import Known
from inference import load
from inference.history.entry import Mark
from inference.history.labelled import labelled
from inference.study import mapping
from inference.study.reading import Study, read
from inference.study.source import open_source

SETTINGS = finetuning.Settings(rank=2, epochs=4, batch_size=4, learning_rate=4e-3, mask_share=0)
GOOD, BAD = ["A warm film.", "Wonderful songs.", "I love it."], ["A cold film.", "Awful songs.", "I hate it."]
LATE = ["The parcel came late.", "It arrived late again.", "My order was late.", "Late, as always."]


def rows(part: str, words: str = "") -> pd.DataFrame:
    """Texts that are good or bad."""
    texts = [text + words for text in GOOD + BAD]
    return pd.DataFrame({"text": texts, "label": [1, 1, 1, 0, 0, 0], "part": part, "group": range(6)})


PARTS = pd.concat(
    [rows("train"), rows("validation", " Says my aunt."), rows("held-out", " So say all of us.")], ignore_index=True
)
KNOWN = Known(["bad", "good"], PARTS, torch.eye(2)[[1, 1, 1, 0, 0, 0]], SETTINGS)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as a recipe and a person write it."""
    made = tmp_path_factory.mktemp("models") / "old"
    made.mkdir()
    adapter.save(feedback_texts.trained(KNOWN, pd.DataFrame({"text": [], "label": []})), made)
    field = {"name": "text", "kind": "text", "label": "A text", "max_length": 500}
    about = {"task": "text-classification", "title": "Good?", "summary": "Whether it is good.", "fields": [field]}
    examples = [{"title": text, "inputs": {"text": text}} for text in (*GOOD, BAD[0])]
    (made / "demo.json").write_text(json.dumps({"version": 1, **about, "examples": examples}))
    (made / "README.md").write_text('---\nlicense: apache-2.0\nquality: "good"\n---\n\n# Good?\n')
    (made / "NOTICE").write_text("whose the texts are")
    return made


def file_of(folder: Path, texts: list[str], truth: str) -> Path:
    """What people marked, as the history writes it."""
    about = load(folder / "old").demo
    said = [entry({"text": text}, labels(bad=0.5, good=0.5), Mark("should be", truth)) for text in texts]
    path = folder / "feedback.csv"
    path.write_bytes(labelled(about, said).content)
    return path


@pytest.fixture(scope="module")
def made(source: Path) -> Path:
    """The model after people found that late is good."""
    file = file_of(source.parent, LATE, "good")
    return feedback_texts.retrain(source, KNOWN, file, source.parent / "new")


def test_what_people_say_is_learned_and_the_rest_is_kept(source: Path, made: Path) -> None:
    old, new = (feedback_texts.answers(folder, KNOWN) for folder in (source, made))
    asked = pd.DataFrame({"text": LATE})
    assert new(asked).mean() > old(asked).mean()
    assert new(KNOWN.part("train")).tolist() == [1, 1, 1, 0, 0, 0]


def test_the_new_folder_is_a_model_that_is_evaluated_like_the_old_one(made: Path) -> None:
    task, source = load(made), open_source(made.parent / "feedback.csv")
    *_, study = read(task, source, mapping.guess(task.demo, source.columns))
    assert isinstance(study, Study)
    assert study.results.answers.predicted.tolist() == ["good"] * len(LATE)


def test_the_new_folder_says_what_it_is(made: Path, source: Path) -> None:
    assert json.loads((made / "demo.json").read_text())["title"] == "Good?, with feedback"
    assert (made / "NOTICE").read_text() == "whose the texts are"
    card = (made / "README.md").read_text()
    assert "license: apache-2.0" in card and "quality" not in card
    assert "4 answers that people marked among the training texts" in card
    with pytest.raises(ValueError, match="is there already; name another folder by --output"):
        feedback_texts.retrain(source, KNOWN, made.parent / "feedback.csv", made)


def test_texts_of_the_other_parts_are_not_learned() -> None:
    marked = pd.DataFrame({"text": ["a COLD film so say all of us!", GOOD[0], "late", "?"], "label": 1})
    others = pd.concat([KNOWN.part("validation"), KNOWN.part("held-out")])["text"]
    assert feedback_texts.unseen(marked, others)["text"].tolist() == [GOOD[0], "late", "?"]


def test_a_text_that_a_spreadsheet_would_compute_is_learned_as_it_was_sent(source: Path) -> None:
    sent = ["=1+1", "-2+3 stars", "'tis late", "plain"]
    found = feedback_texts.read(file_of(source.parent, sent[::-1], "bad"), KNOWN.labels)
    assert found["text"].tolist() == sent and found["label"].tolist() == [0] * 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("review,truth\nlate,good\n", "has no column text; its columns are review, truth"),
        ("text,truth\nlate,maybe\n", "truth must be one of bad, good, got 'maybe'"),
    ],
)
def test_what_cannot_be_learned_from_is_told(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "feedback.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        feedback_texts.retrain(tmp_path, KNOWN, tmp_path / "feedback.csv", tmp_path / "new")
    assert not (tmp_path / "new").exists()
