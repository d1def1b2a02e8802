"""No family and link of st.glm depends on origin, unit, coding or order of rows: the same to 1e-9 standard errors.

Rows are random, of a size that is; a night draws more of them.
"""

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.models.regressions.glm import GENERALIZED
from tests.families import CASES

PAIRS = [(family, link) for family, kind in GENERALIZED.items() for link in kind.links]


def are_shares(family):
    return GENERALIZED[family].likelihood.outcome in (Outcome.UNIT, Outcome.TRIALS)


def table(family, link, seed, n=None):
    """Rows whose means the link has, and their outcomes."""
    g = np.random.default_rng(seed)
    n = int(g.choice([60, 200, 500])) if n is None else n
    x, z, k = g.normal(size=n), g.normal(size=n), g.integers(0, 3, n)
    e = 0.3 * x - 0.2 * z + 0.2 * (k == 1)
    apart = {"log": 1.0 + e, "inverse": 1.0 + 0.4 * e, "inverse-squared": 1.0 + 0.4 * e, "identity": 3.0 + e}
    eta = apart.get(link, 2.0 + e)
    eta = eta if link == "log" else np.maximum(eta, 0.2)
    if are_shares(family):
        eta = {"log": np.minimum(0.4 * e - 1.5, -0.05), "identity": np.clip(0.5 + 0.1 * e, 0.1, 0.9)}.get(link, 0.2 + e)
    m = LINKS[link].mean(eta)
    y = CASES[family].drawn(g, m)
    return {"y": y, "x": x, "z": z, "g": np.array(list("abc"))[k]}


def differences(family, link, seed):
    """The largest difference of a coefficient in standard errors, after each change of the table."""
    rows = table(family, link, seed)

    def fitted(**changed):
        return st.fit(st.glm("y ~ x + z + g", rows | changed, family=family, link=link))

    fit = fitted()
    order = np.random.default_rng(seed + 1).permutation(len(rows["y"]))
    moved = dict(zip(fit.names, fitted(x=rows["x"] + 1e4).estimate, strict=True))
    moved["Intercept"] += 1e4 * moved["x"]
    small = dict(zip(fit.names, fitted(x=1e-6 * rows["x"]).estimate, strict=True))
    small["x"] *= 1e-6
    exchanged = {"a": "c", "b": "b", "c": "a"}
    coded = dict(zip(fit.names, fitted(g=np.array([exchanged[v] for v in rows["g"]])).estimate, strict=True))
    base, b, c = (coded[name] for name in ("Intercept", "g[T.b]", "g[T.c]"))
    coded |= {"Intercept": base + c, "g[T.b]": b - c, "g[T.c]": -c}
    shuffled = dict(zip(fit.names, fitted(**{k: v[order] for k, v in rows.items()}).estimate, strict=True))
    ways = {"origin": moved, "unit": small, "coding": coded, "order": shuffled}
    gaps = {way: np.array([found[name] for name in fit.names]) - fit.estimate for way, found in ways.items()}
    return {way: float(np.abs(gap / fit.se).max()) for way, gap in gaps.items()}


@pytest.mark.parametrize(("family", "link"), PAIRS)
def test_nothing_depends_on_origin_unit_coding_and_order(family, link):
    assert max(differences(family, link, 1).values()) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("seed", [15, 19])
def test_nor_in_other_rows(seed):
    for family, link in PAIRS:
        found = differences(family, link, seed)
        assert max(found.values()) < 1e-9, (family, link, found)


LINES = {
    "log": (1.0, 1.0),
    "inverse": (1.0, 0.4),
    "inverse-squared": (1.0, 0.4),
    "identity": (3.0, 1.0),
    "binomial log": (-1.5, 0.4),
    "binomial identity": (0.5, 0.1),
}
"""Intercept and factor of the columns by which `table` draws; others have 0.2 or 2, and 1."""


@pytest.mark.slow
def test_what_was_drawn_is_recovered():
    for family, link in PAIRS:
        unit = are_shares(family)
        usual = (0.2, 1.0) if unit else (2.0, 1.0)
        start, factor = LINES.get(f"binomial {link}" if unit else link, usual)
        fit = st.fit(st.glm("y ~ x + z + g", table(family, link, 1, 4000), family=family, link=link))
        truth = np.array([start, 0.2 * factor, 0.0, 0.3 * factor, -0.2 * factor])
        truth = dict(zip(["Intercept", "g[T.b]", "g[T.c]", "x", "z"], truth, strict=True))
        if fit.model.others:
            truth[fit.names[-1]] = np.log(CASES[family].last)
        apart = (fit.estimate - [truth[name] for name in fit.names]) / fit.se
        assert np.abs(apart).max() < 4.0, (family, link, apart)


@pytest.mark.nightly
@pytest.mark.parametrize("family", ["gamma", "beta"])
def test_simulation_based_calibration(family):
    """The rank of what was drawn from the prior among posterior draws is uniform (Talts et al. 2018)."""
    g, ranks, of = np.random.default_rng(12), [], {"gamma": -1.0, "beta": 1.5}[family]
    name = {"gamma": "log dispersion", "beta": "log precision"}[family]
    prior = {"Intercept": st.Normal(0, 0.5), "x": st.Normal(0, 0.5), name: st.Normal(of, 0.3)}
    x = g.normal(size=40)
    for seed in range(100):
        beta, last = g.normal(0.0, 0.5, 2), float(np.exp(g.normal(of, 0.3)))
        eta = beta[0] + beta[1] * x
        m = np.exp(eta) if family == "gamma" else 1.0 / (1.0 + np.exp(-eta))
        y = g.gamma(1.0 / last, m * last) if family == "gamma" else g.beta(last * m, last * (1.0 - m))
        y = np.clip(y, 1e-12, None if family == "gamma" else 1.0 - 1e-12)
        model = st.glm("y ~ x", {"y": y, "x": x}, family=family)
        found = st.posterior(model, prior=prior, method="importance", draws=400, chains=1, seed=seed)
        ranks.append((found.draws[0] < np.append(beta, last)).mean(axis=0))
    for j, shares in enumerate(np.array(ranks).T):
        assert stats.kstest(shares, "uniform").pvalue > 1e-3, j
