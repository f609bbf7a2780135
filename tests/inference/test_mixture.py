"""The mixture against its definition, and what is not known of a row."""

import math

import numpy as np
import torch
from scipy.stats import multivariate_normal
from transformers import AutoModel

from inference.modeling.mixture import MixtureConfig, MixtureExtractor, MixtureModel

RNG = np.random.default_rng(0)
SHARES, MEANS = np.array([0.2, 0.5, 0.3]), RNG.normal(size=(3, 4))
COVARIANCES = np.array([spread @ spread.T + 0.3 * np.eye(4) for spread in RNG.normal(size=(3, 4, 4))])
ROWS = RNG.normal(size=(9, 4))


def model() -> MixtureModel:
    found = MixtureModel(MixtureConfig(n_numbers=4, id2label=dict(enumerate("abc"))))
    with torch.no_grad():
        found.log_shares.copy_(torch.tensor(SHARES).log())
        found.means.copy_(torch.tensor(MEANS))
        found.covariances.copy_(torch.tensor(COVARIANCES))
    return found


def expected(rows: np.ndarray, columns: list[int]) -> np.ndarray:
    """log(share × density) by scipy, over some columns."""
    each = zip(SHARES, MEANS[:, columns], COVARIANCES[:, columns][:, :, columns], strict=True)
    return np.column_stack([np.log(s) + multivariate_normal(m, c).logpdf(rows[:, columns]) for s, m, c in each])


def scored(rows: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return np.asarray(model()(torch.tensor(rows, dtype=torch.float32)).logits, dtype=np.float64)


def test_logits_are_the_joint_densities_of_row_and_group() -> None:
    assert np.allclose(scored(ROWS), expected(ROWS, [0, 1, 2, 3]), atol=1e-4)


def test_what_is_not_known_is_left_out_row_by_row() -> None:
    rows = ROWS.copy()
    rows[0, [1, 3]] = rows[4, 0] = math.nan
    found = scored(rows)
    assert np.allclose(found[0], expected(rows[:1], [0, 2]), atol=1e-4)
    assert np.allclose(found[4], expected(rows[4:5], [1, 2, 3]), atol=1e-4)
    assert np.allclose(found[1], expected(rows[1:2], [0, 1, 2, 3]), atol=1e-4)


def test_of_a_row_of_which_nothing_is_known_the_shares_remain() -> None:
    assert np.allclose(scored(np.full((1, 4), math.nan)), np.log(SHARES), atol=1e-6)


def test_the_extractor_takes_logarithms_where_a_column_says_so() -> None:
    columns = [{"name": "a", "kind": "number", "mean": 1.0, "scale": 2.0, "log": True}]
    numbers = MixtureExtractor(columns)([{"a": math.e - 1}, {"a": math.nan}])["numbers"]
    assert numbers[0, 0] == 0
    assert numbers[1, 0].isnan()


def test_a_mixture_is_saved_and_loaded_as_it_is(tmp_path) -> None:
    model().save_pretrained(tmp_path)
    again = AutoModel.from_pretrained(tmp_path)
    rows = torch.tensor(ROWS, dtype=torch.float32)
    assert torch.equal(again(rows).logits, model()(rows).logits)
