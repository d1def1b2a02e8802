"""The linear mixed model: rows that share effects of their groups, and curves."""

from __future__ import annotations

from numpy.typing import ArrayLike

from stattools.data.dataset import mixed_rows
from stattools.data.tables.arrays import numeric
from stattools.latent.sums import summed_curves, summed_rows
from stattools.likelihoods import Gaussian
from stattools.models.mixed.mixed_model import TITLE, WITH_CURVES, LinearMixed
from stattools.models.regressions.binding import bind


def linear_mixed(formula: str, data: object, /, *, precision: str | ArrayLike | None = None) -> LinearMixed:
    """A linear mixed model: y_i = x_i'beta + z_i'u[group of i] + e_i, u ~ N(0, Sigma), e_i ~ N(0, sigma^2).

    `formula` is "y ~ x + (x | g)" over the columns of `data`, a table or a dict of arrays. `(1 | g)` is a level of each
    group, `(x | g)` a level and a slope of x that may be correlated, `(0 + x | g)` a slope alone, `(x || g)` both
    without correlation, which depends on where x is 0; `(1 | a/b)` is b within a, and `(1 | a) + (1 | b)` are groups
    that cross. Groups are labels, also where they are numbers. `s(x, k=20)` is a smooth curve of x, `s(x, by=g)` one
    for each level of a factor g, or one that a number g multiplies. `precision` are relative inverse variances of the
    residuals: a column's name or an array; there are no frequency weights, since repeated rows of a group are not
    independent.

    `st.fit(model, reml=True)` maximizes the restricted likelihood, `reml=False` the likelihood itself. Raises
    DomainError for data, groups and columns that tell nothing, IncompatibleError for a formula without groups and
    curves.

    A curve is a cubic spline over equally spaced knots, those of mgcv's `ps`, whose k coefficients have second
    differences N(0, tau^2): sigma^2 / tau^2 is the penalty lambda. It stands beside a line, the column center(x), and
    sums to zero over the rows. The restricted likelihood is that of lines whose coefficients have length 1, as mgcv's.
    Source: Bates, Maechler, Bolker & Walker, Journal of Statistical Software 67 (2015); Eilers & Marx, Statistical
    Science 11 (1996).

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 2.0, 5.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> model = st.linear_mixed("y ~ x + (1 | g)", table)
    >>> model.names, model.random[0].name, model.random[0].levels
    (('Intercept', 'x'), '(1 | g)', ('a', 'b'))
    """
    rows, read = mixed_rows("st.linear_mixed", formula, data, {"precision": precision})
    y = numeric(rows.outcome, rows.outcome_name)
    title = TITLE if read.said.random else WITH_CURVES
    fixed = bind("ols", title, Gaussian(), rows, y)
    if read.every is not None:
        summed = summed_curves(read, y) if read.curves else summed_rows("st.linear_mixed", read, y)
        return LinearMixed(summed.read, fixed, "linear_mixed", title, summed)
    model = LinearMixed(read, fixed, "linear_mixed", title)
    model.require_variation()
    return model
