"""Every kind of model gives ArviZ all groups that make sense for it, and ArviZ reads them as they are."""

import arviz
import matplotlib
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.arviz.datatree import OBSERVED
from stattools.inference.arviz.datatree import observations_of as observations
from stattools.inference.fitting.ways import WAYS
from stattools.models.custom import Custom
from stattools.models.mixed.mixed_model import CurvedCox, LinearMixed, MixedRegression
from stattools.models.regressions.categories import OneVsRest
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.samples.normal import Correlation
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression, SortedCox
from stattools.series.statespace.many import LocalLevels

matplotlib.use("Agg")
RNG = np.random.default_rng(5)
N = 40
X = RNG.normal(size=N)
DATA = {
    "x": X,
    "y": 1 + X + RNG.normal(size=N),
    "k": RNG.poisson(np.exp(0.5 * X)),
    "ill": (RNG.random(N) < 0.4).astype(int),
    "g": RNG.choice(list("abc"), N),
    "arm": RNG.choice(["A", "B"], N),
    "t": np.full(N, 9),
    "s": np.random.default_rng(8).binomial(9, np.random.default_rng(9).beta(2, 3, N)),
}
MODELS = {
    "ols": st.ols("y ~ x", DATA),
    "logistic": st.logistic("ill ~ x", DATA),
    "probit": st.probit("ill ~ x", DATA),
    "poisson": st.poisson("k ~ x", DATA),
    "negative binomial": st.negative_binomial("k ~ x", DATA),
    "beta-binomial": st.beta_binomial("s ~ x", DATA, trials="t"),
    "softmax": st.softmax("g ~ x", DATA),
    "coin": st.coin(DATA["ill"]),
    "count": st.binomial(7, 20),
    "arms": st.binomial([30, 20, 25], [50, 60, 40]),
    "waits": st.geometric([3, 1, 5, 0, 2]),
    "rates": st.poisson_rate("k", by="arm", data=DATA),
    "times": st.exponential_rate([2.0, 1.5, 0.4, 3.0]),
    "sample": st.normal("y", by="arm", data=DATA),
    "known sd": st.normal("y", sd=1.0, data=DATA),
    "level": st.local_level(np.cumsum(DATA["y"]) + X),
    "smoothing": st.exponential_smoothing(np.cumsum(0.3 * DATA["y"]) + X),
}
LIKE_OTHERS = ("probit", "poisson", "beta-binomial", "count", "waits", "rates", "times", "known sd")
PRIORS = dict.fromkeys(("coin", "count", "arms", "waits"), st.Beta(2, 2))  # a flat prior has no sensitivity to measure
PRIORS["smoothing"] = {"logit weight": st.Normal(0, 2), "level": st.Normal(0, 5), "log sigma": st.Normal(0, 1)}
SOME = {"posterior", "log_prior", "prior", "log_likelihood", "posterior_predictive", "observed_data"}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=[pytest.mark.nightly] * (name in LIKE_OTHERS)) for name in MODELS],
    ids=str,
)
def made(request):
    model = MODELS[request.param]
    options = {"method": "importance", "draws": 50}
    if request.param in ("negative binomial", "level"):  # the others' k-hat is above 0.7
        options = {"draws": 200, "chains": 1, "tune": 200}
    posterior = st.posterior(model, prior=PRIORS.get(request.param), seed=3, **options)
    return posterior, posterior.to_arviz()


def test_all_groups_are_there(made):
    posterior, tree = made
    groups = set(tree.children)
    assert groups >= SOME
    assert "prior_predictive" in groups or posterior.model.title.startswith(("Local level", "Exponential smoothing"))
    assert {"inference_library", "inference_library_version", "seed", "prior", "model"} <= set(tree.attrs)
    dims = {str(dim) for node in tree.children.values() for dim in node.dims} - {"chain", "draw"}
    assert all(dim in ("coef", "category", "obs", "arm", "time") for dim in dims), dims


def test_log_likelihoods_add_up_to_that_of_the_model(made):
    posterior, _ = made
    data, model = observations(posterior.model), posterior.model
    theta = posterior.flat[:3]
    if model.rows is not None or data is None:
        return
    total = [float(np.squeeze(model.loglik(point))) for point in theta]
    assert_allclose(data.pointwise(theta).sum(axis=1), total, rtol=1e-9)


def test_replicates_look_like_predictions(made):
    posterior, tree = made
    name = next(iter(tree["observed_data"].data_vars))
    seen, drawn = tree["observed_data"][name].values, tree["posterior_predictive"][name].values
    assert drawn.shape == tree["log_likelihood"][name].shape
    assert abs(drawn.mean() - seen.mean()) < 6 * drawn.std() / np.sqrt(seen.size) + 0.1
    assert 0.001 < st.predictive_check(posterior, np.mean, seed=1).p_value < 0.999


@pytest.mark.parametrize(
    ("write", "options"),
    [("to_netcdf", {}), pytest.param("to_zarr", {"consolidated": False}, marks=pytest.mark.slow)],
)
def test_it_round_trips(made, write, options, tmp_path):
    _, tree = made
    getattr(tree, write)(tmp_path / "draws", **options)
    with xarray.open_datatree(tmp_path / "draws", **({"engine": "zarr"} | options if options else {})) as back:
        for name in tree.children:
            xarray.testing.assert_equal(back[name].to_dataset(), tree[name].to_dataset())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # k-hat and few draws are what these trees are not about
def test_arviz_reads_it_as_it_is(made):
    posterior, tree = made
    assert np.isfinite(arviz.loo(tree).elpd)
    assert len(arviz.compare({"one": tree, "other": tree})) == 2
    assert len(arviz.psense_summary(tree)) == posterior.draws.shape[-1]
    for plot in (arviz.plot_forest, arviz.plot_trace_dist, arviz.plot_ppc_dist, arviz.plot_prior_posterior):
        plot(tree)
    matplotlib.pyplot.close("all")


def test_a_rootogram_of_counts():
    tree = st.posterior(MODELS["poisson"], method="importance", draws=50, seed=1).to_arviz()
    arviz.plot_ppc_rootogram(tree)
    arviz.plot_ppc_rootogram(tree, group="prior_predictive")
    matplotlib.pyplot.close("all")


def test_every_class_of_models_has_its_observations():
    """Your own function shows no data; counts of categories have a tree of their own; odds ratios given the margins and
    correlations are of sums, which leave no rows to look at; a partial likelihood is of who had the event among those
    at risk, not of rows; of a mixed model it is of groups; the others are several models.
    """
    partial = {CoxRegression, SortedCox, ConditionalLogit, CurvedCox, LinearMixed, MixedRegression}
    without = {Custom, Multinomial, ConditionalOdds, Correlation, OneVsRest, LocalLevels} | partial
    assert set(OBSERVED) == set(WAYS) - without
