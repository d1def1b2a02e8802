"""Mixed models: rows of one group share random effects, and curves are smooth functions of a variable.

    linear      y_i = x_i'beta + sum_k z_ki'u_k[group of i] + e_i,   u_kj ~ N(0, Sigma_k),  e_i ~ N(0, sigma^2 / w_i)
    regression  y_i ~ p(y | eta_i),   eta_i = x_i'beta + sum_k z_ki'u_k[group of i] + offset_i
    Cox         h(t | x) = h_0(t) exp(x beta + sum of f_k(x_k)),   f_k as rough as the restricted likelihood says

Effects are added to the first linear predictor, that of the mean; of labels in order they move all thresholds.
Source: Laird & Ware, Biometrics 38 (1982), 963-974; Breslow & Clayton, JASA 88 (1993), 9-25; Bates, Maechler, Bolker &
Walker (2015); Wood, Pya & Saefken, JASA 111 (2016), 1548-1563, 3.3; Gray, JASA 87 (1992), 942-951.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from stattools.data.design.latent_terms import LatentTerms, curves_of, learn_smooth, require_groups
from stattools.data.formula.parts import MixedFormula
from stattools.data.survival_data import SurvivalRows
from stattools.errors import IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates, coordinates
from stattools.latent.deviance import Curves, Deviance, curves
from stattools.latent.elimination import Structure, structure_of
from stattools.latent.sums import SummedCurves, SummedRows
from stattools.likelihoods import Likelihood
from stattools.models.mixed.density import JointDensity, MixedDensity, no_posterior
from stattools.models.mixed.marginal import AllCoefficients, ByCoefficients, ByLaplace, coefficients_of_categories
from stattools.models.model import Model
from stattools.models.questions import AnyModel, ModelFacts, answer_of, rows_counted
from stattools.models.survival.cox import CoxRegression, bound, whitened


class MixedModel(AnyModel):
    """What a mixed model says of its rows: it has `fixed`, the same rows as a regression on the fixed effects, and
    `read`, what the formula said of groups.
    """

    read: Any
    fixed: Model
    summed: Any = None
    """Sums over rows in files, of a linear mixed model."""
    widths_of_one_group: tuple[int, ...] | None = None
    """How many effects of a group each term has, of a linear mixed model in memory whose terms have the same groups and
    that has no curves.
    """
    facts = ModelFacts(is_mixed=True, has_density=True)

    random = answer_of("read.terms", "The random terms over the rows.")
    smooths = answer_of("read.smooths", "The curves over the rows.")
    remarks = answer_of("read.said.notes", "What is to be said of how the formula was written.")
    names = answer_of("fixed.names", "Names of the fixed effects, and of the other parameters that all groups share.")
    terms = answer_of("fixed.terms", "Names of the columns of the fixed part.")
    n = answer_of("fixed.n", "Number of observations: rows, or the sum of their frequency weights.")
    design = answer_of("fixed.design", "How columns of a table become those of the fixed effects.")
    formula = answer_of("fixed.formula", "The formula with its random parts.")
    outcome_name = answer_of("fixed.outcome_name", "The outcome as the formula writes it.")
    n_dropped = answer_of("fixed.n_dropped", "How many rows were left out.")
    n_empty = answer_of("fixed.n_empty", "How many of these had no trials.")
    dropped = answer_of("fixed.dropped", "In how many rows each column was missing.")
    kept = answer_of("fixed.kept", "The numbers of the rows that stayed, None where all did.")
    places = answer_of("fixed.places", "Where the rows are in their table.")
    source = answer_of("fixed.source", "The table as it was given.")
    index = answer_of("fixed.index", "The pandas index of the rows, where the data had one.")
    X: Any = property(lambda self: np.asarray(self.fixed.rows.X))
    """The columns of the fixed effects (n, p)."""

    @property
    def by_category(self) -> bool:
        """Has each category curves of its own?"""
        return self.fixed.predictor.n_first > 1 and not self.random

    @property
    def _left_out(self) -> str:
        return self.fixed._left_out

    @property
    def varying(self) -> tuple[Any, ...]:
        """All that has a variance: the random terms, then the curves."""
        return (*self.random, *self.smooths)

    def require_groups(self) -> None:
        """DomainError where the groups of these rows tell nothing, which the constructor says of all rows, and a model
        of some of them only where it is fitted.
        """
        for term in self.random:
            require_groups(term, term.levels, len(term.codes), len(term.columns) if self.has_scale else 0)

    def require_groups_alone(self, who: str) -> None:
        """IncompatibleError where the model has curves, of which `who` knows nothing."""
        if self.smooths:
            names = " and ".join(term.name for term in self.smooths[:3])
            raise IncompatibleError(f"{who} is of effects of groups alone, and the model has the curve {names} beside.")

    @property
    def y(self) -> Floats:
        """The outcome (n,)."""
        return np.asarray(self.fixed.rows.y)

    @property
    def counted(self) -> str:
        """How many rows and groups there are, in words."""
        groups = dict.fromkeys((term.group, term.n_levels) for term in self.random)
        levels = (f"{size:,} levels of {group}" for group, size in groups)
        return ", ".join([rows_counted(self.fixed.rows, self.n), *levels])

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        rows = self.fixed.rows
        beside = {"precision": rows.precision, "weight": rows.weight, "offset": rows.offset}
        held: dict[str, Any] = {"y": self.y, "X": self.X}
        held |= {name: values for name, values in beside.items() if values is not None}
        for term in self.random:
            held |= {f"{term.name}: codes": term.codes, f"{term.name}: columns": term.z}
        return held


TITLE = "Linear mixed model"

WITH_CURVES = "Linear regression with curves"


@record
class LinearMixed(MixedModel):
    """What `st.linear_mixed` returns: the rows that were `read` with their random terms, and `fixed`, the same rows as
    a linear regression on the fixed effects; `summed` are the sums of rows in files or on a cluster.
    """

    read: LatentTerms
    fixed: Model
    kind: str = field()
    title: str = field()
    summed: SummedRows | SummedCurves | None = None
    has_scale = True
    facts = ModelFacts(is_saved=True, is_mixed=True, has_density=True, options=("reml", "df", "certify"))
    precision = answer_of("fixed.rows.precision", "Relative inverse variances of the residuals (n,), or None.")

    @property
    def widths_of_one_group(self) -> tuple[int, ...] | None:  # type: ignore[override]
        """How many effects of a group each term has; None where groups differ, of curves, and of rows in files."""
        if self.summed is not None or self.smooths:
            return None
        first, *others = self.random
        alike = all(np.array_equal(term.codes, first.codes) for term in others)
        return tuple(len(term.columns) for term in self.random) if alike else None

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
        return replace(self, read=self.read.take(which), fixed=self.fixed.subset(which))

    def require_variation(self) -> None:
        """IdentificationError where y is constant within the groups of a term whose effects can make that, as those
        of (1 | g) can: the residual variance is then 0.
        """
        if self._constant_within:
            raise IdentificationError(
                f"{self.title}: {self.outcome_name} is constant within each level of {self._constant_within[0]!r}, so "
                "that the residual variance is 0 and the likelihood has no maximum. Give one row per level to st.ols, "
                "or an outcome that varies within groups."
            )

    @cached_property
    def _constant_within(self) -> list[str]:
        """Groups within which y is constant, whose effects can make that."""
        y, ones, found = self.y, np.ones(len(self.y)), []
        for term in self.random:
            first = np.empty(term.n_levels)
            first[term.codes[::-1]] = y[::-1]
            if (y == first[term.codes]).all() and np.allclose(
                term.z @ np.linalg.lstsq(term.z, ones)[0], ones, rtol=0.0, atol=1e-10
            ):
                found.append(term.group)
        return found


def require_whole_line(title: str, likelihood: Likelihood) -> None:
    """IncompatibleError for a link that has means for some linear predictors only: normal effects lead beyond these."""
    low, high = likelihood.facts.domain
    if np.isfinite([low, high]).any():
        raise IncompatibleError(
            f"{title} has means for linear predictors between {low:g} and {high:g} only, and effects that are normal "
            "lead beyond them: give a link that takes every number, such as log for positive means and logit for "
            "probabilities."
        )


@record
class MixedRegression(MixedModel):
    """What `st.logistic`, `st.poisson` and other regressions return for a formula with effects of groups: what the
    formula said of these, `read`, and `fixed`, the same rows as a regression without them.
    """

    read: LatentTerms
    fixed: Model
    kind: str = field()
    title: str = field()
    facts = ModelFacts(is_saved=True, is_mixed=True, has_density=True, options=("integral", "nodes"))

    likelihood = answer_of("fixed.likelihood", "What one row says about its linear predictors.")
    rows = answer_of("fixed.rows", "The rows without what is known of their groups.")
    labels = answer_of("fixed.labels", "The categories of the outcome, or None.")
    extras = answer_of("fixed.extras", "What was given beside the columns of the formula.")

    @property
    def laplace(self) -> ByLaplace | ByCoefficients:
        """The likelihood with the effects integrated out by Laplace's approximation."""
        return ByCoefficients.of(self) if self.by_category else ByLaplace.of(self)

    @cached_property
    def coefficients(self) -> AllCoefficients:
        """All coefficients of a regression of categories."""
        return coefficients_of_categories(self)

    @property
    def density(self) -> JointDensity:
        """The likelihood with the effects among the parameters: what a posterior is drawn from."""
        return JointDensity.of(self)

    def subset(self, which: slice | NDArray[np.intp]) -> MixedRegression:
        """The model of the rows that a slice or an array of their numbers picks, with the levels that these have."""
        return replace(self, read=self.read.take(which), fixed=self.fixed.subset(which))


def curved_cox(rows: SurvivalRows, ties: str) -> CurvedCox:
    """The model of rows that were read with a formula that has curves.

    Raises IncompatibleError for clusters and exact ties, beside what `bound` and curves raise.
    """
    if "cluster" in rows.labels:
        raise IncompatibleError(
            "cluster= of st.cox asks for robust standard errors, and those of curves are of the penalized likelihood: "
            "leave cluster= out, or write bs(x, df=5), a spline without a penalty, in the place of s(x)."
        )
    lines, parts, notes = curves_of(rows.said, rows.columns)
    fixed = bound("st.cox", "cox", "Cox regression", replace(rows, said=lines), ties)
    some = [k for k, name in enumerate(fixed.design.names) if name != "Intercept"]  # those with a coefficient
    kept: dict[int | None, int] = {k: place for place, k in enumerate(some)}
    smooths = tuple(
        replace(term, slope=kept.get(term.slope), height=kept.get(term.height))
        for part in parts
        for term in learn_smooth(part, lines, fixed.design, rows)
    )
    said = MixedFormula(rows.said, (), rows.said.text, notes)
    return CurvedCox.of(fixed, LatentTerms(said, (), (), smooths))


@record
class CurvedCox(MixedModel):
    """What `st.cox` returns for a formula with curves: what was read of these, and `fixed`, the regression on the lines
    of the curves and on all other columns.
    """

    read: LatentTerms
    fixed: CoxRegression  # type: ignore[assignment]
    whole: CoxRegression
    kind: str = field()
    title: str = field()
    exponential = "hazard ratio"
    kept = answer_of("fixed.said.kept", "The numbers of the rows that stayed, None where all did.")
    source = answer_of("fixed.said.source", "The table as it was given.")
    _not_seen = answer_of("fixed._not_seen", "Levels of factors that no row has, in words.")
    n_telling = answer_of("fixed.sets.total", "The number of events, which Schwarz's criterion counts.")
    X = answer_of("fixed.X", "The columns of lines and all others (n, p).")
    formulas = answer_of("fixed.formulas", "What a page says of how the model was made.")
    index = answer_of("fixed.places.origin.index", "The pandas index of the rows, where the data had one.")

    @classmethod
    def of(cls, fixed: CoxRegression, read: LatentTerms) -> CurvedCox:
        """The model with the regression on lines and other columns; IncompatibleError for exact ties."""
        if fixed.exact is not None:
            raise IncompatibleError(
                "curves of st.cox go with ties of Efron or Breslow: the exact likelihood of ties has no third "
                "derivatives here, which the restricted likelihood needs. Leave ties= out."
            )
        wiggles = [smooth.columns for smooth in read.smooths]
        whole = replace(fixed, X=np.column_stack([fixed.X, *wiggles]), design=fixed.design.curved(read.smooths))
        whole = whole.taken(np.arange(len(fixed.X)))
        return cls(read, fixed, whole, fixed.kind, f"{fixed.title} {read.said_of}")

    @property
    def laplace(self) -> ByCoefficients:
        """The likelihood with all coefficients integrated out."""
        return ByCoefficients.of(self)

    @cached_property
    def coefficients(self) -> AllCoefficients:
        """All coefficients, in coordinates that do not depend on origin and unit of columns."""
        Z, p = self.whole.Z, len(self.fixed.Z)
        ends = p + np.cumsum([0, *(smooth.width for smooth in self.smooths)])
        blocks = tuple(np.arange(a, b) for a, b in pairwise(ends.tolist()))
        sizes = np.array([np.sqrt((Z[block] ** 2).sum() / Z.shape[1]) for block in blocks])
        scales = [np.eye(len(block)) / size for block, size in zip(blocks, sizes, strict=True)]
        T: Floats = np.asarray(block_diag(whitened(Z[:p]), *scales))
        return AllCoefficients(replace(self.whole, Z=T.T @ Z), T, np.arange(p), self.smooths, blocks, sizes)

    @property
    def counted(self) -> str:
        """How many rows and events there are, in words."""
        return self.fixed.counted

    @property
    def density(self) -> Any:
        """IncompatibleError: a posterior is not offered."""
        raise no_posterior(self)

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        return self.whole.arrays()
