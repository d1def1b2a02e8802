"""The meat of a sandwich covariance of Cox's regression, from the scores of the rows: dfbeta of rows, or of clusters.

    V = C M C,   M = sum of U_i U_i' over rows, which weights repeat, or over clusters of their sums

R's `robust` and `cluster` are "HC0" and `Cluster(correction="none")`. Source: Lin & Wei, JASA 84 (1989), 1074-1078.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.errors import IncompatibleError
from stattools.inference.covariance.groups import Groups
from stattools.inference.covariance.sandwich import NO_LEVERAGE, add_by_group, closed
from stattools.interface.arrays import Floats
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.row_scores import on_all_rows, score_rows


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """What labels of groups are read beside: the rows of the model, and the table that they came from."""

    title: str
    rows: Rows
    kept: Any
    source: Any
    index: Any
    n_dropped: int


@dataclass(frozen=True, eq=False)
class SurvivalScores:
    """Scores of the rows of a Cox regression at theta; B is the inverse information."""

    model: CoxRegression
    theta: Floats
    B: Floats

    @cached_property
    def scores(self) -> Floats:
        """(n, p), not times the weights."""
        if self.model.exact is not None:
            raise IncompatibleError(
                f'{self.model.title} with ties="exact" has no score for each row, as rows of one tie share it: robust '
                'standard errors need ties="efron" or "breslow".'
            )
        at = self.model.at(self.theta)
        return on_all_rows(score_rows(at), at, self.model.said.n).T

    @property
    def labelled(self) -> Any:
        """The rows, for `Groups.read`."""
        said, places = self.model.said, self.model.places
        index = places.origin.index
        index = index if index is None or said.kept is None else index[said.kept]
        rows = Rows(np.empty((said.n, 0)), np.zeros(said.n), said.weights)
        return LabelledRows(self.model.title, rows, said.kept, said.source, index, said.n_dropped)

    def independent(self, kind: str) -> Floats:
        """The meat of HC0 and HC1, without a factor."""
        if kind not in NO_LEVERAGE:
            raise IncompatibleError(f"cov={kind!r} divides by leverages, which rows of {self.model.title} do not have.")
        weights = self.model.said.weights
        return self.scores.T @ (self.scores if weights is None else self.scores * weights[:, None])

    def grouped(self, groups: Groups, kind: str = "CR1") -> Floats:
        """The sums over groups of the scores."""
        if kind != "CR1":
            raise IncompatibleError(f"Cluster(kind={kind!r}) uses leverages, which {self.model.title} does not have.")
        total = np.zeros((groups.n, self.scores.shape[1]))
        add_by_group(total, groups.codes, self.scores, self.model.said.weights)
        return total

    def autocorrelated(self, cov: Any) -> NoReturn:
        """Refused: rows are people, in no order."""
        raise IncompatibleError(f"HAC needs rows in the order of time; rows of {self.model.title} have none.")

    def closed(self, meat: Floats, name: str) -> Floats:
        """B M B."""
        return closed(self.B, meat, self.model.names, name)
