"""The structure of rows with curves, and what it says of them: modes of their coefficients, and the joint covariance of
these and of the coefficients of X.

    u_hat = D g,  g = Z'V^-1 (y - X b),  D = T^2 of each column's curve
    Cov(u_hat - u, b_hat - b) / s2 = [[K + E A E', -E A], [-A E', A]],   K = D - D Z'V^-1 Z D,  E = D Z'V^-1 X
    edf of a curve beside its line = T^2 tr(Z'P Z),   P = V^-1 - V^-1 X A X'V^-1,   A = (X'V^-1 X)^-1

The covariance is that of coefficients given the data under a flat prior of b: Wahba's and Nychka's bands are made of
it. Source: Wood, Generalized Additive Models (2017), 6.10; Nychka, JASA 83 (1988), 1134-1143.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.beside_curves import BesideCurves, NoGroups
from stattools.latent.curve_sums import curve_products
from stattools.latent.deviance import Profile
from stattools.latent.one_curve import one_curve
from stattools.latent.structure import AtFactors, LatentColumns, Structure
from stattools.latent.structures import structure_of


@record
class Curves:
    """The `structure` of rows with curves, and for each curve N (q, q), `back`: b = N u of the coefficients u of its
    columns there, whose squares sum to 1 in a row on average, and `units`, what the columns were divided by.
    """

    structure: Structure
    back: tuple[Floats, ...]
    units: tuple[float, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of columns of each curve."""
        return tuple(len(one) for one in self.back)

    def products(self, evaluated: Any) -> Floats:
        """Z'V^-1 Z (Q, Q) of all curves: a diagonal of one curve alone, whose columns do not meet."""
        Q = sum(self.sizes)
        if isinstance(self.structure, BesideCurves):
            return evaluated.whole[:Q, :Q]
        return np.diag(evaluated.diagonal_blocks[0][0, 0])

    def whole(self, at: Profile) -> Floats:
        """[Z W]'V^-1 [Z W] (Q + m, Q + m)."""
        G = np.concatenate([projected[0].T for projected in at.evaluated.projected[-len(self.back) :]])
        return np.block([[self.products(at.evaluated), G], [G.T, at.evaluated.cross]])

    def seen(self, at: Profile) -> Any:
        """The profile as predictions read it, curves taken for columns of X with a penalty: groups alone are random."""
        covariance = self.effects(at).covariance
        if isinstance(self.structure, BesideCurves):
            evaluated, groups = at.evaluated.of_groups, self.structure.groups  # type: ignore[attr-defined]
        else:
            evaluated, groups = AtFactors(0.0, covariance, (), ()), NoGroups(covariance)
        return GroupsSeen(groups, at.factors[: len(groups.widths)], evaluated, covariance)

    def effects(self, at: Profile) -> CurveEffects:
        """What the profile says of the curves, its last terms."""
        count = len(self.back)
        roots = [T[0, 0] for T in at.factors[-count:]]
        D = np.repeat(np.square(roots), self.sizes)
        G = np.concatenate([projected[0].T for projected in at.evaluated.projected[-count:]])  # Z'V^-1 [X y]
        u = D * (G @ np.append(-at.b, 1.0))
        E = D[:, None] * G[:, :-1]
        moved = E @ at.inverse_gram
        K = np.diag(D) - D[:, None] * self.products(at.evaluated) * D
        covariance = np.block([[K + moved @ E.T, -moved], [-moved.T, at.inverse_gram]])
        parts = zip(roots, at.evaluated.diagonal_blocks[-count:], at.evaluated.projected[-count:], strict=True)
        edf = tuple(float(root**2 * (blocks.sum() - at.lost(projected)[0, 0])) for root, blocks, projected in parts)
        return CurveEffects(u, covariance, edf)


@record
class GroupsSeen:
    """What predictions ask of a `Profile`: the `structure` of groups, their `factors`, what they say, `evaluated`, and
    the covariance of the coefficients of curves and of X.
    """

    structure: Structure
    factors: tuple[Floats, ...]
    evaluated: Any
    inverse_gram: Floats

    @property
    def of(self) -> GroupsSeen:
        """What has the structure: itself."""
        return self


@record
class CurveEffects:
    """At a profile: the modes `u` (Q,) of the coefficients of all curves, in the structure's columns, the `covariance`
    (Q + p, Q + p) of these and of b over s2, and `edf` of each curve beside its line.
    """

    u: Floats
    covariance: Floats
    edf: tuple[float, ...]


def curves(columns: LatentColumns, terms: Sequence[SmoothTerm], root: Floats | None = None) -> Curves:
    """Of the rows `columns`, which are times `root` (n,) already, with curves `terms` as the data have them."""
    terms = terms if root is None else [times(term, root) for term in terms]
    W, n = columns.W, columns.W.shape[1]
    if len(terms) == 1 and not columns.codes:
        structure, back, unit = one_curve(terms[0], W)
        return Curves(structure, (back,), (unit,))
    if not columns.codes:
        return curves_of_products(curve_products(terms, W), [term.width for term in terms], n)
    Z = [term.columns.T for term in terms]
    units = tuple(float(np.sqrt((one * one).sum() / n)) for one in Z)
    Z = [one / unit for one, unit in zip(Z, units, strict=True)]
    groups = structure_of(replace(columns, W=np.concatenate([*Z, W])))
    return _beside(groups, [term.width for term in terms], units)


def curves_of_products(products: Floats, sizes: Sequence[int], n: int) -> Curves:
    """Curves of `sizes` columns alone, of the products [Z W]'[Z W] over n rows."""
    ends = np.cumsum([0, *sizes]).tolist()
    diagonal = products.diagonal()
    units = tuple(float(np.sqrt(diagonal[a:b].sum() / n)) for a, b in pairwise(ends))
    size = np.concatenate([np.repeat(units, sizes), np.ones(len(products) - ends[-1])])
    return _beside(NoGroups(products / np.outer(size, size)), sizes, units)


def _beside(groups: Structure, sizes: Sequence[int], units: tuple[float, ...]) -> Curves:
    structure: Any = BesideCurves(groups, tuple(sizes))
    return Curves(structure, tuple(np.eye(size) / unit for size, unit in zip(sizes, units, strict=True)), units)


def times(term: SmoothTerm, root: Floats) -> SmoothTerm:
    """The curve of rows that are multiplied by `root` (n,)."""
    return replace(term, weight=root if term.weight is None else term.weight * root)
