"""Data bound to a likelihood: what stands beside the columns, and offsets that leave no digits."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

import stattools as st
from stattools.data.rows.rows import Farthest
from stattools.models.regressions.binding import bind, read_rows, require_moderate
from stattools.numerics.sums import SampleMoments
from tests.gumbel import gumbel

TABLE = {"y": [1.0, 2.0, 4.0, None], "x": [0.0, 1.0, 3.0, 2.0], "w": [1, 2, 1, 1], "t": [1.0, 2.0, 0.5, 1.0]}


def test_columns_beside_the_formula_are_those_of_the_rows_kept():
    data = read_rows("y ~ x", TABLE, None, True, weights="w", exposure="t", offset=None)
    model = bind("poisson", "Counts", st.Poisson(), data, np.array([1.0, 2.0, 4.0]))
    assert model.rows.X.tolist() == [[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]
    assert model.rows.weight.tolist() == [1.0, 2.0, 1.0]
    assert_allclose(model.rows.offset, np.log([1.0, 2.0, 0.5]), rtol=1e-15)
    assert (model.n_dropped, model.names, model.outcome_name) == (1, ("Intercept", "x"), "y")
    assert_allclose(model.loglik([0.1, 0.2]), st.poisson("y ~ x", TABLE, weights="w", exposure="t").loglik([0.1, 0.2]))


def test_an_offset_in_the_exponent_is_moderate():
    rows = np.arange(3)
    require_moderate(st.Poisson(), Farthest.of(np.array([0.0, -1e6, 3.0]), rows))
    with pytest.raises(st.DomainError, match=r"at most 1e\+06 in size; got 2e\+06 in row 1"):
        require_moderate(st.Poisson(), Farthest.of(np.array([0.0, 2e6, 3.0]), rows))


def test_an_offset_of_an_outcome_leaves_it_eight_digits():
    y = SampleMoments.of(np.array([1.0, 2.0, 3.0]))
    for size, refused in ((1e7, False), (1e9, True)):
        farthest = Farthest.of(np.array([size, 0.0, 0.0]), np.arange(3))
        if refused:
            with pytest.raises(st.DomainError, match="would keep fewer than 8 digits of y"):
                require_moderate(st.Gaussian(), farthest, y)
        else:
            require_moderate(st.Gaussian(), farthest, y)


N = 150


def table() -> pd.DataFrame:
    g = np.random.default_rng(7)
    frame = pd.DataFrame({"x": g.normal(size=N), "z": g.normal(size=N), "g": np.array(list("abc"))[np.arange(N) % 3]})
    frame["y"] = 1.0 + 0.5 * frame.x + np.exp(0.2 + 0.4 * frame.z - 0.5 * (frame.g == "b")) * g.gumbel(size=N)
    return frame


T = table()


@pytest.fixture(scope="module")
def fit():
    return st.fit(gumbel("y ~ x", T, scale="~ z + g"))


def loglik(theta, t=T):
    log_scale = theta[2] + theta[3] * t.z + theta[4] * (t.g == "b") + theta[5] * (t.g == "c")
    return stats.gumbel_r.logpdf(t.y, theta[0] + theta[1] * t.x, np.exp(log_scale)).sum()


def test_the_fit_is_the_maximum_of_scipys_density(fit):
    log_scale = "log scale: "
    assert fit.names == ("Intercept", "x", *(log_scale + of for of in ("Intercept", "z", "g[T.b]", "g[T.c]")))
    assert fit.loglik == pytest.approx(loglik(fit.estimate), rel=1e-12)
    slope = optimize.approx_fprime(fit.estimate, loglik, 1e-6)
    assert np.abs(slope * fit.se).max() < 1e-3  # the error of a forward difference
    assert "y ~ x\nlog scale ~ z + g\n" in str(fit)


@pytest.mark.parametrize(
    ("formula", "scale", "names"),
    [
        ("y ~ x", "~ 1", ("Intercept", "x", "log scale")),
        ("y ~ x", None, ("Intercept", "x", "log scale")),
        ("y ~ 0 + x + g", "~ z", ("x", "g[a]", "g[b]", "g[c]", "log scale: Intercept", "log scale: z")),
        ("y ~ x", "~ 0 + g", ("Intercept", "x", "log scale: g[a]", "log scale: g[b]", "log scale: g[c]")),
        ("y ~ center(x)", "~ x", ("Intercept", "center(x)", "log scale: Intercept", "log scale: x")),
    ],
)
def test_each_parameter_has_the_columns_of_its_formula(formula, scale, names):
    assert gumbel(formula, T, scale=scale).names == names


def test_what_does_not_matter(fit):
    """Origin and unit of a column of the scale, and whether its levels are coded against a reference."""
    moved = st.fit(gumbel("y ~ x", T.assign(z=1e4 + 10.0 * T.z), scale="~ z + g"))
    assert moved.loglik == pytest.approx(fit.loglik, abs=1e-9)
    assert moved.estimate[3] * 10.0 == pytest.approx(fit.estimate[3], abs=1e-8 * fit.se[3])
    coded = st.fit(gumbel("y ~ x", T, scale="~ 0 + z + g"))
    assert coded.loglik == pytest.approx(fit.loglik, abs=1e-9)


def test_weights_are_repeated_rows():
    weighted = st.fit(gumbel("y ~ x", T.assign(w=1 + np.arange(N) % 2), weights="w", scale="~ z"))
    repeated = st.fit(gumbel("y ~ x", T.loc[T.index.repeat(1 + np.arange(N) % 2)], scale="~ z"))
    np.testing.assert_allclose(weighted.estimate, repeated.estimate, atol=1e-8)
    np.testing.assert_allclose(weighted.se, repeated.se, rtol=1e-7)


def test_rows_without_a_value_of_any_formula_are_dropped_together():
    gaps = T.assign(z=T.z.where(T.index != 3), x=T.x.where(T.index != 5))
    model = gumbel("y ~ x", gaps, scale="~ z")
    assert (model.n, model.dropped) == (N - 2, {"x": 1, "z": 1})
    np.testing.assert_allclose(
        st.fit(model).estimate, st.fit(gumbel("y ~ x", T.drop([3, 5]), scale="~ z")).estimate, atol=1e-9
    )


def test_new_rows_need_the_columns_of_all_formulas(fit):
    new = {"x": [0.5], "z": [1.0], "g": ["b"]}
    theta = fit.estimate
    expected = theta[0] + 0.5 * theta[1] + np.euler_gamma * np.exp(theta[2] + theta[3] + theta[4])
    assert fit.predict(new)[0] == pytest.approx(expected, rel=1e-12)
    with pytest.raises(st.DomainError, match="no column 'z'"):
        fit.predict({"x": [0.5], "g": ["b"]})
    lower, upper = fit.predict(new, interval=0.9, kind="observation").iloc[0, 1:]
    law = stats.gumbel_r(theta[0] + 0.5 * theta[1], np.exp(theta[2] + theta[3] + theta[4]))
    assert law.cdf(lower) == pytest.approx(0.05, abs=0.02)
    assert law.cdf(upper) == pytest.approx(0.95, abs=0.02)


def test_effects_on_the_mean_count_the_scale(fit):
    effects = fit.marginal_effects().set_index("term").estimate
    log_scale = fit.model.eta(fit.estimate)[:, 1]
    assert effects["x"] == pytest.approx(fit.estimate[1], rel=1e-6)
    assert effects["z"] == pytest.approx(np.euler_gamma * fit.estimate[3] * np.exp(log_scale).mean(), rel=1e-6)
    assert len(fit.contrasts("g")) == 3


def test_residuals_and_leverage(fit):
    z = (T.y - fit.estimate[0] - fit.estimate[1] * T.x) / np.exp(fit.model.eta(fit.estimate)[:, 1])
    np.testing.assert_allclose(fit.residuals_of("quantile"), stats.norm.ppf(stats.gumbel_r.cdf(z)), atol=1e-8)
    assert fit.leverage().sum() == pytest.approx(2.0)  # the columns of the location


def test_a_column_that_the_others_make_is_named_with_its_parameter():
    with pytest.raises(st.IdentificationError, match=r"of its 3 columns of log scale .* I\(2 \* z\) = 2 z"):
        st.fit(gumbel("y ~ x", T, scale="~ z + I(2 * z)"))
    assert st.fit(gumbel("y ~ x + g", T, scale="~ 0 + g")).solution.converged


@pytest.mark.parametrize("wrong", ["z", 3, "y ~ z"])
def test_a_formula_of_a_parameter_is_a_right_side(wrong):
    with pytest.raises(st.DomainError, match=r"scale= is a right side"):
        gumbel("y ~ x", T, scale=wrong)
    with pytest.raises(st.IncompatibleError, match="not arrays"):
        gumbel(T.y.to_numpy(), T[["x"]].to_numpy(), scale="~ z")


def test_nested_formulas_are_tested_against_each_other(fit):
    small = st.fit(gumbel("y ~ x", T, scale="~ z"))
    test = st.likelihood_ratio(fit, small)
    assert (test.df, test.statistic) == (2, pytest.approx(2.0 * (fit.loglik - small.loglik)))
    constant = st.fit(gumbel("y ~ x", T))
    assert st.likelihood_ratio(fit, constant).df == 3
    assert st.score_test(constant, fit).df == 3
    with pytest.raises(st.IncompatibleError, match="not nested"):
        st.likelihood_ratio(st.fit(gumbel("y ~ x + g + I(x ** 2)", T)), small)


def test_ridge_leaves_every_intercept_alone():
    strong = st.fit(gumbel("y ~ x", T, scale="~ z"), penalty=st.Ridge(1e8))
    alone = st.fit(gumbel("y ~ 1", T))
    np.testing.assert_allclose(strong.estimate, [alone.estimate[0], 0.0, alone.estimate[1], 0.0], atol=1e-5)


def test_priors_of_a_scale_by_formula_and_its_draws_by_name():
    posterior = st.posterior(gumbel("y ~ x", T, scale="~ z"), seed=1, draws=60, chains=1)
    said = dict(zip(posterior.priors.table().term, posterior.priors.table().about, strict=True))
    assert said["log scale: z"] == "2.5 per standard deviation of the column"
    assert said["log scale: Intercept"] == "log scale at the mean of the columns"
    tree = posterior.to_arviz()
    assert tree["posterior"]["log scale"].dims == ("chain", "draw", "coef of log scale")
    assert tree["constant_data"]["X of log scale"].shape == (N, 2)
    with pytest.raises(st.IdentificationError, match="do not determine"):
        st.posterior(gumbel("y ~ x", T, scale="~ z + I(2 * z)"), prior=st.Flat(), seed=1)


def test_files_have_several_formulas_too(tmp_path, fit):
    path = tmp_path / "rows.parquet"
    T.to_parquet(path)
    files = st.fit(gumbel("y ~ x", st.scan(path), scale="~ z + g"))
    np.testing.assert_allclose(files.estimate, fit.estimate, atol=1e-8)
    assert files.names == fit.names
