import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.networks.perceptron import BatchNorm, Moments

X = np.array([[0.7, 0.1], [0.3, 0.8], [0.4, 0.6]])
W = np.array([[0.3, 0.4], [0.5, 0.1], [0.2, 0.3]])
THETA = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])


def test_the_worked_example_over_the_rows():
    Z = X @ W.T
    out, _ = BatchNorm(3, epsilon=0.0).forward(THETA, Z)
    np.testing.assert_allclose(out, (Z - Z.mean(0)) / Z.std(0), rtol=1e-12)
    np.testing.assert_allclose(out.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose((out**2).mean(axis=0), 1.0, rtol=1e-12)


def test_one_row_at_a_time_divided_by_three_gives_the_root_of_three_everywhere():
    """The well-known wrong answer: sums over an axis that has one entry, divided by the three rows of the batch."""
    for z in X @ W.T:
        mean = z[None, :].sum(axis=0) / 3
        variance = ((z[None, :] - mean) ** 2).sum(axis=0) / 3
        np.testing.assert_allclose((z - mean) / np.sqrt(variance), np.sqrt(3.0), rtol=1e-12)


@pytest.mark.parametrize("frozen", [False, True])
def test_the_pullback_is_the_slope_in_inputs_and_parameters(frozen):
    generator = np.random.default_rng(0)
    Z, theta, weight = generator.normal(size=(7, 3)), generator.normal(size=6), generator.normal(size=(7, 3))
    layer = (
        BatchNorm(3).freeze(Moments(np.array([0.1, -0.4, 2.0]), np.array([0.5, 1.0, 3.0]))) if frozen else BatchNorm(3)
    )

    def value(theta, Z):
        return float((weight * layer.forward(theta, Z)[0]).sum())

    own, pull = layer.forward(theta, Z)[1](weight)
    h = 1e-5
    slope = [(value(theta + h * e, Z) - value(theta - h * e, Z)) / (2 * h) for e in np.eye(6)]
    np.testing.assert_allclose(own, slope, rtol=1e-7, atol=1e-7)
    bump = np.zeros((7, 3))
    for place in np.ndindex(7, 3):
        bump[place] = h
        slope = (value(theta, Z + bump) - value(theta, Z - bump)) / (2 * h)
        assert abs(pull[place] - slope) < 1e-7
        bump[place] = 0.0


def test_running_moments_start_at_0_and_1_and_move_by_the_momentum_towards_the_unbiased_variance():
    moments = Moments.initial(2)
    assert moments.mean.tolist() == [0.0, 0.0]
    assert moments.variance.tolist() == [1.0, 1.0]
    moved = moments.moved(Moments.of(X), 0.1)
    np.testing.assert_allclose(moved.mean, 0.1 * X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(moved.variance, 0.9 + 0.1 * X.var(axis=0, ddof=1), rtol=1e-14)


def test_frozen_rows_do_not_depend_on_one_another():
    layer = BatchNorm(2).freeze(Moments.of(X))
    theta = np.array([2.0, 3.0, -1.0, 0.5])
    whole = layer.forward(theta, X)[0]
    np.testing.assert_array_equal(whole[1:2], layer.forward(theta, X[1:2])[0])
    unit = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0, ddof=1) + 1e-5)
    np.testing.assert_allclose(whole, theta[:2] * unit + theta[2:], rtol=1e-13)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (X[:1], "two or more; got 1"),
        (np.column_stack([X[:, 0], np.full(3, 5.0)]), "feature 1 .* 5"),
        (X.T, "2 features"),
    ],
)
def test_batches_that_cannot_be_normalized(rows, says):
    with pytest.raises(DomainError, match=says):
        BatchNorm(2).forward(np.array([1.0, 1.0, 0.0, 0.0]), rows)
