"""The ridge penalty, - strength |beta|^2 / 2, on all coefficients but the intercepts.

What stands for the covariance of a fit that has none: it refuses to be a matrix, by name and with the way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.standardization import Standardization
from stattools.errors import AbsentError, DomainError, IdentificationError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.arrowhead import Arrow, in_parts
from stattools.solvers.solution import Solution
from stattools.text.one_line import one_line

NO_SE = "penalized: no standard errors"
"""What a ridge fit says of its standard errors."""


@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Ridge:
    """Half of `strength` times the squared norm of all coefficients but the intercepts, taken from the log-likelihood.

    A constant column is an intercept, whatever its name, unless it is 0. The columns count as they are, unscaled.
    Where there are three categories or more, in `st.softmax` and in the last layer of `st.network`, the coefficients
    count about their mean over all categories, the reference's zeros included: the fit is then the same whatever the
    reference, and scikit-learn's with `C` 1 / strength. `centered=False` takes them as they are, against the reference;
    `centered=True` takes those of two categories about their mean too, which is half of the strength. For `st.ols`,
    whose scale is held at 1, `strength` is the `alpha` of scikit-learn's Ridge. The dispersion of a negative binomial
    is left alone. The estimate is the mode of a posterior with prior Normal(0, 1 / sqrt(strength)) of each coefficient,
    where centered for those of each category before the reference's are subtracted; read otherwise it has no standard
    errors. Raises DomainError unless strength is positive and finite, IncompatibleError for `centered=True` without
    categories. Source: Hoerl & Kennard (1970); le Cessie & van Houwelingen (1992).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> model = st.ols("y ~ 0 + x", {"y": [1.0, 2.0], "x": [1, 2]})  # x'y / (x'x + 5)
    >>> maximize(model, Ridge(5.0)).estimate.round(9).tolist()
    [0.5]
    """

    is_concave: ClassVar[bool] = True
    strength: float
    centered: bool | None = None

    def __post_init__(self) -> None:
        if not (is_number(self.strength) and self.strength > 0):
            raise DomainError(
                f"Ridge needs a positive, finite strength, such as 1.0; got {quoted(self.strength)}. Leave penalty= "
                "out for maximum likelihood."
            )
        if self.centered is not None:
            require_truth(self.centered, "centered= of Ridge, where it is given,")

    @one_line
    def __repr__(self) -> str:
        return f"Ridge({self.strength:g}{'' if self.centered is None else f', centered={self.centered}'})"

    def is_centered(self, model: AnyModel) -> bool:
        """Whether the coefficients of a model count about their mean over the categories."""
        return _categories(model) > 2 if self.centered is None else self.centered

    def check(self, model: AnyModel) -> None:
        """Any model with names will do; IncompatibleError for `centered` without categories, IdentificationError for
        two intercepts.
        """
        if self.centered and not _categories(model):
            raise IncompatibleError(f"Ridge(centered=True) needs st.softmax; got {model.title}. Leave centered= out.")
        if not isinstance(model, Model):
            return
        is_free = ~penalized_coefficients(model) & (model.predictor.column >= 0)
        for part in model.predictor.parts:
            left = [model.terms[column] for column in model.predictor.column[part][is_free[part]]]
            if len(left) > 1:
                raise IdentificationError(
                    f"{self!r} leaves intercepts alone, and {left[0]!r} and {left[1]!r} are both constant: the data "
                    "cannot tell them apart. Leave out one of them."
                )

    def term(self, model: Any, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation:
        """- strength |T theta|^2 / 2 over the penalized coefficients."""
        which = penalized_coefficients(model)
        if order == 2:
            self.require_units(model.names, T.diagonal(), which)
        beta = T.product(theta)
        gap = np.zeros_like(beta)
        gap[which] = self.strength * self._about_mean(model, beta[which])
        value = -0.5 * float(beta @ gap)
        if order == 0:
            return Evaluation(value)
        score = -T.pulled(gap)
        if order == 1:
            return Evaluation(value, score)
        H: Any = now.information
        if in_parts(H):
            D, C = self._within(model, H.at), self._within(model, H.places[1])
            return Evaluation(value, score, Arrow(H.at, D, np.zeros_like(H.B), C).mapped(T))  # type: ignore[arg-type]
        B = T.whole[which]
        return Evaluation(value, score, self.strength * (B.T @ self._about_mean(model, B)))

    def _within(self, model: Model, rows: NDArray[np.intp]) -> Floats:
        """Q between the coefficients `rows` (..., k), for the penalty theta' Q theta / 2."""
        found = self.added(model)[rows][..., None] * np.eye(rows.shape[-1])
        if self.is_centered(model):  # about the mean of all categories of the column
            column = model.predictor.column[rows]
            alike = column[..., :, None] == column[..., None, :]
            found -= self.added(model)[rows][..., None] / (model.predictor.width + 1) * alike
        return found

    def require_units(self, names: Sequence[str], units: Floats, penalized: NDArray[np.bool_]) -> None:
        """DomainError where the strength overflows in the units in which a penalized coefficient is climbed."""
        largest = float(np.abs(units * penalized).max(initial=0.0))
        if len(units) * self.strength * largest * largest == np.inf:
            name, spread = names[int(np.argmax(np.abs(units * penalized)))], 1.0 / largest
            raise DomainError(
                f"{self!r} over the square of {spread:.1g}, the scale on which {name!r} varies, is beyond float64. "
                f"Give a strength below {1e300 * spread * spread / len(units):.1g}, or change the units of that column."
            )

    def quadratic(self, model: Model) -> Floats:
        """Q of the penalty theta^T Q theta / 2, shape (p, p)."""
        B = np.eye(len(model.names))[penalized_coefficients(model)]
        return self.strength * (B.T @ self._about_mean(model, B))

    def added(self, model: AnyModel) -> Floats:
        """What the penalty adds to the information about each coefficient, (p,), where it is not centered."""
        return np.where(penalized_coefficients(model), float(self.strength), 0.0)

    def covariance(self, solution: Solution, model: AnyModel) -> Floats:
        """The inverse of the penalized information: of the posterior at its mode, not of the estimate."""
        return solution.covariance

    def _about_mean(self, model: Model, B: Floats) -> Floats:
        """The rows of B, one per penalized coefficient, less their mean over the categories where it is centered."""
        if not self.is_centered(model):
            return B
        width = model.predictor.width
        blocks = B.reshape(width, -1, *B.shape[1:])
        return (blocks - blocks.sum(axis=0) / (width + 1)).reshape(B.shape)


def _categories(model: AnyModel) -> int:
    """The number of categories of an outcome, 0 for others."""
    if model.likelihood is None or not model.likelihood.facts.by_category:
        return 0
    return model.likelihood.width + 1


def penalized_coefficients(model: AnyModel) -> NDArray[np.bool_]:
    """All but the intercepts, whatever their name, and the parameters that are no coefficients of columns."""
    if not isinstance(model, Model):
        return np.array([name != "Intercept" for name in model.names])
    value = model.rows.constants
    constant = np.isfinite(value) & (value != 0)  # an intercept by another name
    slopes = [term != "Intercept" and not alike for term, alike in zip(model.terms, constant, strict=True)]
    return model.predictor.of_columns(np.array(slopes), False).astype(bool)


def no_covariance(model: Any, penalty: Ridge) -> NoCovariance:
    """What a ridge fit has in place of a covariance."""
    spread = f"st.posterior(fit.model, prior=st.Normal(0, {penalty.strength**-0.5:.3g}))"
    return NoCovariance(
        len(model.names),
        f"{model.title} with {penalty!r} is {NO_SE}",
        f"For standard errors leave penalty= out; for shrinkage with a spread draw {spread}.",
    )


class NoCovariance:
    """Stands for a matrix (p, p) that does not exist; it knows its shape, and says why where it is used.

    >>> import stattools as st
    >>> fit = st.fit(st.ols([1.0, 2.0, 4.0, 3.0], [0.0, 1.0, 2.0, 3.0]), penalty=st.Ridge(1.0))
    >>> fit.covariance
    <no covariance: Linear regression with Ridge(1) is penalized: no standard errors>
    >>> fit.se
    Traceback (most recent call last):
    stattools.errors.AbsentError: Linear regression with Ridge(1) is penalized: no standard errors, and no ...
    """

    def __init__(self, p: int, why: str, instead: str) -> None:
        self.shape, self.ndim, self.why, self.instead = (p, p), 2, why, instead

    @one_line
    def __repr__(self) -> str:
        return f"<no covariance: {self.why}>"

    def __len__(self) -> int:
        return self.shape[0]

    def refuse(self, *_: Any) -> NoReturn:
        """IncompatibleError with the reason, and what to do instead."""
        raise IncompatibleError(self.message)

    @property
    def message(self) -> str:
        """The reason, and what to do instead."""
        return f"{self.why}, and no intervals either. {self.instead}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.generic]:
        self.refuse()

    __eq__ = __ne__ = __getitem__ = __iter__ = refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = refuse
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("_") else AbsentError(self.message)
