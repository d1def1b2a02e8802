"""What many small fits found, side by side: the answer of `st.fit_many`.

Many fits as a page: how their estimates are spread, and why some members have none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.models.model import Model
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline, many
from stattools.text.one_line import many as counted
from stattools.text.page import Grid, Page

if TYPE_CHECKING:
    import pandas as pd


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class ManyFits(Faces):
    """Fits of many members: `estimate` (m, p), `covariance` (m, p, p), `loglik`, `scale`, `decrement` (m,), and the
    degrees of freedom `df` (m,), of mixed models (m, p).

    A member without a fit has NaN everywhere, and `reasons` says why, by its label; `failed` is their number.
    `model_of(i)` is the model of one member, for `st.fit` and all that follows.
    """

    title: str
    names: tuple[str, ...]
    labels: tuple[Any, ...]
    estimate: Floats
    covariance: Floats
    loglik: Floats
    scale: Floats
    decrement: Floats
    df: Floats
    reasons: dict[Any, str]
    model_of: Callable[[int], Model]

    def __len__(self) -> int:
        return len(self.estimate)

    @property
    def failed(self) -> int:
        """Number of members that have no fit."""
        return len(self.reasons)

    @property
    def se(self) -> Floats:
        """Standard errors, shape (m, p)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    def interval(self, level: float = 0.95) -> Interval:
        """Wald intervals, lower and upper of shape (m, p): Student's t for linear regressions and linear
        mixed models, normal otherwise.

        Raises DomainError for a level outside (0, 1).
        """
        from scipy import special

        require_level(level)
        tail = 0.5 * (1.0 - level)
        df = self.df if self.df.ndim > 1 else self.df[:, None]
        q = np.where(np.isfinite(df), -special.stdtrit(df, tail), -special.ndtri(tail)) * self.se
        return Interval(self.estimate - q, self.estimate + q, level, "wald", self.names)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """One row per member and coefficient: member, term, estimate, se, lower, upper, reason (empty: fitted)."""
        import pandas as pd

        lower, upper = self.interval(level)
        p = len(self.names)
        reasons = [self.reasons.get(label, "") for label in self.labels]
        return pd.DataFrame(
            {
                "member": np.repeat(np.array(self.labels, dtype=object), p),
                "term": list(self.names) * len(self),
                "estimate": self.estimate.ravel(),
                "se": self.se.ravel(),
                "lower": np.ravel(lower),
                "upper": np.ravel(upper),
                "reason": np.repeat(np.array(reasons, dtype=object), p),
            }
        )

    def _headline(self) -> str:
        sizes = f"{many(len(self), 'fit')} of {many(len(self.names), 'coefficient')}"
        return headline(self, "", self.title, sizes, f"{self.failed:,} without a maximum" if self.failed else "")

    def _page(self) -> Page:
        return page(self)


SHOWN = 3
"""A page gives the reasons of so many members without a fit."""


def page(many: Any) -> Page:
    """The page that `print` shows of `stattools.ManyFits`."""
    sizes = f"{counted(len(many), 'fit')} of {counted(len(many.names), 'coefficient')}"
    title = f"{many.title}: {sizes}, {many.failed:,} without a maximum"
    found = np.isfinite(many.loglik)
    spread: list[str | Grid] = []
    if found.any():
        spread = ["", Grid(("", "median", "lowest", "highest", "median se"), _rows(many, found), "lrrrr")]
    reasons = [f"  {label}: {reason:.140}" for label, reason in list(many.reasons.items())[:SHOWN]]
    more = many.failed - len(reasons)
    told = reasons + ([f"  and {more:,} more; see .reasons"] if more else [])
    return Page(title, *spread, *([""] if told else []), *told)


def _rows(many: Any, found: Any) -> list[list[str]]:
    estimate, se = many.estimate[found], many.se[found]
    return [
        [str(name), *(number(float(of(estimate[:, j]))) for of in (np.median, np.min, np.max)), number(middle)]
        for j, (name, middle) in enumerate(zip(many.names, np.median(se, axis=0).tolist(), strict=True))
    ]
