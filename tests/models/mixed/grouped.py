"""Regressions with random terms as the marginal likelihoods read them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from stattools.data.design.latent_terms import RandomTerm


def term(codes: np.ndarray, **columns: Any) -> RandomTerm:
    """Effects of these columns in each group: `term(g, Intercept=1.0, x=x)`."""
    made = np.column_stack([np.broadcast_to(column, codes.shape).astype(float) for column in columns.values()])
    found, levels = pd.factorize(codes, sort=True)
    name = " + ".join("1" if k == "Intercept" else k for k in columns)
    return RandomTerm(f"({name} | g)", "g", found, tuple(levels.tolist()), tuple(columns), made)


def grouped(fixed: Any, *terms: RandomTerm) -> Any:
    """A regression and its random terms."""
    return SimpleNamespace(fixed=fixed, random=terms, smooths=(), title=fixed.title, n=fixed.n)
