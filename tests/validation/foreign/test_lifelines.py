"""lifelines' fitters, recorded from lifelines 0.30.3, and where it is installed as it fits today."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.foreign.survival import REFUSED_FITTERS, TIMES

i = np.arange(30.0)
x, z = np.cos(i), np.sin(1.7 * i)
time = np.round(10.0 * np.exp(-0.4 * x + 0.3 * z + 0.6 * np.sin(3.1 * i))) + 1.0
data = pd.DataFrame({"t": time, "d": (i % 4 != 3).astype(float), "x": x, "z": z, "g": i % 2, "w": 1.0})
SPREAD = [0.7294648183886255, 0.7145307007560496]


def stand_in(kind: str, **held: Any) -> Any:
    """An object of a class of this name of lifelines, with the attributes that are read."""
    made = type(kind, (SimpleNamespace,), {"__module__": f"lifelines.fitters.{kind.lower()}"})
    return made(duration_col="t", event_col="d", _n_examples=30, **held)


def hazards(params: list[float], se: list[float], **other: Any) -> Any:
    columns = ["x", "z"]
    norm = pd.Series(SPREAD, index=columns)
    held = {"params_": pd.Series(params, index=columns), "standard_errors_": pd.Series(se, index=columns)}
    return stand_in("CoxPHFitter", _norm_std=norm, **held, **other)


def times(kind: str, params: list[float], se: list[float], ancillary: bool = False, **other: Any) -> Any:
    _, first, second, _ = TIMES[kind]
    of = [(first, "x"), (first, "z"), (first, "Intercept"), (second, "Intercept"), *([(second, "x")] * ancillary)]
    index = pd.MultiIndex.from_tuples(of)
    norm, held = [*SPREAD, 1.0, 1.0, SPREAD[0]][: len(of)], [False, False, True, ancillary, False][: len(of)]
    return stand_in(
        kind,
        params_=pd.Series(params, index=index),
        standard_errors_=pd.Series(se, index=index),
        _norm_std=pd.Series(norm, index=index),
        _cols_to_not_penalize=pd.Series(held, index=index),
        **other,
    )


COX = [0.972167970982, -0.617962960599], [0.343944267097, 0.303060843631]
WEIBULL = [-0.41295896461, 0.313833531228, 2.642546957999, 1.046507682775], [
    0.102204056047, 0.097064439105, 0.073651586185, 0.169528944213,
]  # fmt: skip


RIGHT = [
    (lambda: hazards(*COX), ["x", "z"]),
    (
        lambda: hazards([1.838312158155, -1.378271096506], [0.450023147734, 0.419637576958], strata="g"),
        ["x", "z"],
    ),
    (lambda: hazards(COX[0], [0.309590094654, 0.270219210594], robust=True), ["x", "z"]),
    (lambda: hazards(*COX, weights_col="w"), ["x", "z"]),
    (lambda: times("WeibullAFTFitter", *WEIBULL), ["Intercept", "x", "z", "log scale"]),
    (
        lambda: times(
            "LogNormalAFTFitter",
            [-0.374761960052, 0.287180697189, 2.465005422673, -0.894004734942],
            [0.107847283024, 0.11031166977, 0.078043994579, 0.154356681902],
        ),
        ["Intercept", "x", "z", "log scale"],
    ),
    (
        lambda: times(
            "LogLogisticAFTFitter",
            [-0.376252019304, 0.259263699464, 2.455369736834, 1.374429404058],
            [0.116306370282, 0.119324955477, 0.083660850566, 0.168645102317],
        ),
        ["Intercept", "x", "z", "log scale"],
    ),
    (
        lambda: times(
            "WeibullAFTFitter",
            [-0.408132101504, 0.305194819511, 2.642828981858, 1.050468437022, 0.132935205003],
            [0.099744871662, 0.09717341198, 0.074034638126, 0.169261716791, 0.238387941311],
            ancillary=True,
        ),
        ["Intercept", "x", "z", "log scale: Intercept", "log scale: x"],
    ),
]


@pytest.mark.parametrize(
    ("make", "terms"),
    [*RIGHT[:5], *(pytest.param(*one, marks=pytest.mark.slow) for one in RIGHT[5:])],
    ids=["Cox", "strata", "robust", "weights of 1", "Weibull", "lognormal", "loglogistic", "ancillary"],
)
def test_right_fits_are_right(make, terms):
    found = st.audit(make(), data)
    assert found.ok, found
    assert found.rows["term"].tolist() == terms


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: hazards([0.689778925645, -0.450594970274], [0.2893, 0.2644], penalizer=0.2), "penalty"),
        (lambda: hazards([7.67348e-07, -4.75871e-07], [5.6e-4, 3.6e-4], penalizer=0.4, l1_ratio=1.0), "penalty"),
        (lambda: hazards([0.0, 0.0], [0.360676920755, 0.303655173946]), "not the maximum"),
        (lambda: hazards(COX[0], [0.309590094654, 0.270219210594]), "standard errors of another kind"),
        (
            lambda: times(
                "WeibullAFTFitter", [-0.405224618784, 0.312374603021, 2.64064957123, 0.959231850498], [0.1] * 4,
                penalizer=0.1,
            ),
            "penalty",
        ),
        (lambda: times("WeibullAFTFitter", [*WEIBULL[0][:3], -1.046507682775], WEIBULL[1]), "not the maximum"),
    ],
    ids=["ridge", "lasso", "one step", "robust unsaid", "Weibull ridge", "shape as scale"],
)  # fmt: skip
def test_wrong_fits_are_named(make, cause):
    assert st.audit(make(), data).findings[0].cause == cause


@pytest.mark.parametrize("name", [*REFUSED_FITTERS, "Nobody"])
def test_other_fitters_are_refused_by_name(name):
    with pytest.raises(IncompatibleError, match=f"got {name}"):
        st.audit(stand_in(name), data)


@pytest.mark.parametrize(
    ("make", "given", "error", "words"),
    [
        (lambda: stand_in("CoxPHFitter"), (data,), IncompatibleError, "not fitted"),
        (lambda: hazards(*COX), (), DomainError, "carry no columns"),
        (lambda: hazards(*COX), (data[:-1],), DomainError, "the table has 29 rows and the fit 30"),
        (lambda: hazards(*COX, baseline_estimation_method="spline"), (data,), IncompatibleError, "baseline 'spline'"),
        (lambda: hazards(*COX, weights_col="w"), (data.assign(w=0.5),), IncompatibleError, "no whole numbers"),
        (lambda: hazards(*COX, weights_col="w"), (data.assign(w=2.0),), IncompatibleError, "averages of weights"),
        (
            lambda: times("WeibullAFTFitter", *WEIBULL, _censoring_type=SimpleNamespace(value="interval")), (data,),
            IncompatibleError, "interval-censored",
        ),
    ],
    ids=["not fitted", "no table", "rows", "spline", "fractions", "ties", "interval"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(make, given, error, words):
    with pytest.raises(error, match=words):
        st.audit(make(), *given)


def test_the_table_comes_alone():
    with pytest.raises(IncompatibleError, match="pass it alone"):
        st.audit(hazards(*COX), data, y="t")


def test_lifelines_itself():
    lifelines = pytest.importorskip("lifelines")
    columns = ["t", "d", "x", "z"]
    for fitter in (lifelines.CoxPHFitter(), lifelines.WeibullAFTFitter(), lifelines.LogNormalAFTFitter()):
        assert st.audit(fitter.fit(data[columns], "t", "d"), data).ok
    formula = lifelines.CoxPHFitter().fit(data, "t", "d", formula="x * C(g)")
    assert st.audit(formula, data).ok
