"""What a fit says of averages over rows: effects of the variables, means and contrasts of groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from numpy.typing import ArrayLike

from stattools.inference.estimates import Estimates
from stattools.inference.questions import require
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd


@answers_guesses
class Averaged(Estimates):
    """The questions of a fit, see `stattools.Fit`, that are answered by averages over rows."""

    def marginal_effects(
        self,
        *,
        at: Literal["overall", "mean"] = "overall",
        variables: Sequence[str] | None = None,
        discrete: Sequence[str] = (),
        level: float | None = None,
        data: Any = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Average change of the mean per unit of each variable, a frame like `table()`.

        `at` is "overall" (the average over the rows) or "mean" (at the mean of every number); `variables` are those to
        move, all by default, `discrete` those of 0 and 1 that change from one to the other; `level` is that of the
        intervals. `data` are other rows to average over, with their `offset` and `exposure`.
        """
        from stattools.inference.effects.marginal_effects import marginal_effects

        require(self, "marginal_effects")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        return marginal_effects(self, at=at, variables=variables, discrete=discrete, level=level, **rows)

    def contrasts(
        self,
        variable: str,
        *,
        values: Sequence[Any] | None = None,
        level: float | None = None,
        data: Any = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Differences between the average predicted means at the levels of a variable, or at `values` of a number, with
        standard errors, and intervals of this `level`; `data`, `offset`, `exposure` as in `marginal_effects`.
        """
        from stattools.inference.effects.marginal_effects import contrasts

        require(self, "contrasts")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        return contrasts(self, variable, values=values, level=level, **rows)
