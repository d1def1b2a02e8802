"""The linear mixed model: rows of one group share effects that nobody saw.

    y_i = x_i'beta + sum_k z_ki'u_k[group of i] + e_i,   u_kj ~ N(0, Sigma_k),   e_i ~ N(0, sigma^2 / precision_i)

Source: Laird & Ware, Biometrics 38 (1982), 963-974; Bates, Maechler, Bolker & Walker (2015).
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.latent_terms import taken
from stattools.data.mixed_rows import MixedRows, mixed_rows
from stattools.data.random_term import RandomTerm
from stattools.data.tables.outcome import numeric
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates, coordinates
from stattools.latent.curves import Curves, curves
from stattools.latent.curves_in_files import SummedCurves, summed_curves
from stattools.latent.deviance import Deviance
from stattools.latent.rows_in_files import SummedRows, summed_rows
from stattools.latent.structure import Structure
from stattools.latent.structures import structure_of
from stattools.likelihoods import Gaussian
from stattools.models.mixed.mixed_density import MixedDensity
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.regressions.binding import bind

AHEAD = 50
"""Rows that are looked at one by one, whether the outcome varies within groups, before all are together."""
TITLE = "Linear mixed model"
WITH_CURVES = "Linear regression with curves"
NORMAL = Gaussian()


def linear_mixed(formula: str, data: Any, /, *, precision: str | ArrayLike | None = None) -> LinearMixed:
    """A linear mixed model: y_i = x_i'beta + z_i'u[group of i] + e_i, u ~ N(0, Sigma), e_i ~ N(0, sigma^2).

    `formula` is "y ~ x + (x | g)" over the columns of `data`, a table or a dict of arrays. `(1 | g)` is a level of each
    group, `(x | g)` a level and a slope of x that may be correlated, `(0 + x | g)` a slope alone, `(x || g)` both
    without correlation, which depends on where x is 0; `(1 | a/b)` is b within a, and `(1 | a) + (1 | b)` are groups
    that cross. Groups are labels, also where they are numbers. `s(x, k=20)` is a smooth curve of x, `s(x, by=g)` one
    for each level of a factor g, or one that a number g multiplies. `precision` are relative inverse variances of the
    residuals: a column's name or an array; there are no frequency weights, since repeated rows of a group are not
    independent.

    `st.fit(model, reml=True)` maximizes the restricted likelihood, `reml=False` the likelihood itself. Raises
    DomainError for data, groups and columns that tell nothing, IncompatibleError for a formula without groups and
    curves.

    A curve is a cubic spline over equally spaced knots, those of mgcv's `ps`, whose k coefficients have second
    differences N(0, tau^2): sigma^2 / tau^2 is the penalty lambda. It stands beside a line, the column center(x), and
    sums to zero over the rows. The restricted likelihood is that of lines whose coefficients have length 1, as mgcv's.
    Source: Bates, Maechler, Bolker & Walker, Journal of Statistical Software 67 (2015); Eilers & Marx, Statistical
    Science 11 (1996).

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 2.0, 5.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> model = st.linear_mixed("y ~ x + (1 | g)", table)
    >>> model.names, model.random[0].name, model.random[0].levels
    (('Intercept', 'x'), '(1 | g)', ('a', 'b'))
    """
    read = mixed_rows("st.linear_mixed", formula, data, {"precision": precision})
    y = numeric(read.data.outcome, read.data.outcome_name)
    title = TITLE if read.said.random else WITH_CURVES
    fixed = bind("ols", title, NORMAL, read.data, y)
    if read.curves:
        of_curves = summed_curves(read, y)
        return LinearMixed(replace(read, smooths=of_curves.smooths), fixed, "linear_mixed", title, of_curves)
    if read.every is not None:
        summed = summed_rows("st.linear_mixed", read, y)
        read = replace(read, terms=summed.terms, random=summed.random)
        return LinearMixed(read, fixed, "linear_mixed", TITLE, summed)
    model = LinearMixed(read, fixed, "linear_mixed", title)
    model.require_variation()
    return model


@record
class LinearMixed(MixedModel):
    """What `st.linear_mixed` returns: the rows that were `read` with their random terms, and `fixed`, the same rows as
    a linear regression on the fixed effects; `summed` are the sums of rows in files or on a cluster.
    """

    read: MixedRows
    fixed: Model
    kind: str = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]
    summed: SummedRows | SummedCurves | None = None
    has_scale = True
    options = ("reml", "df", "certify")

    @property
    def precision(self) -> Floats | None:
        """The relative inverse variances of the residuals (n,); None where all are alike."""
        return self.fixed.rows.precision

    @property
    def widths_of_one_group(self) -> tuple[int, ...] | None:  # type: ignore[override]
        """How many effects of a group each term has; None where groups differ, of curves, and of rows in files."""
        if self.summed is not None or self.smooths:
            return None
        first, *others = self.random
        alike = all(np.array_equal(term.codes, first.codes) for term in others)
        return tuple(len(term.columns) for term in self.random) if alike else None

    @property
    def is_saved(self) -> bool:  # type: ignore[override]
        """Files keep the effects of groups, and no curves."""
        return not self.smooths

    @property
    def density(self) -> MixedDensity:
        """The likelihood in fixed effects, variances and correlations: what a posterior is made of."""
        self.require_groups_alone("the posterior of a linear mixed model")
        return MixedDensity.of(self, self.structure)

    @cached_property
    def coordinates(self) -> Coordinates:
        """The rows in coordinates that do not depend on origin and unit."""
        if self.summed is not None:
            return self.summed.coordinates
        try:
            return coordinates(self.X, self.y, self.random, self.precision, self.names)
        except IdentificationError as error:
            if not self.smooths:
                raise
            names = " and ".join(term.name for term in self.smooths[:3])
            raise IdentificationError(
                f"{error.message} {names} has a line of its own among the columns, which another term of the same "
                "variable, such as poly or bs, or a multiple of it has too: leave that out."
            ) from None

    @cached_property
    def structure(self) -> Structure:
        """What knows the random terms."""
        return self.summed.structure if self.summed is not None else self.structure_over(self.coordinates)

    def structure_over(self, found: Coordinates) -> Structure:
        """What knows the random terms and the curves, over rows in these coordinates."""
        if not self.smooths:
            return structure_of(found.columns)
        return (self.curves if found is self.coordinates else curves(found.columns, self.smooths, self._root)).structure

    @property
    def _root(self) -> Floats | None:
        return None if self.precision is None else np.sqrt(self.precision)

    @cached_property
    def curves(self) -> Curves:
        """The structure with curves, and the way back to their coefficients."""
        if isinstance(self.summed, SummedCurves):
            return self.summed.curves
        return curves(self.coordinates.columns, self.smooths, self._root)

    def deviance_over(self, found: Coordinates, reml: bool) -> Deviance:
        """-2 log L, restricted or not, over rows in these coordinates."""
        structure = self.structure if found is self.coordinates else self.structure_over(found)
        made = Deviance.of(structure, found, reml)
        lines = sum(term.log_line for term in self.smooths)
        return replace(made, constant=made.constant - 2.0 * lines) if reml and lines else made

    def subset(self, which: slice | NDArray[np.intp]) -> LinearMixed:
        """The model of the rows that a slice or an array of their numbers picks, with the levels that these have."""
        terms = tuple(taken(term, which) for term in self.random)
        smooths = tuple(term.take(which) for term in self.smooths)
        return replace(self, read=replace(self.read, terms=terms, smooths=smooths), fixed=self.fixed.subset(which))

    def require_variation(self) -> None:
        """IdentificationError where y is constant within the groups of a term whose effects can make that, as those
        of (1 | g) can: the residual variance is then 0.
        """
        if (term := self._makes_outcome) is not None:
            raise IdentificationError(
                f"{self.title}: {self.outcome_name} is constant within each level of {term.group!r}, so that the "
                f"residual variance is 0 and the likelihood has no maximum. Give one row per level to st.ols, or "
                "an outcome that varies within groups."
            )

    @cached_property
    def _makes_outcome(self) -> RandomTerm | None:
        """The first term whose effects can make the outcome."""
        y = self.y
        for term in self.random:
            if _one_each(y, term.codes, term.n_levels) and _makes_constants(term):
                return term
        return None


def _one_each(y: Floats, codes: NDArray[np.intp], size: int) -> bool:
    """Whether y is one number in all rows of each code; as a rule two of the first rows tell that it is not."""
    seen: dict[int, float] = {}
    ahead = zip(codes[:AHEAD].tolist(), y[:AHEAD].tolist(), strict=True)
    if any(seen.setdefault(code, one) != one for code, one in ahead):
        return False
    first = np.empty(size)
    first[codes[::-1]] = y[::-1]
    return bool((y == first[codes]).all())


def _makes_constants(term: RandomTerm) -> bool:
    """Whether effects of a group can be the same number in all its rows, as those of (1 | g), not of (0 + x | g)."""
    ones = np.ones(len(term.z))
    return np.allclose(term.z @ np.linalg.lstsq(term.z, ones)[0], ones, rtol=0.0, atol=1e-10)
