"""Which parameter of a state each row of a claim is of, where another coding or reference level gives other names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.places import known_places

BESIDE = re.compile(
    r"[/\s]*(ln|log)?[\s_(]*(sigma|scale|residual|alpha|theta|phi|dispersion|disp|precision|var|sd)\b.*", re.I
)
"""Rows of parameters beside the coefficients, which a model of another family has not."""


def rows_of(claim: Claim, names: tuple[str, ...], terms: Mapping[str, str] | None = None) -> NDArray[np.intp] | None:
    """The place of each row among the names, -1 for a parameter beside the coefficients; None where a row has none.

    Rows that no words place are taken in their order where as many parameters are left: R writes g1 and g2 for what
    patsy calls g[S.a] and g[S.b]. The numbers then tell whether that is right.

    >>> from stattools.validation.claims.claim import Claim
    >>> rows_of(Claim("a", ("x", "g1", "g2"), {}), ("Intercept", "x", "g[S.a]", "g[S.b]"))
    array([1, 2, 3])
    """
    here = {theirs: ours for theirs, ours in (terms or {}).items() if ours in names}
    try:
        ours = known_places(claim, SimpleNamespace(names=names), here).ours.copy()
    except DomainError:
        return None
    away = [row for row in np.flatnonzero(ours < 0) if not BESIDE.fullmatch(claim.terms[row])]
    if not away:
        return ours
    left = [
        k for k in range(len(names)) if k not in ours and names[k] != "Intercept" and not names[k].startswith("log ")
    ]
    if len(left) != len(away):
        return None
    ours[away] = left
    return ours
