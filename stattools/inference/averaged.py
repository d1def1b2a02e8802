"""What a fit says of averages over rows: effects of the variables, means and contrasts of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.questions import require
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.solvers.solution import require_choice

GROUPS = ("population", "typical")


@answers_guesses
class Averaged(Estimates):
    """The questions of a fit, see `stattools.Fit`, that are answered by averages over rows."""

    def _averaged_over(self, groups: Any, name: str) -> Any:
        """The fit of single rows that is asked for averages over `groups`, the same for all of them where the mean is
        linear in their effects; IncompatibleError where there are none.
        """
        if self.model.is_mixed:
            require_choice(f"fit.{name}", "groups", "population" if groups is None else groups, GROUPS)
        elif groups is not None:
            raise IncompatibleError(
                f"groups= of {name} says over which groups of a model with random effects is averaged, and "
                f"{self.model.title} has none: leave groups={quoted(groups)} out."
            )
        require(self._of_rows, name)
        return self._of_means

    @property
    def _of_means(self) -> Any:
        """The fit of single rows whose means are asked for."""
        return self._of_rows

    def _predicted(self, data: Any, missing: Any) -> tuple[Any, Any]:
        """Means of rows, and where these are in their table."""
        from stattools.inference.prediction.prediction import predictions

        return predictions(self, self.model, data, missing=missing)

    def marginal_effects(
        self,
        *,
        at: Literal["overall", "mean"] | Mapping[str, Any] = "overall",
        variables: Sequence[str] | None = None,
        discrete: Sequence[str] = (),
        by: str | Sequence[str] | None = None,
        level: float | None = None,
        data: Any = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """Average change of the mean per unit of each variable, a frame like `table()`.

        `at` is "overall" (the average over the rows), "mean" (at the mean of every number) or values by variable, {"x":
        1.0} (over the rows, with these held); `by` are categories, for the rows of each level apart; `variables` are
        those to move, all by default, `discrete` those of 0 and 1 that change from one to the other; `level` is that of
        the intervals. `data` are other rows to average over, with their `offset` and `exposure`; where the fit had
        weights by the name of a column that they have, they count as often as it says, and `attrs["note"]` says so. Of
        a model with random effects `groups` is "population", its effects integrated out (the default), or "typical",
        groups whose effects are 0.
        """
        from stattools.inference.effects.marginal_effects import marginal_effects

        of = self._averaged_over(groups, "marginal_effects")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        return marginal_effects(of, at=at, variables=variables, discrete=discrete, by=by, level=level, **rows)

    def means(
        self,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[Any] | None = None,
        over: Literal["rows", "grid"] = "rows",
        level: float | None = None,
        data: Any = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """The predicted mean at each level of a variable, everything else as it is: estimate, se, lower, upper.

        `by` are categories that are held at each of their levels too, in columns before; `values` are those of a
        number. `over="rows"` averages the mean over the rows, each put at the level; `over="grid"` is the mean at the
        average row of the reference grid, categories counted alike and numbers at their mean: R's emmeans. Intervals
        are on the scale of the mean, made by way of the link. Without a variable the average prediction. `data`,
        `offset`, `exposure`, `groups` as in `marginal_effects`. The formulas stand in docs/tables.md.
        """
        from stattools.inference.effects.groups import means

        of = self._averaged_over(groups, "means")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        return means(of, variable, by=by, values=values, over=over, level=level, **rows)

    def contrasts(
        self,
        variable: str,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[Any] | None = None,
        adjust: Literal["tukey", "holm", "bonferroni", "sidak", "hochberg", "hommel", "fdr", "by"] | None = None,
        ratio: bool = False,
        over: Literal["rows", "grid"] = "rows",
        level: float | None = None,
        data: Any = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """Every difference of two of the `means` of a variable: contrast ("b - a"), estimate, se, statistic, p_value,
        lower, upper; within each level of `by`.

        `values` are those to compare, in their order: of a number there are no others. `adjust` is for the number of
        contrasts within a level of `by`: "tukey", or a method of `st.p_adjust`; intervals are simultaneous under
        "tukey", "bonferroni" and "sidak", Bonferroni's under the other family-wise ones, and one by one under "fdr",
        "by" and None. With `ratio=True` the ratio of the means ("b / a") with its own interval, `se_log` its
        logarithm's. With `over="grid"` contrasts are of the linear predictor, as in emmeans, and ratios are odds or
        rate ratios. `level`, `data`, `offset`, `exposure`, `groups` as in `means`. Raises DomainError where a number
        has no `values` and for a value that is no level, IncompatibleError for ratios that are none.
        """
        from stattools.inference.effects.groups import contrasts

        of = self._averaged_over(groups, "contrasts")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        how = {"by": by, "values": values, "adjust": adjust, "ratio": ratio, "over": over, "level": level}
        return contrasts(of, variable, **how, **rows)

    def function(self, function: Callable[[Mapping[str, float]], Any], *, level: float | None = None) -> pd.DataFrame:
        """A function of the coefficients with its standard error by the delta method: estimate, se, statistic, p_value,
        lower, upper.

        `function` takes a mapping from the names of the coefficients to values, and returns a number, or a list of
        some, each a row: `fit.function(lambda b: -b["Intercept"] / b["dose"])` is a median effective dose. Its interval
        at `level` is even about the estimate, `statistic` is for the hypothesis of 0. Raises DomainError at a kink or a
        jump, where there is no derivative, for unknown names and for what is not finite.
        """
        from stattools.inference.effects.functions import function_of

        require(self, "function")
        return function_of(self, function, level)
