"""The distribution of times without a model: the product-limit curve, its bands, `st.kaplan_meier`, the log-rank test.

    S(t) = prod over t_i <= t of (1 - d_i / n_i)        V(t) = sum of d_i / (n_i (n_i - d_i))      (Greenwood)

| band | ends at t |
|---|---|
| log-log | S^exp(-+ z sqrt(V) / |log S|): within (0, 1), the best of the three in small samples |
| greenwood | S -+ z S sqrt(V), cut at 0 and 1 |
| log | S exp(-+ z sqrt(V)), cut at 1 |

Where S is 0 the variance does not exist, and there is no band. The log-rank test is the score test of a Cox regression
on the groups with exact ties:

    U = sum over times and strata of (d_g - d n_g / n),    V = sum of d (n - d) / (n - 1) (diag(q) - q q'),  q = n_g / n
    U' V^- U ~ chi2(groups - 1)

Source: Kaplan & Meier, JASA 53 (1958), 457-481; Kalbfleisch & Prentice (2002), 1.4, 1.5; Borgan & Liestol, "A note on
confidence intervals and bands for the survival function" (1990); Mantel (1966).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import pinvh
from scipy.special import chdtrc, ndtri

from stattools.data.survival_data import Label, SurvivalRows, groups_of, strata_of, survival_rows
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.result import TestResult, p_words
from stattools.interface.arguments import is_number, require_level, some_numbers
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.models.survival.risk_sets import LifeTable
from stattools.text.columns import many, number, percent
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


LEVEL_WITH = 1e-12
"""Two probabilities this near are one: products of fractions have their round-off."""


@record
class ProductLimit:
    """The curve at the times of its life table."""

    table: LifeTable

    @cached_property
    def survival(self) -> Floats:
        """S just after each time."""
        return np.cumprod(self._staying)

    @cached_property
    def variance(self) -> Floats:
        """V at each time, Var(log S); infinite once S is 0."""
        table = self.table
        with np.errstate(divide="ignore"):  # where the last one has the event S is 0
            return np.cumsum(
                np.where(table.events > 0, table.events / (table.at_risk * table.at_risk * self._staying), 0.0)
            )

    @property
    def se(self) -> Floats:
        """Greenwood's standard error of S, NaN where S is 0."""
        return self._where_positive(lambda S, V: S * np.sqrt(V))

    @property
    def _staying(self) -> Floats:
        return (self.table.at_risk - self.table.events) / self.table.at_risk

    def band(self, kind: str, level: float) -> tuple[Floats, Floats]:
        """Pointwise interval of S at each time, NaN where S is 0."""
        z = -float(ndtri(0.5 * (1.0 - level)))
        lower, upper = (self._where_positive(lambda S, V, by=by: BANDS[kind](S, V, by)) for by in (-z, z))
        return lower, upper

    def _where_positive(self, of: Callable[[Floats, Floats], Floats]) -> Floats:
        found = np.full(len(self.survival), np.nan)
        some = self.survival > 0.0
        found[some] = of(self.survival[some], self.variance[some])
        return found

    def quantile(self, p: float) -> float:
        """The time by which a share p has had the event; infinite where the curve does not come so far."""
        return first_below(self.table.times, self.survival, 1.0 - p)

    def mean_until(self, tau: float) -> tuple[float, float]:
        """The mean of min(T, tau), the area below the curve, and its standard error."""
        times, table = self.table.times, self.table
        inside = times < tau
        corners = np.concatenate([[min(0.0, times[0])], times[inside], [tau]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        areas = heights * np.diff(corners)
        ahead = np.cumsum(areas[::-1])[::-1][1:]
        n, d = table.at_risk[inside], table.events[inside]
        left = n - d
        each = np.where(left > 0, d / np.where(left > 0, n * left, 1.0), 0.0)
        return float(areas.sum()), float(np.sqrt((ahead * ahead * each).sum()))


def first_below(times: Floats, heights: Floats, level: float) -> float:
    """Where a falling curve first comes down to a level; the middle of the stretch where it lies on it, as in R."""
    down = np.flatnonzero(heights <= level + LEVEL_WITH)
    if not len(down):
        return np.inf
    first = int(down[0])
    if abs(heights[first] - level) <= LEVEL_WITH:
        below = np.flatnonzero(heights < level - LEVEL_WITH)
        if len(below):
            return 0.5 * float(times[first] + times[below[0]])
    return float(times[first])


def _log_log(S: Floats, V: Floats, z: float) -> Floats:
    size = np.where(S < 1.0, -np.log(S), 1.0)
    return np.where(S < 1.0, S ** np.exp(-z * np.sqrt(V) / size), 1.0)


BANDS: Mapping[str, Callable[[Floats, Floats, float], Floats]] = {
    "log-log": _log_log,
    "greenwood": lambda S, V, z: np.clip(S + z * S * np.sqrt(V), 0.0, 1.0),
    "log": lambda S, V, z: np.minimum(S * np.exp(z * np.sqrt(V)), 1.0),
}
"""The ends of a band by its name; a z below 0 gives the lower one."""


def log_rank(
    time: Floats,
    event: NDArray[np.bool_],
    entry: Floats | None,
    weights: Floats | None,
    groups: NDArray[np.intp],
    strata: NDArray[np.intp],
) -> tuple[float, int, float, Floats]:
    """The statistic, its degrees of freedom, its p-value, and the number of events expected in each group."""
    K = int(groups.max()) + 1
    U, V, expected = np.zeros(K), np.zeros((K, K)), np.zeros(K)
    entry = np.full(len(time), -np.inf) if entry is None else entry
    weights = np.ones(len(time)) if weights is None else weights
    for stratum in range(int(strata.max()) + 1):
        here = strata == stratum
        some: list[Any] = [part[here] for part in (time, event, entry, weights)]
        whole = LifeTable.of(*some)
        times, d, n = (part[whole.events > 0] for part in (whole.times, whole.events, whole.at_risk))
        if not len(times):
            continue
        q, seen = np.empty((K, len(times))), np.zeros(K)
        for g in range(K):
            t, e, s, w = (part[groups[here] == g] for part in some)
            q[g] = LifeTable.of(t, e, s, w).at(times, s, w) / n
            seen[g] = float(w[e].sum())
        expected += q @ d
        U += seen - q @ d
        spread = np.where(n > 1.0, d * (n - d) / np.where(n > 1.0, n - 1.0, 1.0), 0.0)
        V += np.diag(q @ spread) - (q * spread) @ q.T
    inverse, df = pinvh(V, rtol=1e-10, return_rank=True)
    statistic = float(U @ inverse @ U)
    return statistic, int(df), float(chdtrc(df, statistic)) if df else 1.0, expected


Band = Literal["log-log", "greenwood", "log"]

WHO = "st.kaplan_meier"

SHARES = "quantile takes probabilities between 0 and 1; the median is 0.5"


def kaplan_meier(
    formula: str,
    data: object,
    /,
    *,
    weights: str | ArrayLike | None = None,
    level: float = 0.95,
    band: Band = "log-log",
) -> KaplanMeier:
    """The Kaplan-Meier curve of each group: the share without the event after each time.

    `formula` is "survival(time, died) ~ group", with several columns or "~ 1" on the right; the outcome may also be
    survival(entry, time, died), for rows at risk from `entry` on, or survival(time), where every event was seen. `died`
    is 0, 1 or bool, or an expression, `status == 2`. `data` is a table or a dict of arrays. `weights` are frequencies.
    `band` is how the intervals of this `level` are made, of S as of quantiles: "log-log", "greenwood" or "log" (R's
    "log-log", "plain" and "log"). Rows with a missing value are dropped and counted. Raises DomainError, naming the
    row, for times and events that are none, and where no event was seen. Source: Kaplan & Meier (1958).

    >>> import stattools as st
    >>> found = st.kaplan_meier("survival(months, died) ~ 1", {"months": [2, 5, 5, 8], "died": [1, 1, 0, 1]})
    >>> found.table()[["time", "at_risk", "events", "survival"]].to_numpy().tolist()
    [[2.0, 4.0, 1.0, 0.75], [5.0, 3.0, 1.0, 0.5], [8.0, 1.0, 1.0, 0.0]]
    """
    require_level(level)
    band = one_of(band, BANDS, f"{WHO} has band= {{}}")
    rows = survival_rows(WHO, formula, data, weights=weights)
    codes, labels = groups_of(WHO, rows)
    return KaplanMeier(rows, codes, labels, level, band)


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class KaplanMeier(Faces):
    """Curves of survival, one for each group: what `st.kaplan_meier` returns. `print` shows the medians.

    `groups` are the labels of the groups, () for one curve; frames have a column `group` where there are any.
    """

    rows: SurvivalRows
    codes: NDArray[np.intp]
    groups: tuple[Any, ...]
    level: float
    band: str

    @cached_property
    def curves(self) -> tuple[ProductLimit, ...]:
        """The curve of each group."""
        return tuple(ProductLimit(LifeTable.of(*part)) for part in self._parts)

    @property
    def n(self) -> float:
        """Number of rows, repeated by their weights."""
        return float(self.rows.n if self.rows.weights is None else self.rows.weights.sum())

    @property
    def formula(self) -> str:
        """The formula."""
        return self.rows.said.text

    def table(self, times: ArrayLike | None = None) -> pd.DataFrame:
        """One row per group and distinct time, or per time of `times`: [group,] time, at_risk, events, censored,
        survival, se, lower, upper.

        `at_risk` are those just before the time, `survival` is the share without the event after it, `se` Greenwood's
        standard error, `lower` and `upper` the band. Once the curve is at 0 they have no value. At `times` that were
        asked for, `events` and `censored` are those since the time before. Raises DomainError for a time after the last
        one of a group whose curve is not at 0: nothing is known of it.
        """
        asked = None if times is None else _times(times)
        return self._joined([self._one(k, asked) for k in range(self._several)])

    def quantile(self, p: float | Sequence[float] = 0.5) -> pd.DataFrame:
        """The times by which a share p has had the event, one row per group and p: [group,] p, time, lower, upper.

        The ends are where the band crosses 1 - p (Brookmeyer & Crowley 1982), infinite where it does not come so far.
        """
        shares = some_numbers(p, SHARES)
        if not ((shares > 0.0) & (shares < 1.0)).all():
            raise DomainError(f"{SHARES}; got {quoted(p)}.")
        frames = []
        for curve in self.curves:
            times, band = (
                curve.table.times,
                zip(("lower", "upper"), curve.band(self.band, self.level), (0, 1), strict=True),
            )
            ends = {name: np.where(curve.survival > 0.0, side, at) for name, side, at in band}
            found = [
                {"p": share, "time": curve.quantile(share)}
                | {name: first_below(times, end, 1.0 - share) for name, end in ends.items()}
                for share in shares.tolist()
            ]
            frames.append(pd.DataFrame(found))
        return self._joined(frames)

    def restricted_mean(self, tau: float) -> pd.DataFrame:
        """The mean time without the event until `tau`, the area below the curve: [group,] tau, mean, se, lower, upper.

        Raises DomainError for a tau after the last time of a group whose curve is not at 0.
        """
        if not (is_number(tau) and 0.0 < tau < np.inf):
            raise DomainError(f"restricted_mean takes a time tau above 0; got {quoted(tau)}.")
        z = -float(ndtri(0.5 * (1.0 - self.level)))
        frames = []
        for k, curve in enumerate(self.curves):
            self._require_known(k, float(tau))
            mean, se = curve.mean_until(float(tau))
            row = {"tau": float(tau), "mean": mean, "se": se, "lower": max(mean - z * se, 0.0), "upper": mean + z * se}
            frames.append(pd.DataFrame([row]))
        return self._joined(frames)

    def at_risk(self, times: ArrayLike) -> pd.DataFrame:
        """How many are at risk just before each time, one row per time: time, and a column for each group."""
        asked = _times(times)
        names = self.groups or ("at_risk",)
        return pd.DataFrame({"time": asked} | {name: self._counts(k, asked) for k, name in enumerate(names)})

    def test(self, *, strata: Label = None) -> TestResult:
        """The log-rank test that all groups have one curve, `statistic, df, p_value`, within `strata` where these are
        given: a column of the table, several, or an array of its length.

        Raises IncompatibleError for one group, DomainError where no two groups are ever at risk together.

        >>> import stattools as st
        >>> months, died = [2, 5, 5, 8, 9, 12], [1, 1, 0, 1, 1, 0]
        >>> found = st.kaplan_meier("survival(m, d) ~ g", {"m": months, "d": died, "g": list("aababb")}).test()
        >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
        (4.3822, 1, 0.0363)
        """
        if self._several < 2:
            raise IncompatibleError(f"test compares groups, and {self.formula!r} has one.")
        rows = self.rows
        within = np.zeros(rows.n, dtype=np.intp) if strata is None else strata_of(f"{WHO} test", rows, strata)[0]
        statistic, df, p_value, _ = log_rank(rows.time, rows.event, rows.entry, rows.weights, self.codes, within)
        if not df:
            raise DomainError(f"{WHO} test: no two groups are at risk together at the time of an event.")
        said = f"{rows.said.outcome.text} does not depend on {self.formula.split('~', 1)[1].strip()}"
        note = "" if strata is None else f"Within {many(int(within.max()) + 1, 'stratum')}."
        return TestResult("log-rank", statistic, df, p_value, (said,), note=note, digits=2)

    def plot(self, *, at_risk: bool = True, ax: object = None) -> Figure:
        """The curves with their bands, censored times as marks, and below them how many are at risk.

        `at_risk=False` leaves that table out; `ax` are Axes to draw on, two with the table and one without.
        """
        from matplotlib.ticker import MaxNLocator

        from stattools import figures
        from stattools.figures.given_axes import handed_out

        end = max(float(self.rows.time.max()), 0.0)
        ticks = np.asarray(MaxNLocator(7, steps=[1, 2, 5, 10]).tick_values(0.0, end))
        ticks = ticks[(ticks >= 0.0) & (ticks <= end * (1.0 + 1e-9))]
        names = [str(label) for label in self.groups] or ["all"]
        drawn = {}
        for name, curve in zip(names, self.curves, strict=True):
            censored = curve.table.times[curve.table.censored > 0]
            drawn[name] = (curve.table.times, curve.survival, *curve.band(self.band, self.level), censored)
        counts = {name: self._counts(k, ticks).tolist() for k, name in enumerate(names)} if at_risk else None
        label = self.rows.said.parts["time"].text
        return handed_out(lambda on: figures.survival(drawn, at_risk=counts, ticks=ticks, xlabel=label, on=on), ax)

    @property
    def _several(self) -> int:
        return max(len(self.groups), 1)

    @cached_property
    def _parts(self) -> list[tuple[Any, Any, Any, Any]]:
        """time, event, entry and weights of the rows of each group."""
        rows = (self.rows.take(np.flatnonzero(self.codes == k)) for k in range(self._several))
        return [(one.time, one.event, one.entry, one.weights) for one in rows]

    def _counts(self, k: int, times: Floats) -> Floats:
        return self.curves[k].table.at(times, *self._parts[k][2:])

    def _joined(self, frames: list[pd.DataFrame]) -> pd.DataFrame:
        """The frames of the groups below each other, each with its label."""
        for label, frame in zip(self.groups, frames, strict=False):  # no label for one curve
            frame.insert(0, "group", [label] * len(frame))
        return pd.concat(frames, ignore_index=True)

    def _one(self, k: int, asked: Floats | None) -> pd.DataFrame:
        curve = self.curves[k]
        table, (lower, upper) = curve.table, curve.band(self.band, self.level)
        if asked is None:
            counts = {"at_risk": table.at_risk, "events": table.events, "censored": table.censored}
            values = {"survival": curve.survival, "se": curve.se, "lower": lower, "upper": upper}
            return pd.DataFrame({"time": table.times} | counts | values)
        self._require_known(k, float(asked.max()))
        place = np.searchsorted(table.times, asked, side="right")
        counts = {"at_risk": self._counts(k, asked)}
        for name, part in (("events", table.events), ("censored", table.censored)):
            counts[name] = np.diff(np.append(0.0, np.cumsum(part))[place], prepend=0.0)
        starts = {"survival": 1.0, "se": 0.0, "lower": 1.0, "upper": 1.0}
        each = zip(starts.items(), (curve.survival, curve.se, lower, upper), strict=True)
        return pd.DataFrame({"time": asked} | counts | {name: np.append(at, part)[place] for (name, at), part in each})

    def _require_known(self, k: int, time: float) -> None:
        curve = self.curves[k]
        last = float(curve.table.times[-1])
        if time > last and curve.survival[-1] > 0.0:
            whose = f" of group {quoted(self.groups[k])}" if self.groups else ""
            raise DomainError(
                f"the last time{whose} is {last:g}, and not all have had the event by then: nothing is known of "
                f"{time:g}."
            )

    def _headline(self) -> str:
        events = many(float(sum(curve.table.events.sum() for curve in self.curves)), "event")
        return headline(self, "", self.formula, f"n = {self.n:,.0f}", events)

    def _page(self) -> Page:
        medians = self.quantile(0.5)
        head = ["group" if self.groups else "", "n", "events", "median", "lower", "upper"]
        rows = []
        for k, curve in enumerate(self.curves):
            count = float((curve.table.events + curve.table.censored).sum())
            ends = [number(float(medians[name].iloc[k])) for name in ("time", "lower", "upper")]
            name = str(self.groups[k]) if self.groups else "all"
            rows.append([name, f"{count:,.0f}", f"{curve.table.events.sum():,.0f}", *ends])
        said = [f"Kaplan-Meier: {self.formula}", f"n = {self.n:,.0f}"]
        if self.rows.n_dropped:
            said[1] += f", {many(self.rows.n_dropped, 'row')} with a missing value dropped"
        foot = [f"Intervals: {percent(self.level)}, where the {self.band} band of the curve crosses one half."]
        if not np.isfinite(medians["time"]).all():
            foot.append("∞: the curve does not come down to one half.")
        if self._several > 1:
            found = self.test()
            said_p = p_words(found.p_value, 2)
            foot.insert(0, f"Log-rank test: chi2({found.df}) = {found.statistic:.2f}, {said_p}")
        return Page(*said, "", Grid(head, rows, "lrrrrr"), "", *foot)


def _times(times: ArrayLike) -> Floats:
    """Times that were asked for, in order."""
    asked = some_numbers(times, "times that are asked for are numbers")
    if (np.diff(asked) < 0).any():
        raise DomainError("times are asked for in order, the earliest first.")
    return asked
