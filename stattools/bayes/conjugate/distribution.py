"""What distributions of parameters answer alike, whatever their family: text, equality, table, what was seen.

The parameters of a distribution are its fields that are given by position; `arms`, or `names`, go by keyword.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import chosen, parameters, plain, shown
from stattools.bayes.conjugate.belief import ordered, points
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeaveOneOut, leave_one_out, tree
from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.page import Grid, Page, with_faces

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataTree


MANY = 20
"""A page shows so many rows and counts the others."""


@with_faces
@answers_guesses
class Distribution:
    """Shown by its parameters, and equal to one of its family whose parameters are the same to the last bit."""

    mean: Any
    table: Any
    is_proper = True
    """Whether its mass is 1."""

    def _headline(self) -> str:
        return shown(self)

    def _page(self) -> Page:
        """The parameters, and the mean, the spread and the interval of each arm; of what has no table yet, as a
        Dirichlet of unknown categories, a line.
        """
        title = self._headline()
        try:
            frame, single = self.table(), np.ndim(self.mean) == 0
        except StattoolsError:
            return Page(title)
        if single:
            frame = frame.drop(columns="arm", errors="ignore")
        rows = Grid.of(frame[:MANY].to_dict("records"), list(frame).index("mean"), like="sd")
        more = [f"and {len(frame) - MANY:,} more; see table()"] if len(frame) > MANY else []
        return Page(title, "", rows, *more, "", "Intervals: 94 % highest density.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        """What makes two distributions of a type equal: their parameters, to the last bit."""
        return tuple(v if np.ndim(v) == 0 else (v.shape, v.tobytes()) for v in parameters(self).values())


@with_faces
@answers_guesses
class Prior:
    """A distribution that is a prior alone, of any shape."""

    log_density: Any
    is_proper = True
    """Whether its mass is 1."""

    def _headline(self) -> str:
        return shown(self)

    def _page(self) -> Page:
        return Page(self._headline())

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, x: ArrayLike) -> float | Floats:
        """f(x) at each x, 0 where x cannot be."""
        return plain(np.exp(self.log_density(x)))


@answers_guesses
class Updatable:
    """A distribution that data update; `seen` is what it has seen since its prior, or None."""

    _pair: ClassVar[DeclaredPair]
    seen: Any
    sample: Any
    log_density: Any

    @property
    def prior(self) -> Any:
        """The prior before all data."""
        return self if self.seen is None else self.seen.prior

    @property
    def log_evidence(self) -> float | Floats:
        """Log marginal likelihood of all data seen since the prior, per arm; counts include their binomial or
        multinomial coefficients.

        Raises DomainError after an improper prior, whose evidence is not defined.

        >>> import stattools as st
        >>> st.Beta(1, 1).update([1, 0]).log_evidence  # log B(2, 2) = log 1/6
        -1.7917594692280...
        """
        if not self.prior.is_proper:
            raise self.prior.lacks("evidence")
        return self._nothing() if self.seen is None else self.seen.log_evidence

    def loo(self) -> LeaveOneOut:
        """Exact leave-one-out log predictive density of every observation: each flip, each count, each arm, each time,
        measurement, label or row; a row of frequency w counts w times.

        Raises DomainError where nothing was seen, or where one observation is all that makes the posterior proper.

        >>> import stattools as st
        >>> round(st.Beta(1, 1).update([1, 0, 1]).loo().elpd, 6)  # 2 log(2/4) + log(1/4)
        -2.772589
        >>> round(st.Gamma(1, 1).update(st.poisson_rate([0, 0])).loo().elpd, 6)  # 2 log(2/3)
        -0.81093
        >>> round(st.Dirichlet(1).update(["a", "b", "b"]).loo().elpd, 6)  # log(1/4) + 2 log(2/4)
        -2.772589
        """
        return leave_one_out(self)

    def to_arviz(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> DataTree:
        """Draws as a DataTree for ArviZ: posterior, prior, their predictives, log-likelihoods, the data; one chain of
        independent draws. Before any data there are prior and attributes alone.

        The observations are those of `loo()`, but totals where theta is a probability: the successes of each arm, which
        have log-likelihoods, and the counts of categories, which have none. Leaving out all that an arm has says
        nothing of its fit, whatever PSIS-LOO returns; `loo()` is exact. Where draws times observations exceed 20
        million, what is predicted of measurements and rows is left out with their log-likelihoods, and the attribute
        `per_measurement` or `per_row` is 0.
        """
        return tree(self, draws, seed)

    def plot(
        self,
        what: Literal["density", "coefficients"] | None = None,
        *,
        prob: float | None = None,
        kind: Literal["hdi", "eti"] | None = None,
        ax: object = None,
    ) -> Figure:
        """A picture: a Matplotlib Figure in the house style, which notebooks show and `savefig` writes.

        "density": that of the parameter beside its prior, with the interval of this `prob` and `kind` shaded, or those
        of the arms over each other; "coefficients": means and intervals of arms, categories or terms, a line each.
        `what` is by default the first that there is, `ax` are Axes to draw on. Raises IncompatibleError for a figure
        that there is not.

        >>> import stattools as st
        >>> st.Beta(1, 1).update([1, 0, 1]).plot().axes[0].get_ylabel()
        'density'
        """
        from stattools.bayes.conjugate.plots import PLOTS
        from stattools.inference.plots.drawing import plotted

        return plotted(self, type(self).__name__, what, PLOTS, ax, prob=prob, kind=kind)

    _symbol: ClassVar[str] = "θ"
    """What an axis calls the parameter."""

    def _curve(self) -> Any:
        """What is believed of one number for each arm, which has a density and quantiles; None of several at once."""
        return None

    def _log_density_of(self, drawn: Drawn) -> float | Floats:
        """The log density at draws of the parameters."""
        return self.log_density(*drawn.values())

    def _labels(self) -> Sequence[Hashable] | None:
        """The names of the entries of the parameters, or None for one parameter."""

    def _nothing(self) -> float | Floats:
        """The log evidence of no data."""
        return 0.0


@answers_guesses
class ByArm(Distribution):
    """Parameters that are numbers, or arrays with one entry per arm, which `distribution["A"]` takes apart."""

    arms: Any
    seen: Any = None
    sd: Any
    quantile: Any
    interval: Any
    log_density: Any
    __iter__: ClassVar[Any] = None
    """Not one by one: positions are no labels."""

    def __getitem__(self, arm: object) -> Self:
        """The distribution of one arm by its label, without arms, with what was seen of it; of a list of them, with
        arms. Arms without labels are called 0, 1, ...

        Raises DomainError for a label that no arm has, IncompatibleError where there are no arms.

        >>> import stattools as st
        >>> posterior = st.Beta(1, 1).update(st.binomial([4, 1], [10, 9], by=["A", "B"]))
        >>> posterior["A"], round(st.probability_greater(posterior["A"], posterior["B"]), 6)
        (Beta(5, 7), 0.906347)
        """
        return chosen(self, arm)

    def _ipython_key_completions_(self) -> list[Hashable]:
        """What a notebook offers between the brackets."""
        return list(self._labels() or ()) if len(self._entries) == 1 else []

    @property
    def median(self) -> float | Floats:
        """The value with probability 1/2 on either side."""
        return self.quantile(0.5)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per arm: arm, mean, sd, median, lower, upper."""
        lower, upper = self.interval(prob, kind=kind)
        columns = {"mean": self.mean, "sd": self.sd, "median": self.median, "lower": lower, "upper": upper}
        frame = pd.DataFrame({name: np.ravel(value) for name, value in columns.items()})
        frame.insert(0, "arm", list(self._labels() or [0]))
        return frame

    @property
    def _entries(self) -> tuple[int, ...]:
        """The shape of the parameters."""
        return np.shape(next(iter(parameters(self).values())))

    def _interval(self, lower: ArrayLike, upper: ArrayLike, prob: float, kind: str, name: str) -> Interval:
        """An interval of each arm, or of the parameter of this name."""
        return Interval(plain(lower), plain(upper), prob, kind, tuple(map(str, self._labels() or (name,))))

    def _headline(self) -> str:
        return shown(self, self.arms)

    def _curve(self) -> Any:
        return self

    def _labels(self) -> Sequence[Hashable] | None:
        return None if not self._entries else range(prod(self._entries)) if self.arms is None else self.arms

    def _nothing(self) -> float | Floats:
        return plain(np.zeros(self._entries))


@answers_guesses
class SymmetricDistribution(ByArm):
    """A symmetric distribution of the whole line: a standard one, times its scale, around its center."""

    @property
    def support(self) -> tuple[float, float]:
        """(-inf, inf)."""
        return -np.inf, np.inf

    @property
    def mode(self) -> float | Floats:
        """The center."""
        return self._place()[0]

    @property
    def median(self) -> float | Floats:
        """The center."""
        return self._place()[0]

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, x: ArrayLike) -> float | Floats:
        """f(x) at each x."""
        return np.exp(self.log_density(x))

    def pdf(self, x: ArrayLike) -> float | Floats:
        """The density, by the name that predictive distributions have for it."""
        return self.density(x)

    def log_pdf(self, x: ArrayLike) -> float | Floats:
        """The log density, by the name that predictive distributions have for it."""
        return self.log_density(x)

    def cdf(self, x: ArrayLike) -> float | Floats:
        """P(theta <= x), accurate in the lower tail; the upper one is `probability(low=x)`."""
        return plain(self._below(self._standard(points(x, "theta", self._nothing()))))

    def probability(self, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> float | Floats:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless low <= high.

        >>> import stattools as st
        >>> st.Normal(0, 1).probability(low=10.0)
        7.619853024160...e-24
        """
        low, high = ordered(low, high, self._place()[0])
        a, b = self._standard(low), self._standard(high)
        return plain(np.where(a > 0, self._below(-a) - self._below(-b), self._below(b) - self._below(a)))

    @abstractmethod
    def _place(self) -> tuple[Floats, Floats]:
        """Center and scale."""

    @abstractmethod
    def _below(self, z: Floats) -> Floats:
        """The distribution function of the standard distribution."""

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def _standard(self, x: Floats) -> Floats:
        center, scale = self._place()
        return (x - center) / scale
