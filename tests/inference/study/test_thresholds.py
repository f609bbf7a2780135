import numpy as np
import pytest

from inference.errors import InputError
from inference.study.costs import Costs, cheapest
from inference.study.thresholds import grid, outcome, outcomes, sweep

random = np.random.default_rng(0)


def test_every_distinct_score_is_a_threshold_and_one_lies_above_all() -> None:
    found = outcomes(sweep([True, False, True, False], [0.9, 0.5, 0.5, 0.1]))
    counts = [(o.true_positive, o.false_positive, o.false_negative, o.true_negative) for o in found[:3]]
    assert [o.threshold for o in found[:3]] == [0.1, 0.5, 0.9]
    assert counts == [(2, 2, 0, 0), (2, 1, 0, 1), (1, 0, 1, 2)]


def test_nothing_is_flagged_above_every_score() -> None:
    found = sweep([True, False], [0.9, 0.5])
    assert found.thresholds[-1] == np.inf and found.true_positive[-1] == found.false_positive[-1] == 0


@pytest.mark.parametrize("truth", [random.random(200) < 0.3, np.ones(200, bool), np.zeros(200, bool)])
def test_counts_at_any_threshold_are_those_of_counting(truth: np.ndarray) -> None:
    scores = random.random(200).round(2)
    asked = np.array([-1, 0, 0.005, 0.25, 0.251, 0.999, 1, 7])
    found = sweep(truth, scores).at(asked)
    for i, threshold in enumerate(asked):
        flagged = scores >= threshold
        assert found.true_positive[i] == (flagged & truth).sum() and found.false_positive[i] == (flagged & ~truth).sum()
        assert (
            found.false_negative[i] == (~flagged & truth).sum() and found.true_negative[i] == (~flagged & ~truth).sum()
        )


def test_no_rows_have_no_counts() -> None:
    found = sweep([], []).at([0.5])
    assert found.true_positive.tolist() == [0] and found.true_negative.tolist() == [0]


def test_rates_by_hand_and_none_where_nothing_divides() -> None:
    found = outcome(0.5, 2, 1, 3, 4)
    assert (found.selected, found.precision, found.recall, found.false_alarms) == (0.3, 2 / 3, 0.4, 0.2)
    assert found.accuracy == 0.6
    assert outcome(0.5, 0, 0, 0, 4).precision is None and outcome(0.5, 0, 0, 0, 4).recall is None


def test_the_slider_has_round_thresholds_and_scores_where_rows_crowd() -> None:
    scores = random.random(10_000) * 0.01
    found = grid(scores, True, also=[0.333])
    assert {0.0, 0.5, 1.0, 0.333} <= set(found.tolist()) and (found < 0.01).sum() > 390 and len(found) <= 504
    assert found[-1] >= 1 and (np.diff(found) > 0).all()


def test_of_few_rows_every_score_is_on_the_slider() -> None:
    scores = random.random(300)
    assert set(scores.tolist()) < set(grid(scores, True).tolist())


def test_the_cheapest_threshold_is_that_of_trying_them_all() -> None:
    truth = random.random(300) < 0.3
    scores = np.clip(random.random(300) * 0.7 + truth * 0.3, 0, 1)
    costs = Costs(false_positive=2, false_negative=7, true_positive=-1)
    found = cheapest(sweep(truth, scores), costs)
    tried = {t: sum(price(costs, true, score >= t) for true, score in zip(truth, scores, strict=True)) for t in scores}
    assert found.cost == pytest.approx(min(tried.values()))
    assert found.threshold == max(t for t in tried if tried[t] == pytest.approx(found.cost))
    assert found.flag_all == pytest.approx(2 * (~truth).sum() - truth.sum()) and found.flag_none == 7 * truth.sum()


def price(costs: Costs, true: bool, flagged: bool) -> float:
    by_case = {(1, 1): costs.true_positive, (0, 1): costs.false_positive, (1, 0): costs.false_negative}
    return by_case.get((int(true), int(flagged)), costs.true_negative)


def test_probabilities_that_are_right_have_the_threshold_of_theory() -> None:
    scores = random.random(200_000)
    truth = random.random(200_000) < scores
    costs = Costs(false_positive=1, false_negative=4)
    found = cheapest(sweep(truth, scores), costs)
    assert found.theoretical == pytest.approx(0.2) and found.threshold == pytest.approx(0.2, abs=0.03)


def test_it_may_be_cheapest_to_flag_none() -> None:
    assert cheapest(sweep([False, False], [0.9, 0.2]), Costs()).threshold is None


def test_costs_must_be_amounts_and_rows_must_be_there() -> None:
    with pytest.raises(InputError, match="false_positive"):
        Costs.from_json({"false_positive": "many"})
    with pytest.raises(InputError, match="no rows"):
        cheapest(sweep([], []), Costs())
