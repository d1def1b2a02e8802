"""Labels of groups as codes, aligned with the rows that a model kept; rows as a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.formula import require
from stattools.data.tables.columns import coded, missing
from stattools.data.tables.pairing import index_of, same_index
from stattools.data.tables.table import axes, series, table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.kinds import HAC
from stattools.models.model import Model
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class Groups:
    """One code 0 ... n - 1 per row of the model; a row of weight 0 has the code of another and counts nowhere."""

    codes: NDArray[np.intp]
    n: int
    name: str
    labels: Sequence[Any] = ()

    @classmethod
    def read(cls, groups: Any, model: Model, who: str = "Cluster") -> Groups:
        """Groups from the name of a column or from labels, of the rows kept; DomainError where they do not fit.

        `who` asks for them.
        """
        labels, named = labels_of_rows(groups, model, who)
        gaps = missing(labels)
        if gaps.any():
            raise DomainError(
                f"{who}({named or 'groups'}) needs a group for every row; {int(gaps.sum())} have none, the first is "
                f"row {int(np.argmax(gaps))} of the fit (counting from 0). Give them a group, or drop them first."
            )
        codes, known = coded(labels, f"{who}({named or 'groups'})")
        if model.rows.weight is not None:
            used = model.rows.weight > 0
            codes = np.where(used, codes, codes[np.argmax(used)])
        present, codes = np.unique(codes, return_inverse=True)
        name = named or f"{len(present)} groups"
        if len(present) < 2:
            raise DomainError(
                f"{who}({name}) needs two groups or more; all rows are in one. Use other groups, or none (cov='HC1')."
            )
        return cls(codes, len(present), name, [known[k] for k in present])

    def crossed(self, other: Groups) -> Groups:
        """Rows that share both groups."""
        pairs, codes = np.unique(self.codes * np.intp(other.n) + other.codes, return_inverse=True)
        return Groups(codes, len(pairs), f"{self.name} and {other.name}")


def labels_of_rows(groups: Any, model: Model, who: str) -> tuple[Any, str | None]:
    """One label per row of the model as a pandas Series, and the name of the column that they come from."""
    kept, n = model.kept, len(model.rows.X)
    if isinstance(groups, str):
        source = model.source
        if source is None:
            raise IncompatibleError(
                f"{who}({groups!r}) names a column, and {model.title} was given no table, or was loaded without it: "
                "pass the column itself."
            )
        frame = table(source)
        require(groups, frame.names)
        column, named, index = frame.column(groups), groups, None
    else:
        if axes(groups) == 2 and getattr(groups, "shape", (0, 2))[1] > 1:
            raise DomainError(f"{who} needs one label per row; for two ways write Cluster(groups1, groups2).")
        label = getattr(groups, "name", None)
        named = None if label in (None, "") else str(label)
        column = series(groups, named or "groups")
        index = index_of(groups)
    who = f"{who}({named or 'groups'})"
    if len(column) == n:
        same_index("the rows of the fit", model.index, who, index)
        return column, named
    if len(column) != n + model.n_dropped:
        raise DomainError(f"{who} needs one label for each of the {n} rows of the fit; got {len(column)}.")
    if kept is None:
        raise DomainError(
            f"{who} has {len(column)} labels, and the fit has {n} rows after {model.n_dropped} "
            "were dropped for missing values. Drop incomplete rows from the table first, then take the labels from it."
        )
    same_index("the rows of the fit", model.index, who, None if index is None else index[kept])
    return column.iloc[kept].reset_index(drop=True), named


def require_series(model: Model, cov: HAC) -> None:
    """DomainError unless the rows of the model can be read as a series with steps of one."""
    n, kept = len(model.rows.X), model.kept
    if model.rows.weight is not None and (model.rows.weight != 1).any():
        raise DomainError("HAC needs rows in the order of time, each seen once; weights= repeat rows. Leave them out.")
    if cov.lags != "auto" and cov.lags >= n:
        raise DomainError(f"HAC(lags={cov.lags}) needs more rows than lags; the fit has {n}. Use fewer lags.")
    if model.n_dropped and (kept is None or kept[-1] - kept[0] + 1 != n):
        raise DomainError(
            f"HAC needs rows at equal steps of time, and {model.n_dropped} were dropped: rows that "
            "follow each other in the fit may not do so in time. Fill the gaps, or cut the table to complete rows."
        )
