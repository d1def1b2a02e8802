"""What tab completion shows is what a fit answers, and what it does not show is refused, whatever is given."""

from __future__ import annotations

import dataclasses
import inspect
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.needs import NEEDS
from stattools.networks import trained_network
from tests import public_face

RNG = np.random.default_rng(3)
N = 60
X = RNG.normal(size=N)
TABLE = pd.DataFrame(
    {
        "x": X,
        "g": RNG.choice(list("abc"), N),
        "y": X + RNG.normal(size=N) + 3.0,
        "k": RNG.poisson(RNG.gamma(1.0, np.exp(0.3 * X))),
        "b": (X + RNG.normal(size=N) > 0).astype(int),
        "s": RNG.binomial(5, RNG.beta(2, 2, N)),
        "time": RNG.exponential(size=N),
    }
)
TABLE["f"] = 5 - TABLE["s"]
WALK = np.cumsum(RNG.normal(size=N)) + RNG.normal(size=N)
MODELS: dict[str, Any] = {
    "ols": lambda t: st.ols("y ~ x + g", t),
    "arrays": lambda t: st.ols(t["y"], t[["x"]]),
    "intercept": lambda t: st.ols("y ~ 1", t),
    "logistic": lambda t: st.logistic("b ~ x", t),
    "grouped": lambda t: st.logistic("s + f ~ x", t),
    "probit": lambda t: st.probit("b ~ x", t),
    "poisson": lambda t: st.poisson("k ~ x", t),
    "negative binomial": lambda t: st.negative_binomial("k ~ x", t),
    "gamma": lambda t: st.gamma("time ~ x", t),
    "softmax": lambda t: st.softmax("g ~ x", t),
    "beta-binomial": lambda t: st.beta_binomial("s + f ~ x", t),
    "one vs rest": lambda t: st.one_vs_rest("g ~ x", t),
    "coin": lambda t: st.coin("b ~ 1", t),
    "arms": lambda t: st.coin("b ~ g", t),
    "rates": lambda t: st.poisson_rate("k ~ g", t),
    "times": lambda t: st.exponential_rate("time ~ 1", t),
    "normal": lambda t: st.normal("y ~ g", t),
    "categories": lambda t: st.categories(t["g"]),
    "waits": lambda t: st.geometric([1, 2, 0, 3]),
    "custom": lambda t: st.custom(lambda p: -((p[0] - 1) ** 2), start={"a": 0.0}, n=10),
    "level": lambda t: st.local_level(WALK),
    "level, regressors": lambda t: st.local_level("y ~ x", t),
    "smoothing": lambda t: st.exponential_smoothing(WALK),
}
SAVED = ("ols", "logistic", "softmax", "coin", "custom", "one vs rest")


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    TABLE.to_parquet(path)
    return st.scan(path)


@pytest.fixture(scope="module")
def fits(tmp_path_factory, scan):
    folder = tmp_path_factory.mktemp("fits")
    found: dict[str, Any] = {name: st.fit(make(TABLE)) for name, make in MODELS.items()}
    found |= {f"{name}, loaded": st.load(found[name].save(folder / name.replace(" ", "_"))) for name in SAVED}
    found |= {f"{name}, files": st.fit(MODELS[name](scan)) for name in ("ols", "logistic", "softmax")}
    found["ridge"] = st.fit(MODELS["ols"](TABLE), penalty=st.Ridge(1.0))
    found["robust"] = st.fit(MODELS["logistic"](TABLE), cov="HC1")
    for name, formula in (("network", "b ~ x"), ("network of a number", "y ~ x")):
        found[name] = st.fit(st.network(formula, TABLE, hidden=[2]), seed=1)
    found["ensemble"] = st.fit(st.network("g ~ x", TABLE, hidden=[2]), seed=1, members=2)
    found["network, loaded"] = st.load(found["network"].save(folder / "network"))
    return found


KINDS = [
    *MODELS,
    *(f"{name}, loaded" for name in SAVED),
    *(f"{name}, files" for name in ("ols", "logistic", "softmax")),
    *("ridge", "robust", "network", "network of a number", "ensemble", "network, loaded"),
]


def arguments(fit: Any, folder: Any, scan: Any) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """The least that each question needs: of a fit without its rows, rows."""
    network = isinstance(fit, st.NetworkFit | st.NetworkEnsemble)
    table = TABLE if fit.model.formula or not isinstance(fit, st.Fit) else None
    coming = {"X": TABLE.head(2)} if getattr(fit.model, "regressors", ()) else {}
    return {
        "predict": ((), {"data": table}),
        "separate_probabilities": ((TABLE,), {}),
        "predict_to": ((folder / "out.parquet",), {"data": scan}),
        "marginal_effects": ((), {"data": table}),
        "contrasts": (("x",), {"values": [0.0, 1.0], "data": table}),
        "means": ((), {"data": table}),
        "function": ((lambda b: 2.0 * list(b.values())[-1],), {}),
        "test": ((f"`{getattr(fit, 'names', ('a',))[-1]}` = 0.5",), {}),
        "forecast": ((2,), coming),
        "save": ((folder / "saved",), {}),
        "quantile": ((0.9,), {}),
        "calibrated": ((TABLE,), {}),
        **dict.fromkeys(("accuracy", "confusion", "brier", "log_score", "pointwise_loglik"), ((), {"data": table})),
        **(dict.fromkeys(("calibration", "check"), ((), {"data": table})) if network else {}),
        **({"mean": ((fit.model.design.encode(TABLE),), {})} if network else {}),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_tab_completion_offers_what_the_fit_answers(kind, fits, scan, tmp_path):
    fit = fits[kind]
    offered, given = set(dir(fit)), arguments(fit, tmp_path, scan)
    public = {name for one in type(fit).__mro__ for name in vars(one) if not name.startswith("_")}
    assert offered & set(NEEDS) or not isinstance(fit, st.Fit)
    for name in sorted(public):
        positional, named = given.get(name, ((), {}))

        def ask(name: str = name, positional: Any = positional, named: Any = named) -> None:
            answer = getattr(fit, name)
            if callable(answer):
                answer(*positional, **named)

        if name in offered:
            ask()
        else:
            with pytest.raises(st.StattoolsError):
                ask()
    start = time.perf_counter()
    dir(fit)
    assert time.perf_counter() - start < 0.05  # milliseconds: nothing is computed


def test_some_fits_are_not_offered_what_belongs_to_others(fits):
    expected = {
        "coin": {"leverage", "check", "predict", "marginal_effects", "calibration", "anova"},
        "ols": {"calibration"},
        "softmax": {"leverage"},
        "ridge": {"interval", "test", "anova"},
        "intercept": {"anova"},
        "level": {"predict", "residuals", "save"},
        "smoothing": {"states", "innovations", "decompose", "diagnostics"},
        "ols, files": {"residuals", "leverage", "cooks_distance"},
        "ols, loaded": {"residuals", "leverage", "goodness", "check"},
        "network of a number": {"accuracy", "calibration", "check"},
        "beta-binomial": {"goodness"},
        "arrays": {"predict_to"},
    }
    for kind, hidden in expected.items():
        assert not hidden & set(dir(fits[kind])), kind
    assert "table" not in dir(fits["network"])
    assert {"leverage", "predict", "goodness", "calibration", "save"} <= set(dir(fits["logistic"]))


def test_every_need_is_of_a_question_that_stands_on_a_fit():
    there = {
        *dir(st.Fit),
        *dir(st.SeriesFit),
        *dir(st.CoxFit),
        *dir(st.LinearMixedFit),
        *(one.name for one in dataclasses.fields(st.Fit)),
    }
    assert NEEDS.keys() - {"effect"} <= there  # a figure
    assert all(hasattr(st.NetworkFit, name) or hasattr(st.NetworkEnsemble, name) for name in trained_network.NEEDS)


def test_a_forecast_takes_what_is_coming_by_its_name(fits):
    with pytest.raises(st.IncompatibleError, match="takes what is coming as X=, not data="):
        fits["level"].forecast(2, data=TABLE)
    with pytest.raises(st.IncompatibleError, match="takes what is coming as data=, not X="):
        fits["smoothing"].forecast(2, X=[[1.0], [2.0]])


def test_no_public_name_hides_its_parameters():
    lines = [line for line in public_face.FILE.read_text(encoding="utf-8").splitlines() if "**" in line]
    assert [line.partition("(")[0] for line in lines] == ["regression"]  # formulas, by the parameters of its likelihood


@pytest.mark.parametrize(
    "method",
    [
        st.Fit.marginal_effects,
        st.Fit.contrasts,
        st.Fit.means,
        st.Fit.function,
        st.Posterior.means,
        st.Posterior.contrasts,
        st.SeriesFit.forecast,
        st.Network.trained,
        st.fit,
        st.fit_many,
        st.NormalInverseGamma.g_prior,
        st.NormalInverseGammaRegression.g_prior,
        st.to_arviz,
        st.Posterior.predict,
    ],
)
def test_docstrings_name_what_signatures_have(method):
    text = inspect.getdoc(method) or ""
    for name in inspect.signature(method).parameters:
        assert name in ("self", "cls") or name in text, name
