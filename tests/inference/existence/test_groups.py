from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.existence import examine
from stattools.inference.existence.random_effects import CHECKS, existence, largest_spread, supremum_at_infinity
from stattools.inference.existence.separation import recession_cone
from tests.latent import exact_integrals as exact

rng = np.random.default_rng(3)
g = np.repeat(list("abcdefgh"), 3)
x = rng.standard_normal(24)
pure = np.repeat([0, 1, 0, 1, 1, 0, 0, 1], 3)


def table(y: np.ndarray, **columns: object) -> dict[str, object]:
    return {"y": y, "x": x, "g": g, **columns}


def at_infinity(y: np.ndarray) -> float:
    """sum n_k log(n_k / J) over the outcomes of pure groups."""
    n = np.unique(y[::3], return_counts=True)[1]
    return float(n @ np.log(n / n.sum()))


@pytest.mark.parametrize("law", [exact.bernoulli, exact.probit])
def test_pure_groups_are_nowhere_as_likely_as_at_infinity(law):
    codes, top = np.repeat(np.arange(8), 3), at_infinity(pure)
    for sigma, level in ((0.5, 0.2), (2.0, 0.0), (8.0, 0.1), (30.0, 0.0)):
        term = exact.Term(codes, np.ones((24, 1)), np.array([[sigma]]))
        found = exact.one_factor(exact.rows(law, np.full(24, level), pure), term)
        assert found < top
    assert top - found < 0.5  # and it is come near to


@pytest.mark.parametrize("make", [st.logistic, st.probit])
def test_pure_groups_are_refused_before_a_climb(make):
    with pytest.raises(st.IdentificationError, match=r"y is all 0 or all 1 in each of the 8 groups of \(1 \| g\)"):
        examine(CHECKS, "before", make("y ~ 1 + (1 | g)", table(pure)))


def test_pure_labels_and_trials_are_refused_in_their_words():
    with pytest.raises(st.IdentificationError, match="has one label in all rows in each of the 8 groups"):
        examine(CHECKS, "before", st.ordinal("y ~ 1 + (1 | g)", table(np.repeat([0, 1, 2, 1, 1, 0, 2, 1], 3))))
    with pytest.raises(st.IdentificationError, match="is all successes or all failures in each"):
        examine(CHECKS, "before", st.logistic("y ~ 1 + (1 | g)", table(5 * pure, n=np.full(24, 5)), trials="n"))


def test_what_separates_the_fixed_part_separates_it_beside_effects():
    with pytest.raises(
        st.SeparationError, match="separates y completely, so that the log-likelihood rises for ever, what"
    ) as raised:
        examine(CHECKS, "before", st.logistic("y ~ x + (1 | g)", table((x > 0).astype(int))))
    assert raised.value.separation.infinite["x"] == np.inf
    d = (np.arange(24) % 5 == 0).astype(int)
    y = np.where(d, 1, rng.integers(0, 2, 24))
    with pytest.raises(st.SeparationError, match="d = inf"):
        examine(CHECKS, "before", st.logistic("y ~ d + (1 | g)", table(y, d=d)))
    codes, likely = np.repeat(np.arange(8), 3), []
    for b in (1.0, 3.0, 9.0, 27.0):  # it rises along d whatever sigma is
        term = exact.Term(codes, np.ones((24, 1)), np.array([[1.3]]))
        likely.append(exact.one_factor(exact.rows(exact.bernoulli, 0.2 + b * d, y), term))
    assert (np.diff(likely) > 0.0).all()


def test_columns_that_are_made_by_others_are_refused():
    with pytest.raises(st.IdentificationError, match="x"):
        examine(CHECKS, "before", st.logistic("y ~ x + z + (1 | g)", table(rng.integers(0, 2, 24), z=2.0 * x + 1.0)))


def test_the_supremum_at_infinity_is_that_of_probit_regression_of_groups():
    between = np.repeat([0.4, -0.2, 1.0, 0.3, -0.7, 0.9, -1.1, 0.1], 3)
    model = st.logistic("y ~ z + (1 | g)", table(pure, z=between))
    found = supremum_at_infinity(recession_cone(model.fixed), model.random[0], np.zeros(2))
    probit = st.fit(st.probit("y ~ z", {"y": pure[::3], "z": between[::3]}))
    assert_allclose(found, probit.loglik, atol=1e-7)  # Nelder-Mead's digits


def ended(model, loglik: float, sd: float, status: str = "converged", kind: str = "quadrature"):
    """What a climb that ended with this standard deviation says."""
    how = SimpleNamespace(kind=kind, error=np.zeros(3))
    return SimpleNamespace(
        roots=(np.array([[sd]]),), status=status, loglik=loglik, estimate=np.zeros(len(model.fixed.names)),
        said=how, integral=how, marginal=None, at=None,
    )  # fmt: skip


def test_a_climb_that_ends_below_the_limit_at_infinity_has_no_maximum():
    model = st.logistic("y ~ x + (1 | g)", table(pure))
    examine(CHECKS, "before", model)  # with a column nothing is proven before
    with pytest.raises(st.IdentificationError, match="all 0 or all 1"):
        examine(CHECKS, "end", model, ended(model, at_infinity(pure) - 0.01, 5.0))
    with pytest.raises(st.IdentificationError, match="all 0 or all 1"):
        examine(CHECKS, "end", model, ended(model, -1.0, 5.0, kind="Laplace"))  # an approximation proves nothing
    examine(CHECKS, "end", model, ended(model, -0.1, 5.0))


def test_effects_that_run_off_are_named():
    within = (x >= np.repeat(np.sort(x.reshape(8, 3), axis=1)[:, 1], 3)).astype(int)
    model = st.logistic("y ~ x + (1 | g)", table(within))
    with pytest.raises(st.IdentificationError, match=r"within the groups of \(1 \| g\), x separates the values of y"):
        examine(CHECKS, "end", model, ended(model, -9.0, 40.0, "max-steps"))
    with pytest.raises(st.IdentificationError, match="x separates"):
        examine(CHECKS, "failed", model)
    model = st.logistic("y ~ x + (1 | g)", table(rng.integers(0, 2, 24)))
    examine(CHECKS, "end", model, ended(model, -9.0, 12.0))
    with pytest.raises(st.IdentificationError, match="runs off, at 4e"):
        examine(CHECKS, "end", model, ended(model, -9.0, 4e6))


def test_the_spread_of_a_row_sums_its_terms():
    model = st.logistic("y ~ x + (x | g)", table(rng.integers(0, 2, 24)))
    R = np.array([[1.0, 0.0], [0.5, 2.0]])
    z = np.column_stack([np.ones(24), x])
    assert_allclose(largest_spread(model, (R,)), np.sqrt(np.einsum("ij,jk,ik->i", z, R @ R.T, z).max()))


def test_a_fit_of_pure_groups_beside_a_column_ends_in_words():
    for integral in ("quadrature", "laplace"):
        with pytest.raises(st.IdentificationError, match="all 0 or all 1"):
            st.fit(st.logistic("y ~ x + (1 | g)", table(pure)), integral=integral)
    with pytest.raises(st.IdentificationError, match=r"the effects of \(0 \+ x \| g\) by themselves separate"):
        st.fit(st.logistic("y ~ 1 + (0 + x | g)", table((x * np.repeat([1, -1, 1, 1, -1, 1, 1, -1], 3) > 0) * 1)))


def test_an_alpha_of_0_beside_effects_is_named():
    counts = np.array([0, 1, 1, 3, 2, 4, 0, 0, 1, 2, 3, 2, 5, 6, 4, 1, 1, 2, 0, 1, 0, 3, 4, 3])
    with pytest.raises(st.IdentificationError, match=r"beside the effects, .* Use st\.poisson"):
        st.fit(st.negative_binomial("y ~ 1 + (1 | g)", table(counts)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_no_data_of_small_groups_give_a_number_that_runs_off(seed):
    """Random small groups, of which many are pure or in the order of x: a number is the maximum of the exact integral
    near it, or there is none.
    """
    draw = np.random.default_rng(seed)
    codes = np.repeat(np.arange(6), draw.integers(1, 4, 6))
    z = draw.standard_normal(len(codes))
    y = (draw.random(len(codes)) < 1.0 / (1.0 + np.exp(-4.0 * draw.standard_normal(6)[codes] - z))).astype(float)
    try:
        fit = st.fit(st.logistic("y ~ z + (1 | g)", {"y": y, "z": z, "g": codes.astype(str)}))
    except st.IdentificationError:
        return
    except st.DomainError:  # y has one value
        return
    X = np.column_stack([np.ones(len(z)), z])

    def loglik(theta: np.ndarray) -> float:
        term = exact.Term(codes, np.ones((len(z), 1)), theta[2:, None])
        return exact.one_factor(exact.rows(exact.bernoulli, X @ theta[:2], y), term)

    at = np.append(fit.estimate, fit.found.roots[0][0, 0])
    assert_allclose(fit.loglik, loglik(at), atol=1e-7)
    assert_allclose(exact.slopes(loglik, at), 0.0, atol=1e-6)
    far = [loglik(np.append(at[:2] * s, s)) for s in (20.0, 100.0)]
    assert max(far) < fit.loglik


def test_a_fit_says_why_there_is_a_maximum():
    mixed_groups = rng.integers(0, 2, 24)
    said = str(st.fit(st.logistic("y ~ x + (1 | g)", table(mixed_groups))).certificate)
    assert "A maximum exists: the columns do not separate the values of y, and no grouping of the rows does by" in said
    assert existence(st.gamma("y ~ x + (1 | g)", table(1.0 + mixed_groups))) == ""
    assert "grow without end is lower" in existence(st.logistic("y ~ x + (1 | g)", table(pure)))


def test_an_end_beside_curves_is_one_of_the_likelihood_without_the_coefficients():
    x = [1.161, -1.919, -1.197, 0.465, 0.035, -2.278, 0.552, -0.821, 1.522]
    by = [-0.956, -0.086, 0.728, 0.344, -1.198, -0.87, -0.201, -0.518, 1.008]
    table = {"y": [2, 6, 8, 5, 3, 6, 6, 7, 7], "x": x, "z": by, "w": [7, 4, 2, 2, 6, 3, 8, 8, 1]}
    with pytest.raises(st.IdentificationError, match=r"Use st\.poisson"):
        st.fit(st.negative_binomial("y ~ s(x, k=5, by=z)", table, weights="w"))
