"""A regression of rows whose groups share effects that nobody saw: what its fixed effects answer for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design
from stattools.data.random_design import require_few_effects, require_groups
from stattools.data.random_term import RandomTerm
from stattools.data.smooth_term import SmoothTerm
from stattools.data.tables.origin import Places
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.any_model import AnyModel
from stattools.models.model import Model
from stattools.text.one_line import many


def no_posterior(model: Any) -> IncompatibleError:
    """What is raised where the posterior of a model with curves is asked for."""
    return IncompatibleError(
        f"posterior of {model.title} is not offered: the prior of a curve's roughness has no default. st.fit has the "
        "curves with their bands."
    )


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
    is_concave = False
    is_mixed = True

    @property
    def random(self) -> tuple[RandomTerm, ...]:
        """The random terms over the rows."""
        return self.read.terms

    @property
    def smooths(self) -> tuple[SmoothTerm, ...]:
        """The curves over the rows."""
        return self.read.smooths

    @property
    def varying(self) -> tuple[Any, ...]:
        """All that has a variance: the random terms, then the curves."""
        return (*self.random, *self.smooths)

    def require_groups(self) -> None:
        """DomainError where the groups of these rows tell nothing, which the constructor says of all rows, and a model
        of some of them only where it is fitted.
        """
        for term in self.random:
            require_groups(term, term.levels, len(term.codes))
            if self.has_scale:
                require_few_effects(term, term.levels, len(term.codes), len(term.columns))

    def require_groups_alone(self, who: str) -> None:
        """IncompatibleError where the model has curves, of which `who` knows nothing."""
        if self.smooths:
            names = " and ".join(term.name for term in self.smooths[:3])
            raise IncompatibleError(f"{who} is of effects of groups alone, and the model has the curve {names} beside.")

    @property
    def without_groups(self) -> Model:
        """The regression on the fixed effects."""
        return self.fixed

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fixed effects, and of the other parameters that all groups share."""
        return self.fixed.names

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the columns of the fixed part."""
        return self.fixed.terms

    @property
    def n(self) -> float:
        """Number of observations: rows, or the sum of their frequency weights."""
        return self.fixed.n

    @property
    def X(self) -> Floats:
        """The columns of the fixed effects (n, p)."""
        return np.asarray(self.fixed.rows.X)

    @property
    def y(self) -> Floats:
        """The outcome (n,)."""
        return np.asarray(self.fixed.rows.y)

    @property
    def design(self) -> Design:
        """How columns of a table become those of the fixed effects."""
        return self.fixed.design

    @property
    def formula(self) -> str:
        """The formula with its random parts."""
        return str(self.fixed.formula)

    @property
    def outcome_name(self) -> str:
        """The outcome as the formula writes it."""
        return self.fixed.outcome_name

    @property
    def n_dropped(self) -> int:
        """How many rows were left out."""
        return self.fixed.n_dropped

    @property
    def n_empty(self) -> int:
        """How many of these had no trials."""
        return self.fixed.n_empty

    @property
    def dropped(self) -> Mapping[str, int]:
        """In how many rows each column was missing."""
        return self.fixed.dropped

    @property
    def kept(self) -> NDArray[np.intp] | None:
        """The numbers of the rows that stayed, None where all did."""
        return self.fixed.kept

    @property
    def places(self) -> Places:
        """Where the rows are in their table."""
        return self.fixed.places

    @property
    def source(self) -> Any:
        """The table as it was given."""
        return self.fixed.source

    @property
    def index(self) -> Any:
        """The pandas index of the rows, where the data had one."""
        return self.fixed.index

    @property
    def counted(self) -> str:
        """How many rows and groups there are, in words."""
        rows = self.fixed.rows
        said = many(len(rows.X), "row")
        if rows.weight is not None:
            said += f" standing for {self.n:,.0f} observations (weights)"
        groups = dict.fromkeys((term.group, term.n_levels) for term in self.random)
        return ", ".join([said, *(f"{size:,} levels of {group}" for group, size in groups)])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of how the formula was written."""
        return self.read.said.notes

    @property
    def column_sds(self) -> Floats:
        """The standard deviation of each column."""
        return self.fixed.column_sds

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        rows = self.fixed.rows
        beside = {"precision": rows.precision, "weight": rows.weight, "offset": rows.offset}
        held: dict[str, Any] = {"y": self.y, "X": self.X}
        held |= {name: values for name, values in beside.items() if values is not None}
        for term in self.random:
            held |= {f"{term.name}: codes": term.codes, f"{term.name}: columns": term.z}
        return held
