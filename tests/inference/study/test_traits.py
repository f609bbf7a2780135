"""What is known of rows: of pictures and texts, of the other columns of a file, and of answers."""

import numpy as np
import pandas as pd
from PIL import Image

from inference.fields import ImageField, TextField
from inference.study.results import Answers
from inference.study.traits import Trait, of_answers, of_columns, of_inputs, together


def values(traits: list[Trait], name: str) -> list[float]:
    return [round(value, 2) for value in next(trait for trait in traits if trait.name == name).values]


def test_pictures_are_told_by_brightness_sharpness_and_size() -> None:
    field = ImageField(name="image", label="Photo")
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    grey = Image.new("RGB", (200, 100), (51, 51, 51))
    found = of_inputs([field], [{"image": grey}, {"image": noise}])
    assert values(found, "image_brightness")[0] == 20.0
    assert values(found, "image_sharpness")[0] == 0.0 < 1_000 < values(found, "image_sharpness")[1]
    assert values(found, "image_size") == [200, 80] and values(found, "image_shape") == [2.0, 1.33]


def test_texts_are_told_by_length_words_and_letters_and_can_be_searched() -> None:
    field = TextField(name="text", label="Text")
    found = of_inputs([field], [{"text": "Fine day"}, {"text": "Ω ψυχή"}, {"text": "12 !"}])
    assert values(found, "text_length") == [8, 6, 4]
    assert values(found, "text_word_length")[:2] == [3.5, 2.5]
    assert values(found, "text_other_letters")[:2] == [0, 100]
    assert np.isnan(values(found, "text_word_length")[2])
    assert found[0].kind == "text"


def test_columns_of_a_file_are_numbers_categories_or_nothing() -> None:
    rows = pd.DataFrame(
        {
            "score": ["1", "2.5", "", "-3"],
            "town": ["a", "b", None, "a"],
            "a `b`": ["x", "y", "x", "y"],
            "words": ["w" * 101, "v" * 101, "", ""],
            "empty": ["", "", "", ""],
        }
    )
    found = {trait.name: trait for trait in of_columns(rows, list(rows.columns))}
    assert found["score"].kind == "number" and found["score"].known.tolist() == [True, True, False, True]
    assert found["town"].values.tolist() == ["a", "b", "", "a"]
    assert "a 'b'" in found and "words" not in found
    many = pd.DataFrame({"id": [f"id{place}" for place in range(60)]})
    assert of_columns(many, ["id"]) == []


def test_answers_are_traits_too_and_names_never_clash() -> None:
    answers = Answers(
        ("a", "b"), np.array([[0.2, 0.8], [0.9, 0.1]]), np.array(["b", "a"], object), np.array(["x", None], object)
    )
    found = {trait.name: trait.values.tolist() for trait in of_answers(answers)}
    assert found == {"prediction": ["b", "a"], "score": [0.8, 0.9], "decision": ["x", ""]}
    own = Trait("score", "Own", "number", np.zeros(2))
    assert [each.name for each in together([own], of_answers(answers))] == ["score", "prediction", "score_", "decision"]
