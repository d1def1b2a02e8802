"""Mixed regressions of a regression and its terms, made by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

import stattools as st
from stattools.data.design.latent_terms import RandomTerm
from stattools.models.mixed.marginal import ByLaplace


class SmallMixed(SimpleNamespace):
    """A regression with its terms, and its likelihood."""

    @property
    def laplace(self) -> ByLaplace:
        return ByLaplace.of(self)


def term(groups, name, z=None, columns=("Intercept",)):
    """A random term of these groups, of the columns of z, by default a constant."""
    levels, codes = np.unique(groups, return_inverse=True)
    z = np.ones((len(codes), 1)) if z is None else z
    return RandomTerm(f"({' + '.join(columns)} | {name})", name, codes, tuple(levels), columns, z)


def mixed(fixed, *terms, smooths=()):
    """What Laplace's approximation asks of a mixed regression."""
    return SmallMixed(fixed=fixed, random=terms, smooths=smooths, title=fixed.title, n=fixed.n)


def crossed(kind=st.logistic, origin=0.0, unit=1.0, n=400, sizes=(12, 7), spread=(1.0, 0.7), slopes=True, seed=8):
    """Two factors that cross; effects of x in the first where it has `slopes`."""
    rng = np.random.default_rng(seed)
    g, h, x = (rng.integers(0, size, n) for size in (*sizes, 20))
    x = x * 0.1
    eta = 0.3 - 0.4 * x + spread[0] * rng.normal(size=sizes[0])[g] + spread[1] * rng.normal(size=sizes[1])[h]
    eta += slopes * rng.normal(size=sizes[0])[g] * x
    draws = {
        st.logistic: lambda: rng.random(n) < 1 / (1 + np.exp(-eta)),
        st.poisson: lambda: rng.poisson(np.exp(eta)),
        st.ordinal: lambda: np.digitize(eta + rng.logistic(size=n), [-1.0, 0.5, 2.0]),
        st.negative_binomial: lambda: rng.negative_binomial(2.0, 2.0 / (2.0 + np.exp(eta))),
    }
    table = pd.DataFrame({"y": draws[kind]().astype(int), "x": origin + unit * x})
    z = np.column_stack([np.ones(n), table.x])
    first = term(g, "g", z, ("Intercept", "x")) if slopes else term(g, "g")
    return mixed(kind("y ~ x", table), first, term(h, "h"))
