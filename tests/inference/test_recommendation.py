"""Recommendation on our own catalogues: histories in, suggestions with what is known of them out, exact reasons."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import load

from explain import explain
from inference import models
from inference.errors import InputError
from inference.task import Task

MOVIES, GROCERIES = (models.find()[name] for name in ("movies", "groceries"))
RATED = {"260": 5, "1196": 1.5, "593": 0.5, "1": None}


@pytest.fixture(params=[MOVIES, GROCERIES], ids=lambda folder: folder.name)
def shop(request: pytest.FixtureRequest) -> Task:
    return load(request.param)


def names(task: Task, history: Any) -> list[str]:
    return task.predict({"history": history}).prediction.names


def weights(task: Task) -> Any:
    """What each item adds to each score, float64[items, items], from the factors themselves."""
    model = task.pipeline.model
    product = model.given.double() @ model.wanted.double().T
    return product.fill_diagonal_(0).detach().numpy()


def test_ten_items_are_suggested_none_of_them_of_the_history(shop: Task) -> None:
    for example in shop.demo.examples:
        items = shop.predict(example.inputs).prediction.items
        assert len(items) == 10
        assert not {item.id for item in items} & set(example.inputs["history"])


def test_every_suggestion_says_how_popular_and_how_novel_it_is(shop: Task) -> None:
    for item in shop.predict(shop.demo.examples[0].inputs).prediction.items:
        assert item.facts is not None
        assert "% of " in item.facts["popularity"]
        assert item.facts["novelty"].endswith(" bits")


def test_a_movie_says_its_year_and_its_genres() -> None:
    (first, *_) = load(MOVIES).predict({"history": ["260"]}).prediction.items
    assert first.name == "Star Wars: Episode V - The Empire Strikes Back"
    assert list(first.facts or {}) == ["year", "genres", "popularity", "novelty"]


@pytest.mark.parametrize(
    "same",
    [["Toy Story", "aliens"], [{"item": "1"}, "1200"], {"1": None, "1200": None}, {"1": 4, "1200": 4.0}, [1, 1200, 1]],
)
def test_the_forms_of_a_history_mean_the_same(same: Any) -> None:
    assert names(load(MOVIES), same) == names(load(MOVIES), ["1", "1200"])


def test_a_rating_changes_the_suggestions() -> None:
    liked, disliked = (names(load(MOVIES), {"260": 5, "593": rating}) for rating in (5, 0.5))
    assert liked != disliked


def test_groceries_take_no_ratings() -> None:
    with pytest.raises(InputError, match="takes no ratings"):
        load(GROCERIES).predict({"history": {"lamb": 5}})


@pytest.mark.parametrize(
    ("folder", "history", "rating"),
    [(MOVIES, list(RATED), [1, 1, 1, 1]), (MOVIES, RATED, [1.4, 0, -0.4, 1]), (GROCERIES, ["lamb", "coffee"], [1, 1])],
    ids=["movies", "movies rated", "groceries"],
)
def test_what_an_item_brought_is_its_weight_times_its_rating_to_the_last_digits(
    folder: Path, history: Any, rating: list[float]
) -> None:
    task = load(folder)
    found = explain(task, {"history": history})
    positions = task.positions  # type: ignore[attr-defined]
    column = positions[found.target.item]  # type: ignore[union-attr]
    expected = np.array(rating) * weights(task)[[positions[item] for item in history], column]
    assert found.method == "closed form"
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    assert found.base == 0 and found.residual == pytest.approx(0, abs=1e-6)


def test_the_path_says_how_many_items_are_weighed() -> None:
    answer = load(MOVIES).predict({"history": RATED})
    assert answer.trace[0].detail.endswith("4 of 2,618, 3 rated")
    assert answer.trace[1].words == "4 of 2,618 items marked as chosen, each weighed by its rating"


def test_the_longest_history_is_answered(shop: Task) -> None:
    field = shop.demo.first("history")
    longest = list(field.catalogue)[: field.max_items]  # type: ignore[union-attr]
    assert len(names(shop, longest)) == 10
    with pytest.raises(InputError, match="leave some out"):
        names(shop, list(field.catalogue)[: field.max_items + 1])  # type: ignore[union-attr]
