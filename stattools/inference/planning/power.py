"""The power of a test by simulation: outcomes drawn from a regression, fitted, tested and covered.

    power = P(|b| > q se),   coverage = P(b - q se <= beta <= b + q se)

at so many rows, over outcomes of the likelihood at coefficients that are taken for true. Every fit is the one that
`st.fit` makes, those of thousands of draws at once (`fitting_many.py`); a draw without a maximum rejects nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import DomainError, IdentificationError, IncompatibleError, StattoolsError, quoted
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.fitted import Fit
from stattools.inference.hypotheses.terms import coefficients_of
from stattools.inference.planning.rows_needed import RowsNeeded, rows_needed
from stattools.inference.planning.simulated_fits import Simulated, Truth, simulated
from stattools.interface.arguments import as_numbers, described, several
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.units import require_size
from stattools.interface.whole_numbers import whole_number
from stattools.models.model import Model
from stattools.numerics.threads import one_blas_thread
from stattools.text.columns import number, place
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

if TYPE_CHECKING:
    import pandas as pd


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Power(Faces):
    """Power of the test that a term is 0, at one or more numbers of rows: what `st.power` found.

    `truth` are the coefficients, by name, that outcomes were drawn from; `names` those of the term. `needed` says at
    how many rows the power is the target, None where that was not asked, or was not found, and `note` then says why.
    """

    title: str
    term: str
    names: tuple[str, ...]
    truth: dict[str, float]
    sizes: tuple[Simulated, ...]
    needed: RowsNeeded | None
    draws: int
    level: float
    cov: str
    seed: Any
    note: str = ""

    def table(self) -> pd.DataFrame:
        """One row per number of rows: rows, power, power_se, coverage, coverage_se, no_maximum.

        The standard errors are those of `draws` simulated outcomes; `no_maximum` counts draws whose fit does not exist:
        their test is taken not to reject, and coverage is that of the others. `attrs["note"]` says why they have none.
        """
        import pandas as pd

        frame = pd.DataFrame([size.record for size in self.sizes])
        frame.attrs["note"] = self._failures()
        return frame

    @property
    def effect(self) -> dict[str, float]:
        """The true coefficients of the term, by name."""
        return {name: self.truth[name] for name in self.names}

    def _headline(self) -> str:
        size = self.sizes[-1]
        return headline(self, "", f"{self.term} in {self.title}", f"{size.record['power']:.3f} at {size.rows:,} rows")

    def _page(self) -> Page:
        effects = ", ".join(f"{name} = {number(value, 4)}" for name, value in self.effect.items())
        lines = [
            f"Power of the test of {self.term} in {self.title}",
            f"true {effects}; level {self.level:g}, covariance {self.cov}, {self.draws:,} draws, seed {self.seed}",
        ]
        head = ("rows", "power", "se", "coverage", "se", "no maximum")
        rows = [
            [f"{row['rows']:,}", *(place(row[name], 4) for name in SHARES), f"{row['no_maximum']:,}"]
            for row in (size.record for size in self.sizes)
        ]
        told = []
        if self.needed is not None:
            told.append(
                f"A power of {self.needed.target:g} needs {self.needed.rows:,} rows (Monte Carlo standard error "
                f"{number(self.needed.se, 2)})."
            )
        told += [line for line in (self.note, self._failures()) if line]
        return Page(*lines, "", Grid(head, rows, "r" * len(head)), *([""] if told else []), *told)

    def _failures(self) -> str:
        why = sum((size.reasons for size in self.sizes), Counter[str]())
        if not why:
            return ""
        named = ", ".join(f"{count:,} {reason}" for reason, count in why.most_common())
        return f"{why.total():,} draws have no maximum ({named}): they do not reject, and coverage is without them."


SHARES = ("power", "power_se", "coverage", "coverage_se")


@one_blas_thread()
def power(
    model_or_fit: Any,
    term: str,
    /,
    *,
    effect: float | Sequence[float] | None = None,
    coefficients: Mapping[str, float] | None = None,
    scale: float | None = None,
    rows: int | Sequence[int] | None = None,
    target: float | None = None,
    draws: int = 1000,
    level: float = 0.95,
    cov: Any = None,
    seed: int | np.random.Generator,
) -> Power:
    """The power of the test that a coefficient, or all of a term, is 0, and the coverage of its interval.

    Of a fit, its estimates are taken for true; of a model, `coefficients` says what is, by name, and `scale` the
    residual standard deviation of `st.ols`. `effect` is the true coefficient of `term` in the place of these, and one
    number for each where the term has several. Outcomes are drawn from the likelihood at these, `draws` times, and
    fitted with the covariance `cov`, by default the fit's; Wald's test at 1 - `level` either rejects or not.

    `rows` are one or more numbers of rows, which repeat the design's (columns, offsets, trials), and where they are no
    multiple of these take the others at random, without replacement. `target` asks for the rows at which the power is
    so much. Without both the answer has the rows of the design and those for a power of 0.8, or says why these are not
    found. The outcome of the model is not looked at. Every number has its Monte Carlo error. Raises DomainError for
    names that the model does not have, IncompatibleError for what is no regression in memory, for penalties, and for
    covariances of clusters and series, whose outcomes are not independent.

    >>> import stattools as st
    >>> plan = {"y": [0.0] * 4, "dose": [0, 1, 2, 3]}
    >>> truth = {"Intercept": 1.0, "dose": 0.5}
    >>> found = st.power(st.ols("y ~ dose", plan), "dose", coefficients=truth, scale=1.0, rows=[24, 48], seed=1)
    >>> found.table()[["rows", "power", "coverage"]].round(2).to_numpy().tolist()
    [[24.0, 0.74, 0.94], [48.0, 0.97, 0.95]]
    """
    given = model_or_fit if isinstance(model_or_fit, Fit) else None
    model = model_or_fit if given is None else given.model
    if not isinstance(model, Model):
        hint = ' Groups of counts are one: st.logistic("successes + failures ~ group", table).'
        raise IncompatibleError(f"power needs a regression or its fit; got {described(model_or_fit)}.{hint}")
    model.rows.at_hand("power draws outcomes in memory", model.title, "Use the rows of a sample.")
    if given is not None and given.penalty is not None:
        raise IncompatibleError(f"power refits by maximum likelihood; this fit has penalty={given.penalty!r}.")
    require_level(level)
    many = whole_number(draws, "draws", at_least=10)
    kind = _covariance(cov, given)
    which = _coefficients(model, term)
    design = _one_row_each(model)
    theta = _true(model, given, which, term, effect, coefficients)
    truth = Truth(design, theta, _scale(model, given, scale), which, kind, level)
    wanted = None if target is None and rows is not None else _target(0.8 if target is None else target, level)
    sizes = _sizes(rows, len(design.rows.X), target)
    require_memory(f"{max(sizes, default=0):,} rows", 3 * max(sizes, default=0) * len(theta), "Ask for fewer rows.")
    random = generator(seed)
    found = [simulated(truth, size, many, random) for size in sizes]
    needed, note = None, ""
    if wanted is not None and (target is not None or theta[which].any()):
        try:
            needed, there = rows_needed(truth, wanted, many, random)
            found += [there] if there.rows not in sizes else []
        except StattoolsError as error:
            if target is not None:
                raise
            note = f"Rows for a power of {wanted:g} were not found: {error.message}"
    for size in found:
        if not size.fitted:
            why = size.reasons.most_common(1)[0][0]
            raise IdentificationError(f"power: no draw at {size.rows:,} rows has a maximum ({why}). Take more rows.")
    names = tuple(model.names[k] for k in which)
    true = dict(zip(model.names, theta.tolist(), strict=True))
    covariance = kind if isinstance(kind, str) else repr(kind)
    title = f"{model.title}, {model._subject}"
    return Power(title, term, names, true, tuple(found), needed, many, level, covariance, recorded(seed), note)


def _covariance(cov: Any, given: Fit | None) -> Any:
    """The covariance of the fits: what was asked for, or the given fit's."""
    kind = cov if cov is not None else "information" if given is None else given.cov_kind
    if kind is None:
        raise IncompatibleError("power does not know the covariance of a loaded fit; give cov=.")
    if isinstance(kind, Cluster | HAC):
        raise IncompatibleError(
            f"power draws outcomes that are independent given the columns, and {kind!r} is for outcomes that are not: "
            "its power would be too large. Give another cov=."
        )
    return kind


def _coefficients(model: Model, term: Any) -> Any:
    """The numbers of the coefficients of a term."""
    found: Any = []
    if isinstance(term, str):
        found = [model.names.index(term)] if term in model.names else coefficients_of(model, term)
    if not found:
        known = ", ".join(map(quoted, model.names[:8]))
        raise DomainError(f"power needs a coefficient ({known}) or a term of the formula; got {quoted(term)}.")
    return np.array(found, dtype=np.intp)


def _one_row_each(model: Model) -> Model:
    """The model with a row for each observation: those with frequency weights are repeated."""
    weight = model.rows.weight
    if weight is None:
        return model
    if not (weight == np.floor(weight)).all():
        raise IncompatibleError("power draws an outcome for each row, and weights= are not whole numbers. Drop them.")
    repeated = model.subset(np.repeat(np.arange(len(weight)), weight.astype(int)))
    return replace(repeated, rows=replace(repeated.rows, weight=None))


def _true(model: Model, given: Fit | None, which: Any, term: str, effect: Any, coefficients: Any) -> Floats:
    """The coefficients that outcomes are drawn from."""
    theta = np.full(len(model.names), np.nan) if given is None else given.estimate.copy()
    if coefficients is not None:
        if not isinstance(coefficients, Mapping):
            raise DomainError(
                f'power needs coefficients= by name, {{"Intercept": 1.0, "x": 0.5}}; got {quoted(coefficients)}.'
            )
        for name, value in coefficients.items():
            if name not in model.names:
                known = ", ".join(map(quoted, model.names[:8]))
                raise DomainError(f"power got a coefficient {quoted(name)}; the model has {known}.")
            theta[model.names.index(name)] = _finite(value, f"the coefficient {quoted(name)}")
    if effect is not None:
        values = np.atleast_1d(as_numbers(effect, "effect= needs numbers"))
        if values.shape != which.shape or not np.isfinite(values).all():
            what = "a finite number" if len(which) == 1 else f"{len(which)} finite numbers"
            raise DomainError(f"power needs effect=, {what} for {quoted(term)}; got {quoted(effect)}.")
        theta[which] = values
    missing = [name for name, value in zip(model.names, theta, strict=True) if not np.isfinite(value)]
    if missing:
        raise DomainError(
            f"power of a model needs a true value of every coefficient; coefficients= lacks {', '.join(missing[:8])}. "
            "Give them by name, or a fit, whose estimates are taken."
        )
    return theta


def _scale(model: Model, given: Fit | None, scale: Any) -> float:
    """The residual standard deviation of the outcomes."""
    if not model.has_scale:
        if scale is not None:
            raise IncompatibleError(f"scale= is that of st.ols; {model.title} has none beside its coefficients.")
        return 1.0
    if scale is None and given is None:
        raise DomainError("power of st.ols needs scale=, the residual standard deviation, in the units of the outcome.")
    found = float(given.scale) if scale is None and given is not None else _finite(scale, "scale=")
    if not found > 0.0:
        raise DomainError(f"power needs scale= above 0; got {quoted(scale)}.")
    require_size("st.power", "scale=", np.array([found]), smallest=0.0)
    return found


def _finite(value: Any, what: str) -> float:
    found = as_numbers(value, f"power needs {what}, a finite number")
    if found.shape != () or not np.isfinite(found):
        raise DomainError(f"power needs {what}, a finite number; got {quoted(value)}.")
    return float(found)


def _target(target: Any, level: float) -> float:
    found = _finite(target, "target=")
    if not 1.0 - level < found < 1.0:
        raise DomainError(f"power needs target= between {1.0 - level:g}, the level of the test, and 1; got {target!r}.")
    return found


def _sizes(rows: Any, n: int, target: Any) -> list[int]:
    """The numbers of rows that were asked for; those of the design where nothing was."""
    if rows is None:
        return [n] if target is None else []
    asked = several(rows) if np.ndim(rows) else [rows]
    if not len(asked):
        raise DomainError("power needs rows=, one number of rows or more; got none.")
    return sorted({whole_number(one, "rows=", at_least=2) for one in asked})
