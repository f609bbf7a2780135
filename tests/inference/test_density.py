"""The density of ordinary rows: its surprise beside scipy's, and what is usual beside sampling and plain formulas."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_t

from inference.modeling.density import DensityConfig, DensityModel

MEANS = [[0.0, 0.0], [4.0, -1.0]]
SCALES = [[[1.0, 0.8], [0.8, 1.0]], [[0.5, -0.2], [-0.2, 0.3]]]
WEIGHTS = [0.7, 0.3]
TABLES = [[0.02, 0.9, 0.08], [0.02, 0.08, 0.9]]  # unseen, a, b
DEGREES = 5.0


@pytest.fixture(scope="module")
def model() -> DensityModel:
    """Two components over two numbers and one category of two words."""
    config = DensityConfig(n_numbers=2, cardinalities=[2], n_components=2, degrees=DEGREES, typical=1.5)
    made = DensityModel(config).eval()
    with torch.no_grad():
        made.log_weights.copy_(torch.tensor(WEIGHTS).log())
        made.means.copy_(torch.tensor(MEANS))
        made.whitening.copy_(torch.linalg.inv(torch.linalg.cholesky(torch.tensor(SCALES))))
        made.log_tables.copy_(torch.tensor(TABLES).log())
    return made


def density(points: np.ndarray, word: int) -> np.ndarray:
    """The same by scipy, of bent points float64[n, 2]."""
    parts = [
        w * table[word] * multivariate_t(mean, scale, DEGREES).pdf(points)
        for w, mean, scale, table in zip(WEIGHTS, MEANS, SCALES, TABLES, strict=True)
    ]
    return np.sum(parts, axis=0)


def rows(*bent: tuple[float, float]) -> torch.Tensor:
    """Standardised numbers whose asinh is given."""
    return torch.tensor(bent, dtype=torch.float32).sinh()


def test_surprise_is_the_negative_log_density_above_that_of_a_typical_row(model: DensityModel) -> None:
    points = np.random.default_rng(0).normal(0, 2, (50, 2))
    words = torch.tensor([[i % 3] for i in range(50)])
    found = model(rows(*map(tuple, points)), words).logits[:, 0]
    expected = [-np.log(density(point, i % 3)) - 1.5 for i, point in enumerate(points)]
    assert found.tolist() == pytest.approx(expected, abs=1e-4)


def test_a_value_a_million_times_too_large_stays_finite(model: DensityModel) -> None:
    found = model(torch.tensor([[1e9, -1e9], [1e30, 0.0]]), torch.tensor([[1], [1]])).logits
    assert torch.isfinite(found).all()
    assert (found > 10).all()


def test_nothing_hidden_leaves_a_row_as_it_is(model: DensityModel) -> None:
    numbers, words = rows((0.3, -2.0)), torch.tensor([[2]])
    found = model.usual(numbers, words, torch.zeros(1, 3, dtype=torch.bool))
    for end in (found.numbers, found.low, found.high):
        assert end[0].tolist() == pytest.approx(numbers[0].tolist(), rel=1e-6)
    assert found.categories.tolist() == [[2]]


@pytest.mark.parametrize("seen", [0.5, -1.0, 1.7])
def test_a_hidden_number_gets_its_mean_given_the_rest(model: DensityModel, seen: float) -> None:
    grid = np.linspace(-30, 30, 60_001)
    weights = density(np.stack([np.full_like(grid, seen), grid], axis=1), 1)
    mean = np.average(grid, weights=weights)
    found = model.usual(rows((seen, 9.0)), torch.tensor([[1]]), torch.tensor([[False, True, False]]))
    assert float(found.numbers[0, 1].asinh()) == pytest.approx(mean, abs=5e-3)
    assert found.numbers[0, 0].item() == pytest.approx(np.sinh(seen), rel=1e-6)
    assert found.low[0, 1] < found.numbers[0, 1] < found.high[0, 1]


def test_with_all_hidden_the_mean_of_the_mixture_is_left(model: DensityModel) -> None:
    found = model.usual(rows((5.0, 5.0)), torch.tensor([[2]]), torch.ones(1, 3, dtype=torch.bool))
    assert found.numbers[0].asinh().tolist() == pytest.approx((np.array(WEIGHTS) @ np.array(MEANS)).tolist(), abs=1e-5)
    assert found.categories.tolist() == [[1]]


def test_a_hidden_word_is_the_likeliest_given_the_numbers_and_never_unseen(model: DensityModel) -> None:
    hidden = torch.tensor([[False, False, True]] * 2)
    found = model.usual(rows((0.0, 0.0), (4.0, -1.0)), torch.tensor([[0], [0]]), hidden)
    assert found.categories.tolist() == [[1], [2]]


def test_what_is_far_out_does_not_pull_the_rest_after_it(model: DensityModel) -> None:
    hidden = torch.tensor([[False, True, False]])
    found = model.usual(rows((40.0, 0.0)), torch.tensor([[1]]), hidden)
    assert abs(float(found.numbers[0, 1].asinh())) < 4  # along the line of the first component it would be 32


def test_rows_together_get_what_they_get_alone(model: DensityModel) -> None:
    numbers, words = rows((0.2, 1.0), (3.0, 0.0), (-2.0, 2.0)), torch.tensor([[1], [2], [0]])
    hidden = torch.tensor([[True, False, False], [False, True, True], [True, True, False]])
    together = model.usual(numbers, words, hidden)
    for i in range(3):
        alone = model.usual(numbers[i : i + 1], words[i : i + 1], hidden[i : i + 1])
        assert alone.numbers[0].tolist() == pytest.approx(together.numbers[i].tolist())
        assert alone.categories[0].tolist() == together.categories[i].tolist()


def test_numbers_alone_need_no_word(tmp_path: object) -> None:
    plain = DensityModel(DensityConfig(n_numbers=2, n_components=3)).eval()
    nothing = torch.empty(1, 0, dtype=torch.int64)
    assert plain(torch.zeros(1, 2), nothing).logits.shape == (1, 1)
    found = plain.usual(torch.zeros(1, 2), nothing, torch.tensor([[True, False]]))
    assert found.categories.shape == (1, 0)
