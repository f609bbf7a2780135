"""A history: ids, titles and ratings, in one form however they were sent."""

from dataclasses import replace
from typing import Any

import pytest
from entered import MOVIES, refusal

from inference.fields import (
    Field,
    HistoryField,
)

RATED = replace(MOVIES, ratings=(0.5, 5.0), max_items=3)
SAME = HistoryField(name="h", label="Movies", items={"1": "Psycho", "2": "Psycho", "300": "Quiz Show", "4": "300"})


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (["1"], ("1",)),
        (("3", "1"), ("3", "1")),
        (["2", "2", "1", "2"], ("2", "1")),
        ([1, "1", 2], ("1", "2")),
        ([{"item": "1"}, {"item": 2, "rating": None}], ("1", "2")),
        ({"2": None, "1": ""}, ("2", "1")),
        (["  aLIEN ", "3"], ("1", "3")),
    ],
)
def test_a_history_keeps_one_of_each_in_order(value: Any, parsed: tuple[str, ...]) -> None:
    assert MOVIES.parse(value) == parsed


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (["3", "1"], {"3": None, "1": None}),
        ({"3": 4.5, "1": 2}, {"3": 4.5, "1": 2.0}),
        ([{"item": "1", "rating": 0.5}, "2", {"item": "3"}], {"1": 0.5, "2": None, "3": None}),
        ({"Alien": 5, "1": 1}, {"1": 5.0}),
    ],
)
def test_a_history_with_ratings_has_one_form_however_it_was_sent(value: Any, parsed: dict[str, Any]) -> None:
    found = RATED.parse(value)
    assert (found, list(found)) == (parsed, list(parsed))
    assert RATED.parse(found) == found


def test_an_id_goes_before_a_title() -> None:
    assert SAME.parse(["300"]) == ("300",)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (MOVIES, "1", "Movies must be a list of ids, got '1'."),
        (MOVIES, {"1": 4}, "Movies must be a list of ids: this model takes no ratings, got 4."),
        (MOVIES, 7, "Movies must be a list of ids, got 7."),
        (MOVIES, ["9"], "Unknown entry in Movies '9'; available are 1 (Alien), 2 (Brazil), 3 (Chinatown)."),
        (MOVIES, ["brasil"], "Unknown entry in Movies 'brasil'; the nearest are 2 (Brazil)."),
        (MOVIES, ["china"], "Unknown entry in Movies 'china'; the nearest are 3 (Chinatown)."),
        (MOVIES, ["1", None], "An entry of Movies is an id, got None."),
        (MOVIES, ["1", ["2"]], "An entry of Movies is an id, got ['2']."),
        (MOVIES, [True], "An entry of Movies is an id, got True."),
        (MOVIES, ["1", "2", "3"], "Movies may have 2 entries, got 3: leave some out."),
        (SAME, ["psycho"], "Movies: 'psycho' is the title of 1 (Psycho), 2 (Psycho); send the id you mean."),
        (RATED, {"1": 6}, "The rating of '1' in Movies must be a number from 0.5 to 5, got 6."),
        (RATED, {"1": "good"}, "The rating of '1' in Movies must be a number from 0.5 to 5, got 'good'."),
        (RATED, {"1": float("nan")}, "The rating of '1' in Movies must be a number from 0.5 to 5, got nan."),
        (RATED, {"1": True}, "The rating of '1' in Movies must be a number from 0.5 to 5, got True."),
        (RATED, [{"id": "1"}], "An entry of Movies is an id, or an object with item and rating, got {'id': '1'}."),
    ],
)
def test_what_is_no_fit_history_is_refused(field: Field, value: Any, message: str) -> None:
    assert refusal(field, value) == message


@pytest.mark.parametrize("value", [["a" * 10**6], [10**5000], {"1": 10**5000}, {}, []])
def test_enormous_and_empty_histories_are_refused_in_few_words(value: Any) -> None:
    assert len(refusal(RATED, value)) < 250


def test_duplicates_do_not_count_against_the_limit() -> None:
    assert MOVIES.parse(["1", "2", "1", "2", "1"]) == ("1", "2")


def test_a_history_is_described_by_its_share() -> None:
    assert MOVIES.describe(("1", "2")) == "Movies: 2 of 3"
    assert RATED.describe({"1": None, "2": None}) == "Movies: 2 of 3"
    assert RATED.describe({"1": 4.5, "2": None}) == "Movies: 2 of 3, 1 rated"


@pytest.mark.parametrize("ratings", [(5.0, 0.5), (1.0, 1.0)])
def test_ratings_go_from_low_to_high(ratings: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="from low to high"):
        replace(MOVIES, ratings=ratings)


@pytest.mark.parametrize("popularity", ["12 %", "1.5", "-0.1", "nan", ""])
def test_popularity_is_a_share(popularity: str) -> None:
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        replace(MOVIES, facts={"1": {"popularity": popularity}})


def test_what_is_known_of_items_stays_out_of_what_programs_are_told_of_a_model() -> None:
    known = replace(MOVIES, facts={"1": {"year": "1979", "popularity": "0.25"}})
    assert known == MOVIES
    assert known.to_json() == MOVIES.to_json()
