"""The fit of a regression of any likelihood whose rows share effects of their groups."""

from __future__ import annotations

from typing import Any

from stattools.inference.mixed.mixed_answers import MixedAnswers
from stattools.inference.mixed.mixed_regression_page import certificate, page
from stattools.inference.smooths.smoothed import Smoothed
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.text.page import Page


@answers_guesses
@record
class MixedRegressionFit(Smoothed, MixedAnswers):
    """What `st.fit` returns for a regression with random effects: a `stattools.Fit` of the coefficients of a group
    whose effects are 0, with standard errors that allow for estimated variances, and of what varies between groups.

    `loglik` is that of the outcome with the effects integrated out, all constants included. `found` is the maximum that
    it was made from.

    >>> import stattools as st
    >>> table = {"k": [1, 3, 4, 6, 7, 9, 0, 1], "x": [0, 1, 2, 0, 1, 2, 0, 1], "g": list("aaabbbcc")}
    >>> fit = st.fit(st.poisson("k ~ x + (1 | g)", table))
    >>> fit.integral.kind, bool(fit.integral.worst < 1e-5)
    ('quadrature', True)
    """

    @property
    def integral(self) -> Any:
        """How the effects were integrated out: `kind`, "quadrature" or "Laplace", `nodes` along each effect, and
        `error`, how far a better integral moves each parameter, in standard errors; `worst` is the largest of them.
        """
        return self.found.integral

    @property
    def certificate(self) -> str:
        """What is known of the maximum: how near the estimate is, whether there may be others, and variances of 0."""
        return certificate(self)

    def _page(self) -> Page:
        return page(self)
