"""Is the posterior a distribution? Proper priors always make one; flat ones only where the data determine the rest.

A flat prior leaves the posterior improper where the likelihood does not fall along some direction of the coefficients
that have it: where columns are combinations of others, or where they separate the outcomes. For `st.ols` with flat
sigma the density falls like sigma^-(n - p), which has a finite integral for n - p > 1 only. Source: Albert & Anderson
(1984); Gelman et al., Bayesian Data Analysis (2013), sec. 14.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.existence import check_rank, check_size, separation
from stattools.model import Model
from stattools.priors.assignment import Priors
from stattools.priors.flat import Flat

REMEDY = "Give them a proper prior, such as st.Normal(0, 2.5), or leave prior= out for the weakly informative default."


def check_propriety(model: Any, priors: Priors) -> None:
    """IdentificationError, with the reason, where a flat prior leaves the posterior improper.

    >>> import stattools as st
    >>> from stattools.priors.assignment import assign
    >>> model = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], names=["dose"])
    >>> check_propriety(model, assign(model, {"Intercept": st.Flat()}))
    >>> check_propriety(model, assign(model, st.Flat()))
    Traceback (most recent call last):
    ...
    stattools.errors.IdentificationError: the posterior of Logistic regression is improper: under the flat prior ...
    """
    if priors.is_proper or not isinstance(model, Model):
        return
    p = len(model.terms)
    count = model.predictor.size - len(model.predictor.extra)
    flat = np.array([isinstance(prior, Flat) for prior in priors.each])
    columns = flat[:count].reshape(-1, p)
    some = columns.any(axis=0)
    if some.any():
        part = _among(model, some) if not some.all() else model
        try:
            check_size(part)
            check_rank(part)
        except IdentificationError as error:
            raise IdentificationError(
                f"the posterior of {model.title} is improper: under the flat prior of {_listed(model, some)} the data "
                f"do not determine them. {error} {REMEDY}"
            ) from error
        found = None if model.has_scale else separation(part)
        if found is not None and _within(found.directions, columns[:, some]):
            raise IdentificationError(
                f"the posterior of {model.title} is improper: under the flat prior of {_listed(model, some)} the "
                f"outcomes are separated ({found}), and the likelihood never falls in that direction. {REMEDY}"
            )
    if model.has_scale and flat[-1]:
        spare = model.n - int(columns.sum())
        if spare <= 1:
            raise IdentificationError(
                f"the posterior of {model.title} is improper: with sigma flat it needs at least two more observations "
                f"than coefficients with a flat prior; got {model.n:g} and {int(columns.sum())}. Use "
                "sigma=st.HalfCauchy(scale) or more rows."
            )


def _among(model: Model, some: Any) -> Model:
    """The model of the chosen columns alone: directions along which the others stay where they are."""
    names = tuple(np.array(model.terms)[some].tolist())
    design = _Names(names)
    predictor = model.predictor
    count = int(some.sum())
    narrow: Any = replace(predictor, columns=count)
    rows = replace(model.rows, X=model.rows.X[:, some])
    changes: Any = {"design": design, "predictor": narrow, "rows": rows}
    return replace(model, **changes)


class _Names:
    """Stands for a design of which only the names are needed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.formula = None


def _within(directions: Any, flat: Any) -> bool:
    """Does a direction move coefficients with flat priors only? For one block of coefficients always."""
    return bool(flat.all() or any(not np.any((np.abs(d.reshape(flat.shape)) > 1e-9) & ~flat) for d in directions))


def _listed(model: Model, some: Any) -> str:
    names = [name for name, chosen in zip(model.terms, some, strict=True) if chosen]
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
