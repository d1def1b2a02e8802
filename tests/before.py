"""Fits of every kind, written once by the version before the house was rebuilt: they load for ever after.

`python -m tests.before` wrote `tests/fixtures/before/`: a file of each fit, and `answers.json` with what it said then.
It is not run again: the point of the files is that they are old.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

import stattools as st
from stattools.inference.intervals.coefficients import whole_table

FOLDER = Path(__file__).parent / "fixtures" / "before"


def table(n: int = 120) -> pd.DataFrame:
    """Rows with an outcome of every kind; one value is missing."""
    g = np.random.default_rng(18)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.uniform(0.5, 4.0, n), "w": g.integers(1, 4, n)})
    frame["g"] = np.array(list("abc"))[g.integers(0, 3, n)]
    frame["two words"] = g.normal(size=n)
    eta = 0.2 + 0.6 * frame.x - 0.3 * np.log(frame.z) + 0.5 * (frame.g == "b")
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["answer"] = np.where(frame.b == 1, "yes", "no")
    frame["c"] = g.poisson(np.exp(eta) * g.gamma(1.0, 1.0, n))
    frame["trials"] = 8
    frame["k"] = g.binomial(8, g.beta(3.0 * special.expit(eta), 3.0 * special.expit(-eta)))
    frame["color"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    frame.loc[4, "x"] = None
    return frame


def fits() -> Iterator[tuple[str, Any]]:
    """A name and a fit, for each kind that can be saved."""
    d = table()
    whole = d.dropna()
    yield "ols", st.fit(st.ols("y ~ x*g + bs(z, df=4)", d))
    yield "ols-transforms", st.fit(st.ols("y ~ center(x) + poly(z, 2) + scale(`two words`) + C(w, contr.sum)", d))
    yield "ols-raw-powers", st.fit(st.ols("y ~ poly(x, 2, raw=True)", d))
    yield "ols-arrays", st.fit(st.ols(whole.y, whole[["x", "z"]]))
    yield "ols-precision-hc3", st.fit(st.ols("y ~ x", d, precision="w"), cov="HC3")
    yield "ols-hac", st.fit(st.ols("y ~ x", whole), cov=st.HAC(lags=3))
    yield "ols-cluster", st.fit(st.ols("y ~ x", d), cov=st.Cluster("g"))
    yield "ols-descent", st.fit(st.ols("y ~ x", d), solver=st.GradientDescent())
    yield "logistic", st.fit(st.logistic("answer ~ x + g", d), level=0.9)
    yield "logistic-weights", st.fit(st.logistic("b ~ x", d, weights="w"))
    yield "logistic-trials", st.fit(st.logistic("k ~ x", d, trials="trials"))
    yield "logistic-firth", st.fit(st.logistic("b ~ x", d), penalty=st.Jeffreys())
    yield "logistic-ridge", st.fit(st.logistic("b ~ x", d), penalty=st.Ridge(2.0))
    yield "probit", st.fit(st.probit("b ~ x + cr(z, df=4, constraints='center')", d))
    yield "poisson-exposure", st.fit(st.poisson("c ~ x + log(z)", d, exposure="w"))
    yield "negative-binomial", st.fit(st.negative_binomial("c ~ x + g", d))
    yield "beta-binomial", st.fit(st.beta_binomial("k ~ x", d, trials="trials"))
    yield "softmax", st.fit(st.softmax("color ~ x + z", d, reference="green"))
    yield "one-vs-rest", st.fit(st.one_vs_rest("color ~ x", d))
    yield "coin", st.fit(st.coin([0, 1, 1, 0, 1]))
    yield "binomial", st.fit(st.binomial(6, 10))
    yield "custom", st.fit(st.custom(lambda t: -3.0 * t[0] - 12.0 * np.exp(-t[0]), start={"log mean": 0.0}, n=3))
    yield "network", st.fit(st.network("color ~ x + z", d, hidden=[3]), seed=1, penalty=st.Ridge(0.1))
    yield (
        "network-batch-norm",
        st.fit(st.network("b ~ x + g", d, batch_norm=True, hidden=[3]), seed=1, solver=st.Adam(epochs=5, batch=32)),
    )
    yield "ensemble", st.fit(st.network("y ~ x", d, hidden=[3]), seed=1, members=2)
    yield "mixed", st.fit(st.linear_mixed("y ~ x + log(z) + (x | g) + (1 | color)", d), df="kenward-roger")
    yield "mixed-one-group", st.fit(st.linear_mixed("y ~ x + (x || color)", d, precision="w"), reml=False)


def answers(fit: Any) -> dict[str, Any]:
    """What a loaded fit says: numbers of its estimates, its table and its predictions for new rows."""
    said: dict[str, Any] = {}
    for part, name in [(fit, "")] if hasattr(fit, "estimate") else [(m, f"{i} ") for i, m in enumerate(_parts(fit))]:
        said[name + "estimate"] = _numbers(part.estimate)
        said[name + "loglik"] = _numbers(part.loglik)
        if isinstance(part, st.Fit):
            said[name + "names"] = list(part.names)
            absent = [None] * len(part.estimate) ** 2  # of a ridge fit NaN, when the files were written
            said[name + "covariance"] = _numbers(part.covariance) if part.kinds else absent
            said[name + "table"] = _numbers(whole_table(part))
            said[name + "title"] = str(part).splitlines()[0]
    if getattr(fit, "model", None) is not None and hasattr(fit, "predict"):
        new = table().dropna().head(7)
        model = getattr(fit.model, "design", None)
        try:
            said["predicted"] = _numbers(fit.predict(new if model is not None else new[["x", "z"]]))
        except st.IncompatibleError as error:
            said["predicted"] = str(error)
    return said


def _parts(fit: Any) -> Any:
    return fit.fits if hasattr(fit, "fits") else fit.members


def _numbers(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        value = value.select_dtypes("number")
    return [None if np.isnan(v) else float(v) for v in np.asarray(value, dtype=float).ravel()]


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    said = {}
    for name, fit in fits():
        said[name] = answers(st.load(fit.save(path(name))))
    (FOLDER / "answers.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def path(name: str) -> Path:
    return FOLDER / f"{name}.stattools"


if __name__ == "__main__":
    write()
