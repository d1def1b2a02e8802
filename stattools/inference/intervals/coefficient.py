"""One coefficient of a fit, `fit["x"]`: what `table` has in its row, and the test that it is 0."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.inference.hypotheses.result import p_words
from stattools.interface.interval import Interval
from stattools.interface.named import place_of
from stattools.interface.names.guesses import answers_guesses
from stattools.text.columns import number, percent
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Page

if TYPE_CHECKING:
    from stattools.inference.hypotheses import TestResult


@answers_guesses
class Coefficient(Faces):
    """A coefficient of a fit, by its `name`.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}))
    >>> print(fit["x"])
    x: 1.9 (se 0.252), 95 % interval 1.099 to 2.701, t = 7.55, p = 0.005
    >>> fit["x"].test.p_value == fit.test("x = 0").p_value
    True
    """

    def __init__(self, fit: Any, name: str) -> None:
        self._place = place_of(name, fit.names, "fit")
        self._fit, self.name = fit, name

    @property
    def estimate(self) -> float:
        """The estimate."""
        return float(self._fit.estimate[self._place])

    @property
    def se(self) -> float:
        """Its standard error; AbsentError for a ridge fit, which has none."""
        return float(self._fit.se[self._place])

    @property
    def interval(self) -> Interval:
        """Its Wald interval at the level of the fit, two floats; `fit.interval(0.9, kind=...)` has the others."""
        found = self._fit.interval()
        lower, upper = (float(np.atleast_1d(end)[self._place]) for end in found)
        return Interval(lower, upper, found.level, found.kind, (self.name,))

    @cached_property
    def test(self) -> TestResult:
        """Wald's test that it is 0, `fit.test([name])`."""
        return self._fit.test([self.name])

    def _told(self) -> str:
        fit, said = self._fit, number(self.estimate, 4)
        if not fit.kinds:
            return f"{said}, penalized: no standard error"
        row, level = fit.table().iloc[self._place], percent(fit.level)
        said += f" (se {number(row.se, 3)}), {level} interval {number(row.lower, 4)} to {number(row.upper, 4)}"
        if fit.model.intervals or np.isnan(row.p_value):  # parameters of a sample, and variances, are not held to 0
            return said
        return (
            f"{said}, {'z' if np.all(np.isinf(fit.t_df)) else 't'} = {number(row.statistic, 3)}, {p_words(row.p_value)}"
        )

    def _headline(self) -> str:
        return headline(self, self.name, number(self.estimate))

    def _page(self) -> Page:
        return Page(f"{self.name}: {self._told()}")
