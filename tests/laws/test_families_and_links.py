"""No family and link of st.glm depends on origin, unit, coding or order of rows: the same to 1e-9 standard errors.

Rows are random, of a size that is; a night draws more of them.
"""

import numpy as np
import pytest

import stattools as st
from stattools.likelihoods.links import LINKS
from stattools.models.regressions.glm import GENERALIZED

PAIRS = [(family, link) for family, kind in GENERALIZED.items() for link in kind.links]


def table(family, link, seed):
    """Rows whose means the link has, and their outcomes."""
    g = np.random.default_rng(seed)
    n = int(g.choice([60, 200, 500]))
    x, z, k = g.normal(size=n), g.normal(size=n), g.integers(0, 3, n)
    e = 0.3 * x - 0.2 * z + 0.2 * (k == 1)
    apart = {"log": 1.0 + e, "inverse": 1.0 + 0.4 * e, "inverse-squared": 1.0 + 0.4 * e, "identity": 3.0 + e}
    eta = apart.get(link, 2.0 + e)
    eta = eta if link == "log" else np.maximum(eta, 0.2)
    if family in ("binomial", "beta"):
        eta = {"log": np.minimum(0.4 * e - 1.5, -0.05), "identity": np.clip(0.5 + 0.1 * e, 0.1, 0.9)}.get(link, 0.2 + e)
    m = LINKS[link].mean(eta)
    y = {
        "normal": lambda: m + 0.3 * g.normal(size=n),
        "binomial": lambda: g.binomial(1, m).astype(float),
        "poisson": lambda: g.poisson(m),
        "gamma": lambda: g.gamma(2.0, m / 2.0),
        "inverse-gaussian": lambda: g.wald(m, 4.0),
        "negative-binomial": lambda: g.negative_binomial(2, 2.0 / (2.0 + m)),
        "beta": lambda: np.clip(g.beta(6.0 * m, 6.0 * (1.0 - m)), 1e-9, 1.0 - 1e-9),
    }[family]()
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
