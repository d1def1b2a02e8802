"""Cox's regression with curves: log hazards follow curves of variables, and nothing is said of their shape in time.

    h(t | x) = h_0(t) exp(x beta + sum of f_k(x_k))

The partial likelihood with the roughness of each f_k penalized, as much as the restricted likelihood says.
Source: Wood, Pya & Saefken, JASA 111 (2016), 1548-1563, 3.3; Gray, JASA 87 (1992), 942-951.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from stattools.data.curved_design import CurvedDesign
from stattools.data.formula.random_parts import MixedFormula
from stattools.data.latent_terms import LatentTerms
from stattools.data.smooth_design import curves_of, learn_smooth
from stattools.data.survival_rows import SurvivalRows
from stattools.data.tables.origin import Places
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.mixed.by_coefficients import AllCoefficients, ByCoefficients
from stattools.models.mixed.mixed_model import MixedModel, no_posterior
from stattools.models.survival.columns_at_risk import whitened
from stattools.models.survival.cox import CoxRegression, bound


def curved_cox(rows: SurvivalRows, ties: str) -> CurvedCox:
    """The model of rows that were read with a formula that has curves.

    Raises IncompatibleError for clusters and exact ties, beside what `bound` and curves raise.
    """
    if "cluster" in rows.labels:
        raise IncompatibleError(
            "cluster= of st.cox asks for robust standard errors, and those of curves are of the penalized likelihood: "
            "leave cluster= out, or write bs(x, df=5), a spline without a penalty, in the place of s(x)."
        )
    formula = rows.said.formula
    lines, parts, notes = curves_of(formula, rows.columns)
    fixed = bound("st.cox", "cox", "Cox regression", replace(rows, said=replace(rows.said, formula=lines)), ties)
    kept: dict[int | None, int] = {k: place for place, k in enumerate(_kept(fixed.design.names))}
    smooths = tuple(
        replace(term, slope=kept.get(term.slope), height=kept.get(term.height))
        for part in parts
        for term in learn_smooth(part, lines, fixed.design, rows.columns, rows.rows, rows.weights)
    )
    said = MixedFormula(formula, (), formula.text, notes)
    return CurvedCox.of(fixed, LatentTerms(said, (), (), smooths))


def _kept(names: Sequence[str]) -> list[int]:
    """The columns that have a coefficient: all but the intercept."""
    return [k for k, name in enumerate(names) if name != "Intercept"]


@record
class CurvedCox(MixedModel):
    """What `st.cox` returns for a formula with curves: what was read of these, and `fixed`, the regression on the lines
    of the curves and on all other columns.
    """

    read: LatentTerms
    fixed: CoxRegression  # type: ignore[assignment]
    whole: CoxRegression
    kind: str = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]
    exponential = "hazard ratio"

    @classmethod
    def of(cls, fixed: CoxRegression, read: LatentTerms) -> CurvedCox:
        """The model with the regression on lines and other columns; IncompatibleError for exact ties."""
        if fixed.exact is not None:
            raise IncompatibleError(
                "curves of st.cox go with ties of Efron or Breslow: the exact likelihood of ties has no third "
                "derivatives here, which the restricted likelihood needs. Leave ties= out."
            )
        wiggles = [smooth.columns for smooth in read.smooths]
        whole = replace(fixed, X=np.column_stack([fixed.X, *wiggles]), design=CurvedDesign.of(fixed.design, read))
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
    def density(self) -> Any:
        """IncompatibleError: a posterior is not offered."""
        raise no_posterior(self)

    @property
    def X(self) -> Floats:
        """The columns of lines and all others (n, p)."""
        return self.fixed.X

    @property
    def n_dropped(self) -> int:
        """How many rows were left out."""
        return self.fixed.n_dropped

    @property
    def n_empty(self) -> int:
        """None has no trials."""
        return 0

    @property
    def dropped(self) -> Mapping[str, int]:
        """In how many rows each column was missing."""
        return self.fixed.dropped

    @property
    def kept(self) -> NDArray[np.intp] | None:
        """The numbers of the rows that stayed, None where all did."""
        return self.fixed.said.kept

    @property
    def places(self) -> Places:
        """Where the rows are in their table."""
        return self.fixed.places

    @property
    def source(self) -> Any:
        """The table as it was given."""
        return self.fixed.said.source

    @property
    def index(self) -> Any:
        """The pandas index of the rows, where the data had one."""
        return None if self.fixed.said.origin is None else self.fixed.said.origin.index

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        return self.fixed.formulas

    @property
    def counted(self) -> str:
        """How many rows and events there are, in words."""
        return self.fixed.counted

    @property
    def not_seen(self) -> tuple[str, ...]:
        """Levels of factors that no row has, in words."""
        return self.fixed.not_seen

    @property
    def n_telling(self) -> float:
        """The number of events, which Schwarz's criterion counts."""
        return self.fixed.sets.total

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        return self.whole.arrays()
