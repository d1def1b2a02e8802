"""What can be asked of drawn posteriors, and that ArviZ reads their trees as they are."""

import arviz
import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from tests.sizes import slowly

matplotlib.use("Agg")
RNG = np.random.default_rng(5)
N = 40
X = RNG.normal(size=N)
DATA = {"x": X, "y": 1 + X + RNG.normal(size=N), "k": RNG.poisson(np.exp(0.5 * X)), "g": RNG.choice(list("abc"), N)}
MODELS = {
    "ols": st.ols("y ~ x", DATA),
    "negative binomial": st.negative_binomial("k ~ x", DATA),
    "softmax": st.softmax("g ~ x", DATA),
    "coin": st.coin([1, 0, 1]),
    "custom": st.custom(lambda t: -0.5 * float(t @ t), start={"a": 0.1, "b": 0.2}),
}


@pytest.fixture(scope="module", params=slowly(MODELS, "negative binomial"), ids=str)
def drawn(request):
    return st.posterior(MODELS[request.param], method="nuts", draws=200, chains=2, tune=300, seed=3)


@pytest.fixture(scope="module")
def linear():
    return st.posterior(MODELS["ols"], draws=1000, chains=2, seed=3)


def test_the_tree_holds_the_draws_and_round_trips(drawn, tmp_path):
    tree = drawn.to_arviz()
    flat = np.concatenate([np.asarray(v).reshape(2, 200, -1) for v in tree["posterior"].data_vars.values()], axis=2)
    assert_array_equal(flat, drawn.draws)
    assert tree.attrs["seed"] == 3
    assert drawn.names[0] in tree.attrs["prior"]
    assert {"posterior", "log_prior", "sample_stats"} <= set(tree.children)
    assert int(tree["sample_stats"]["diverging"].sum()) == drawn.diagnostics.divergences
    tree.to_netcdf(tmp_path / "draws.nc")
    tree.to_zarr(tmp_path / "draws.zarr", consolidated=False)
    for path, options in (("draws.nc", {}), ("draws.zarr", {"engine": "zarr", "consolidated": False})):
        with xarray.open_datatree(tmp_path / path, **options) as back:
            for name in tree.children:
                xarray.testing.assert_equal(back[name].to_dataset(), tree[name].to_dataset())


def test_log_likelihood_is_that_of_the_model(drawn):
    if drawn.model.rows is None:
        return
    tree, theta = drawn.to_arviz(), drawn.flat[7].copy()
    total = float(next(iter(tree["log_likelihood"].data_vars.values())).sum("obs")[0, 7])
    if drawn.names[-1] == "sigma":
        rss = np.sum((drawn.model.rows.y - drawn.model.rows.X @ theta[:-1]) ** 2)
        expected = -0.5 * rss / theta[-1] ** 2 - N * (np.log(theta[-1]) + 0.5 * np.log(2 * np.pi))
    else:
        if drawn.names[-1] == "alpha":
            theta[-1] = np.log(theta[-1])
        expected = drawn.model.loglik(theta)
    assert_allclose(total, expected, rtol=1e-10)
    prior = sum(float(v[0, 7].sum()) for v in tree["log_prior"].data_vars.values())
    assert_allclose(prior, drawn.priors.evaluate(drawn.flat[7])[0], rtol=1e-10)


@pytest.mark.slow
def test_arviz_reads_the_tree_as_it_is(linear):
    tree = linear.to_arviz()
    assert {"prior", "prior_predictive", "posterior_predictive", "observed_data", "constant_data"} <= set(tree.children)
    other = st.posterior(st.ols("y ~ 1", DATA), draws=1000, chains=2, seed=3).to_arviz()
    assert list(arviz.compare({"slope": tree, "none": other}).index) == ["slope", "none"]
    assert np.isfinite(arviz.loo(tree).elpd)
    assert len(arviz.psense_summary(tree)) == 3
    for plot in (arviz.plot_forest, arviz.plot_trace_dist, arviz.plot_ppc_dist, arviz.plot_prior_posterior):
        plot(tree)
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("kind", ["hdi", "eti"])
def test_summary_and_table_agree(linear, kind):
    summary, table = linear.summary(0.9, kind=kind), linear.table(0.9, kind=kind)
    assert_allclose(summary["mean"], table["mean"])
    assert_allclose(summary["r_hat"], table["r_hat"], rtol=1e-6)
    assert_allclose(summary[f"{kind}90_lb"], table["lower"], atol=0.1 * table["sd"].max())  # quantiles of 2,000 draws


def test_predictions_and_checks(linear):
    mean = linear.predict({"x": [0.0, 1.0]})
    assert_allclose(mean[:, 1] - mean[:, 0], linear.flat[:, 1])
    new = linear.predict({"x": [0.0, 1.0]}, kind="observation", seed=1)
    assert_allclose(np.std(new - mean), linear.mean[-1], rtol=0.1)  # 4,000 draws
    assert 0.05 < linear.check(np.mean, seed=1).p_value < 0.95
    assert linear.check(lambda y: y[0] * 0.0 + 99.0).p_value == 0.5
    with pytest.raises(st.DomainError, match="give seed="):
        linear.predict(kind="observation")


def test_questions_are_checked(linear):
    assert_allclose(linear.probability(low=0.0, name="sigma"), 1.0)
    assert linear["x"].shape == (2, 1000)
    with pytest.raises(st.DomainError, match="the posterior has Intercept, x, sigma; got name='z'"):
        linear.probability(name="z")
    with pytest.raises(st.DomainError, match="kind="):
        linear.interval(0.9, kind="wald")
    with pytest.raises(st.DomainError, match="low <= high"):
        linear.probability(1.0, 0.0)
    assert "Nothing failed" in str(linear)
    assert "sigma ~ Exponential" in str(linear)


def test_a_flat_prior_has_no_prior_group():
    tree = st.posterior(MODELS["ols"], prior=st.Flat(), method="importance", seed=1).to_arviz()
    assert "prior" not in tree.children
    assert "prior_predictive" not in tree.children


def test_draws_of_rows_are_beside_those_of_the_table():
    frame = pd.DataFrame({"x": X, "y": DATA["y"] > 1.0}, index=[f"row {k}" for k in range(N)])
    frame.iloc[2, 0] = np.nan
    new = frame.iloc[[0, 2, 4]]
    belief = st.posterior(st.logistic("y ~ x", frame), prior=st.Normal(0, 1), seed=1, method="importance")
    for asked in ({}, {"kind": "observation", "seed": 1}):
        draws = belief.predict(**asked)
        assert draws.shape[1] == N
        assert np.flatnonzero(np.isnan(draws).any(axis=0)).tolist() == [2]
        assert belief.predict(align=False, **asked).shape[1] == N - 1
        some = belief.predict(new, missing="null", **asked)
        assert np.isnan(some).all(axis=0).tolist() == [False, True, False]
        assert np.isnan(belief.predict(frame.iloc[[2]], missing="null", **asked)).all()


def test_what_a_prediction_has_no_use_for_is_refused():
    table = {"k": [1, 3, 2, 4], "m": [4, 4, 3, 2], "x": [0.0, 1.0, 2.0, 3.0]}
    posterior = st.posterior(st.logistic("k + m ~ x", table), prior=st.Normal(0, 1), method="importance", draws=20)
    for beside in ({"trials": [5] * 4}, {"kind": "Mean", "trials": [5] * 4}):
        with pytest.raises(
            st.IncompatibleError, match=r'takes trials= for kind="observation" and quantiles of a grouped outcome only'
        ):
            posterior.predict(table, **beside)
    with pytest.raises(st.IncompatibleError, match=r'takes precision= for kind="observation" and quantiles only'):
        posterior.predict(table, precision=[1.0] * 4)
    with pytest.raises(st.DomainError, match=r"got kind='probability'\. Write kind=\"mean\"\."):
        posterior.predict(table, kind="probability")
    assert posterior.predict(table, kind="observation", trials=[5] * 4, seed=1).max() <= 5


def test_draws_of_a_mixed_model_predict_the_mean_over_groups():
    """X beta of each draw, as the fit predicts the population; outcomes need effects, which the draws have not."""
    g = np.random.default_rng(4)
    table = {"x": g.normal(size=48), "g": np.arange(48) // 6, "c": np.resize(["u", "v"], 48)}
    table["y"] = table["x"] + g.normal(size=8)[table["g"]] + g.normal(size=48)
    found = st.posterior(st.linear_mixed("y ~ x + c + (1 | g)", table), method="importance", seed=1, draws=50)
    new = {"x": [0.0, 2.0], "c": ["v", "u"]}
    X = np.array([[1.0, 0.0, 1.0], [1.0, 2.0, 0.0]])
    np.testing.assert_allclose(found.predict(new), found.flat[:, :3] @ X.T)
    assert found.predict(new, interval=0.9).shape == (2, 3)
    assert found.predict().shape == (len(found.flat), 48)
    changes = found.contrasts("c")
    np.testing.assert_allclose(changes["mean"].abs(), abs(found.flat[:, 2].mean()))
    assert found.means("c").shape[0] == 2
    effects = found.marginal_effects(variables=["x"])
    np.testing.assert_allclose(effects["mean"], found.flat[:, 1].mean())
    assert found.plot("effect", "x").axes[0].get_xlabel() == "x"
    with pytest.raises(st.IncompatibleError, match='groups="new"'):
        found.predict(new, kind="observation", seed=1)
    with pytest.raises(st.DomainError, match="kind"):
        found.predict(new, kind="median")  # type: ignore[arg-type]


def test_draws_with_curves_beside_predict_no_rows():
    g = np.random.default_rng(5)
    table = {"x": g.uniform(size=60), "g": np.arange(60) // 6, "y": g.normal(size=60)}
    model = st.linear_mixed("y ~ s(x, k=5) + (1 | g)", table)
    with pytest.raises(st.StattoolsError):
        st.posterior(model, method="importance", seed=1, draws=20).predict()
