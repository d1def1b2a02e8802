"""Predictions for old and new rows: values, and intervals that cover what they say, by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.matrix.asked import FORMULA, Asked
from tests.matrix.question import question
from tests.matrix.rows import NO_CLASSES

LEVEL = 0.9
DRAWS = 4000


def new_rows(a: Asked) -> pd.DataFrame:
    """Rows that the fit has not seen, some of them far out."""
    table = a.case.table(6, seed=77).drop(columns="y")
    return table.assign(x=[-2.0, -1.0, 0.0, 0.5, 1.5, 2.5])


@question("predict")
def predicted_mean(a: Asked) -> None:
    new = new_rows(a)
    assert_allclose(a.fit.predict(), a.mean(a.theta), rtol=1e-9, atol=1e-12)
    assert_allclose(a.fit.predict(new), a.mean(a.theta, new), rtol=1e-9, atol=1e-12)


@question("predict(kind='link')")
def predicted_link(a: Asked) -> None:
    """The linear predictor, that of the mean; its interval is normal, or Student's t for `st.ols`."""
    new = new_rows(a)
    eta = a.eta(a.theta, new)
    assert_allclose(a.fit.predict(new, kind="link"), eta, rtol=1e-9, atol=1e-12)
    found = a.fit.predict(new, kind="link", interval=LEVEL)
    X, width = a.columns(new), 2 if a.is_softmax else 1
    parts = [slice(k * a.p, (k + 1) * a.p) for k in range(width)]
    half = a.t.ppf(0.5 + LEVEL / 2) * np.sqrt(
        np.stack([((X @ a.fit.covariance[part, part]) * X).sum(axis=1) for part in parts], axis=1)
    )
    ends = np.stack([eta.reshape(len(new), -1) - half, eta.reshape(len(new), -1) + half], axis=-1).reshape(-1, 2)
    assert_allclose(found[["lower", "upper"]], ends, rtol=1e-9)


@question("predict(interval=)")
def interval_of_the_mean(a: Asked) -> None:
    """It covers the means of parameters drawn around the estimate."""
    new = new_rows(a)
    found = a.fit.predict(new, interval=LEVEL)
    means = a.mean(a.draws(DRAWS)[0], new).reshape(DRAWS, -1)
    inside = (means >= found.lower.to_numpy()) & (means <= found.upper.to_numpy())
    # 4000 draws err by 0.005; probabilities of several categories are intervals by the delta method
    assert_allclose(inside.mean(axis=0), LEVEL, atol=0.04 if a.has_several else 0.02)


NO_NUMBER = ("binary", "category", "ordered")


@question("predict(kind='observation')", refused=NO_NUMBER)
def interval_of_an_observation(a: Asked) -> None:
    """Its ends are quantiles of new outcomes at parameters drawn around the estimate."""
    new = new_rows(a)
    found = a.fit.predict(new, kind="observation", interval=LEVEL)
    theta, sd = a.draws(DRAWS)
    outcomes = a.distribution(theta, new, sd).rvs(random_state=np.random.default_rng(6))
    lower, upper = found.lower.to_numpy(), found.upper.to_numpy()
    tail, noise = 0.5 - LEVEL / 2, 0.015  # 4000 draws err by 0.0035, the quadrature less
    assert ((outcomes < lower).mean(axis=0) < tail + noise).all()
    assert ((outcomes > upper).mean(axis=0) < tail + noise).all()
    assert ((outcomes <= lower).mean(axis=0) > tail - noise).all()
    assert ((outcomes >= upper).mean(axis=0) > tail - noise).all()
    assert_allclose(a.fit.predict(new, kind="observation"), a.distribution(a.theta, new).mean(), rtol=1e-9)


@question("predict(kind='observation') over samples", refused=NO_NUMBER, slow=True)
def coverage_over_samples(a: Asked) -> None:
    """Over samples from the model, each fitted: the share of new outcomes that fall within."""
    g, rows, inside = np.random.default_rng(8), a.table.iloc[:20], []
    for _ in range(100):
        table = a.table.assign(y=a.at.rvs(random_state=g), weights=1)
        try:
            found = a.refitted(FORMULA, table).fit.predict(rows, kind="observation", interval=LEVEL)
        except st.IdentificationError:  # a sample of counts that are not overdispersed
            continue
        outcome = a.distribution(a.theta, rows).rvs(random_state=g)
        inside.append(((outcome >= found.lower) & (outcome <= found.upper)).mean())
    assert len(inside) > 80
    # 100 samples of 20 rows err by about 0.01; whole numbers cover more than they say
    assert np.mean(inside) > LEVEL - 0.03
    if not a.is_discrete:
        assert np.mean(inside) < LEVEL + 0.03


@question("predict(kind='quantile')", "predict(kind='median')", refused=NO_NUMBER)
def quantiles_of_outcomes(a: Asked) -> None:
    """SciPy's quantiles of a new outcome; the interval covers those of parameters drawn around the estimate."""
    new = new_rows(a)
    at = a.distribution(a.theta, new)
    if a.is_discrete:
        for p, of, found in (
            (0.5, at, a.fit.predict(new, kind="median")),
            (0.9, a.at, a.fit.predict(kind="quantile", p=0.9)),
        ):
            assert (of.cdf(found) >= p - 1e-9).all()
            assert (of.cdf(found - 1.0) < p + 1e-9).all()
        with pytest.raises(st.IncompatibleError, match="whole number, which moves in steps"):
            a.fit.predict(new, kind="median", interval=LEVEL)
        return
    assert_allclose(a.fit.predict(new, kind="median"), at.ppf(0.5), rtol=1e-8, atol=1e-10)  # a search in F
    assert_allclose(a.fit.predict(kind="quantile", p=0.9), a.at.ppf(0.9), rtol=1e-8)
    found = a.fit.predict(new, kind="quantile", p=0.2, interval=LEVEL)
    theta, sd = a.draws(DRAWS)
    drawn = a.distribution(theta, new, sd).ppf(0.2)
    inside = (drawn >= found.lower.to_numpy()) & (drawn <= found.upper.to_numpy())
    assert_allclose(inside.mean(axis=0), LEVEL, atol=0.02)  # 4000 draws err by 0.005, the delta method more


@question("predict(kind='class')", refused=NO_CLASSES)
def predicted_class(a: Asked) -> None:
    new = new_rows(a)
    found, p = a.fit.predict(new, kind="class"), a.mean(a.theta, new)
    if a.has_several:
        labels = ["one", "three", "two"] if a.is_softmax else [0, 1, 2]
        assert found.tolist() == [labels[k] for k in p.argmax(axis=1)]
    else:
        names = ["rest", "three"] if a.is_part else [0, 1]
        assert found.tolist() == [names[int(k)] for k in p > 0.5]


@question("st.held_out", refused=("trials", "aft"))
def held_out(a: Asked) -> None:
    """Minus the mean log density of new rows, a row as often as its weight says."""
    g = np.random.default_rng(9)
    new = new_rows(a)
    y = a.distribution(a.theta, new).rvs(random_state=g)
    names = {0: "one", 1: "three", 2: "two"}
    if a.is_part:  # whose outcome is "three" or one of the others
        new = new.assign(y=[("two", "three")[k] for k in y])
    else:
        new = new.assign(y=[names[k] for k in y] if a.is_softmax else y)
    weight = a.beside("weights", new)
    at = a.distribution(a.theta, new)
    wanted = -(weight @ (at.logpmf(y) if a.is_discrete else at.logpdf(y))) / weight.sum()
    found = st.held_out(a.fit, data=new)
    assert_allclose(found.log_score[0], wanted, rtol=1e-9)
