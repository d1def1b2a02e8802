"""How the scores of rows may depend on each other, where a name does not say it all: series and groups.

Labels of groups are codes, aligned with the rows that a model kept; rows of a series are in the order of time.

Automatic lags, for Bartlett's kernel, of n rows, with m = [4 (n / 100)^(2/9)], 3 in place of 4 where prewhitened:

    lags = [1.1447 (s_1 / s_0)^(2/3) n^(1/3)],   s_0 = g_0 + 2 sum_l g_l,   s_1 = 2 sum_l l g_l,   l = 1 ... m

g_l is the trace of G_l over the coefficients that are no constants, in the metric of their covariance, so that neither
units nor origin nor coding of the columns change it. Newey & West sum the columns of the scores with weights, R's
`bwNeweyWest` with 1 for each column as it is, whose lags change with the units; of one centered column both are equal.

Prewhitened: e_t = s_t - A s_{t-1}, A by least squares, has less autocorrelation, and M = D M_e D^T, D = (I - A)^-1.
The sums of e follow from G_l and the scores of the first and the last rows. Source: Newey & West, Review of Economic
Studies 61 (1994), 631-653; Andrews & Monahan, Econometrica 60 (1992), 953-966.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.design.latent_terms import combined
from stattools.data.files.rows import labels_of
from stattools.data.formula.formula import require
from stattools.data.tables.columns import coded, missing
from stattools.data.tables.table import axes, index_of, same_index, series, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import require_truth, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of, word_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.text.one_line import prints


@constructed_by_callers
@prints
@dataclass(frozen=True)
class HAC:
    """Newey-West: rows in the order of time, whose scores may correlate up to `lags` rows apart.

    M = G_0 + sum_l k_l (G_l + G_l^T) with G_l = sum_t s_t s_{t-l}^T; `kernel` "bartlett": k_l = 1 - l / (lags + 1), or
    "uniform": k_l = 1. `lags="auto"` takes as many as the autocorrelation of the scores asks for (Newey & West 1994):
    floor(1.1447 (s_1 / s_0)^(2/3) n^(1/3)) from the autocovariances up to lag floor(4 (n / 100)^(2/9)), of scores in
    units of their covariance, the same in whatever units the columns are. `prewhiten=True` takes a first-order
    autoregression out of the scores and puts it back into M (Andrews & Monahan 1992): R's `NeweyWest` does both by
    default. `correction` is "none" (statsmodels, ivreg2) or "stata" (Stata's `newey`): n / (n - p). Raises DomainError
    for lags that are not a whole number >= 0, automatic lags of the uniform kernel, and unknown names. Source: Newey &
    West (1987).

    >>> HAC(lags=4)
    HAC(lags=4, kernel='bartlett', correction='none', prewhiten=False)
    """

    lags: int | Literal["auto"]
    kernel: Literal["bartlett", "uniform"] = "bartlett"
    correction: Literal["none", "stata"] = "none"
    prewhiten: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        lags = word_of(self.lags, ("auto",))
        if (is_word := isinstance(lags, str)) and lags != "auto":
            raise DomainError(f"lags= of HAC is one whole number, at least 0, or 'auto'; got {quoted(lags)}.")
        if not is_word:
            lags = whole_number(lags, "lags= of HAC", at_least=0)
        require_truth(self.prewhiten, "prewhiten= of HAC")
        kernel = one_of(self.kernel, ("bartlett", "uniform"), "HAC needs kernel= one of {}")
        if is_word and kernel != "bartlett":
            raise DomainError('HAC(lags="auto") is for kernel="bartlett"; give a number of lags to the uniform one.')
        correction = one_of(self.correction, ("none", "stata"), "HAC needs correction= one of {}")
        vars(self).update(lags=lags, kernel=kernel, correction=correction)


@constructed_by_callers
@prints
@dataclass(frozen=True, eq=False)
class Cluster:
    """Rows in groups: scores may correlate within a group in any way, and not between groups.

    `Cluster(groups)`, or `Cluster(firms, years)` for two ways: V = V_firms + V_years - V_(both the same). Groups are
    the name of a column of the model's table, or one label per row.

    `kind` "CR1" sums the scores of a group as they are. With few groups, or groups of unequal size, that is too narrow.
    "CR2" corrects the scores of a group for what its leverage takes from them, as HC2 does those of a row, "CR3" as HC3
    does: the jackknife that leaves out groups. Each coefficient, and each combination of them, then has Satterthwaite's
    degrees of freedom of its own, and tests of several at a time Hotelling's T^2, for every model: see
    `docs/standard_errors.md`. Without `kind=` and `correction=` it is CR2 below 50 groups and CR1 from there on. CR2
    goes one way and needs leverages: two ways, Cox regressions, your own functions, and very many coefficients have
    CR1, and the page of the fit says so. Source: Pustejovsky & Tipton (2018).

    `correction` of CR1, with G groups, n rows and p coefficients:

    - "statsmodels": G / (G - 1) (n - 1) / (n - p) for every model; each of three two-way terms has its own G;
    - "stata": the same for `st.ols` (`regress`), G / (G - 1) for other models (`logit`, `poisson`, ...); two-way terms
      share the smaller G, as in `ivreg2, small`;
    - "none": 1.

    For `st.ols`, t has G - 1 degrees of freedom (the smaller G), as in both. That of CR2 is "none", and that of CR3
    "none" or "jackknife": (G - 1) / G. Source: Cameron & Miller (2015).

    >>> Cluster(["a", "a", "b"], correction="stata").kind
    'CR1'
    """

    groups: str | ArrayLike
    second: str | ArrayLike | None = None
    correction: Literal["statsmodels", "stata", "none", "jackknife"] | None = field(default=None, kw_only=True)
    kind: Literal["CR1", "CR2", "CR3"] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.groups is None:
            raise DomainError("Cluster needs groups, one label per row or the name of a column; got None.")
        if self.kind is None and self.correction is None:
            return
        kind = one_of("CR1" if self.kind is None else self.kind, CORRECTIONS, "Cluster needs kind= one of {}")
        given = CORRECTIONS[kind][0] if self.correction is None else self.correction
        every = tuple(dict.fromkeys(one for allowed in CORRECTIONS.values() for one in allowed))
        correction = one_of(given, every, "Cluster needs correction= one of {}")
        vars(self).update(kind=kind, correction=correction)
        if correction not in CORRECTIONS[kind]:
            of = " or ".join(f'kind="{one}"' for one, allowed in CORRECTIONS.items() if correction in allowed)
            own = ", ".join(map(repr, CORRECTIONS[kind]))
            raise DomainError(f"correction={correction!r} of Cluster goes with {of}; {kind} has {own}.")
        if self.second is not None and kind != "CR1":
            raise DomainError(
                f'Cluster(kind="{kind}") is for one-way clusters; two-way clusters have kind="CR1" only. Take the way '
                "with fewer groups."
            )


CORRECTIONS = {"CR1": ("statsmodels", "stata", "none"), "CR2": ("none",), "CR3": ("none", "jackknife")}
"""What the correction of each kind may be; the first is the usual one."""

FEW_CLUSTERS = 50
"""Below so many, clusters that were asked for without kind= and correction= are CR2: CR1 of 10 unequal ones covers 81 %
where 95 % is printed.
"""

FEWEST_CLUSTERS = 10
"""Below so many, no standard error of clusters is sure, and the page of the fit says so."""

NAME = re.compile(
    r"information|quasi\(dispersion=[0-9.e+-]+\)|HC[0-4]|robust|"
    r"HAC\(lags=\d+( found automatically)?(, prewhitened)?(, kernel=uniform)?(, correction=stata)?\)|Cluster\(.+\)",
    re.DOTALL,
)
"""The names of covariances, of which some end with `unusual`."""

COUNTED = re.compile(r"(?:^|[(, ])(\d+) groups")
"""Where such a name says how many groups there are, of CR1 if they are few or have no other name."""


def unusual(cov: HAC | Cluster) -> str:
    """The options that are not the default, as they are printed."""
    usual, words = "none", ""
    if isinstance(cov, Cluster):
        usual = CORRECTIONS[cov.kind or "CR1"][0]
        words = f", {cov.kind}" if cov.kind != "CR1" else ""
    else:
        words = (" found automatically" if cov.lags == "auto" else "") + (", prewhitened" if cov.prewhiten else "")
        words += f", kernel={cov.kernel}" if cov.kernel != "bartlett" else ""
    return words + (f", correction={cov.correction}" if cov.correction != usual else "")


def kernel_weights(kernel: str, lags: int) -> Floats:
    """k_0 ... k_lags.

    >>> kernel_weights("bartlett", 1).tolist()
    [1.0, 0.5]
    """
    lag = np.arange(lags + 1.0)
    return {"bartlett": 1.0 - lag / (lags + 1.0), "uniform": np.ones(lags + 1)}[kernel]


@record
class Groups:
    """One code 0 ... n - 1 per row of the model; a row of weight 0 has the code of another and counts nowhere. Of rows
    in files the groups are those of a `column`, and which there are is known when all rows have been read.
    """

    codes: NDArray[np.intp]
    n: int
    name: str
    labels: Sequence[Any] = ()
    column: str | None = None

    @classmethod
    def read(cls, groups: object, model: Model, who: str = "Cluster") -> Groups:
        """Groups from the name of a column or from labels, of the rows kept; DomainError where they do not fit.

        `who` asks for them.
        """
        labels, named = labels_of_rows(groups, model, who)
        gaps = missing(labels)
        if gaps.any():
            raise DomainError(
                f"{who}({named or 'groups'}) needs a group for every row; {int(gaps.sum())} have none, the first is "
                f"row {int(np.argmax(gaps))} of the fit (counting from 0). Give them a group, or drop them first."
            )
        codes, known = coded(labels, f"{who}({named or 'groups'})")
        if model.rows.weight is not None:
            used = model.rows.weight > 0
            codes = np.where(used, codes, codes[np.argmax(used)])
        present, codes = np.unique(codes, return_inverse=True)
        name = named or f"{len(present)} groups"
        require_two(len(present), f"{who}({name})")
        return cls(codes, len(present), name, [known[k] for k in present])

    @classmethod
    def of_column(cls, name: object, model: Model) -> Groups:
        """The groups that a column of the table of a model names; IncompatibleError for labels that are no column,
        DomainError for a column that holds neither numbers nor text.
        """
        source = model.rows.source
        if not isinstance(name, str):
            raise IncompatibleError(
                f"the rows of {model.title} are in files: Cluster needs the name of a column of them, as in "
                f"st.Cluster('firm'); got {type(name).__name__}. Write the labels into the files."
            )
        require(name, source.names)
        if source.kinds[name].startswith(("list", "struct", "map", "large_list", "fixed_size_list")):
            raise DomainError(f"Cluster({name}) needs numbers or text; the column holds {source.kinds[name]}.")
        return cls(np.empty(0, dtype=np.intp), 0, name, column=name)

    def of_rows(self, *batch: Any) -> tuple[Sequence[object], NDArray[np.intp]]:
        """The labels of the groups, and the place of each row's, of all rows in memory or of a `batch` of rows in files
        with their numbers; DomainError, with the place, for a row without a group.
        """
        if self.column is None:
            return self.labels, self.codes
        return labels_of(batch[0], self.column, batch[1], f"Cluster({self.column})")

    def seen(self, labels: Collection[object]) -> Groups:
        """The groups of which these labels were found in all rows; DomainError for a column that holds one."""
        if self.column is not None:
            require_two(len(labels), f"Cluster({self.name})")
        return self if self.n else replace(self, n=len(labels), labels=[*labels])


def require_two(n: int, whose: str) -> None:
    """DomainError for one group."""
    if n < 2:
        raise DomainError(
            f"{whose} needs two groups or more; all rows are in one. Use other groups, or none (cov='HC1')."
        )


def ways_of(cov: Cluster, model: Any) -> list[Groups]:
    """The groups of each way beside the rows of a model and, for two ways, of both."""
    read = Groups.read if model.rows.source is None else Groups.of_column
    asked: list[Any] = [groups for groups in (cov.groups, cov.second) if groups is not None]
    ways = [groups if isinstance(groups, Groups) else read(groups, model) for groups in asked]
    if len(ways) == 2:
        (one, other), name = ways, " and ".join(way.name for way in ways)
        pairs, codes = np.unique(one.codes * np.intp(other.n) + other.codes, return_inverse=True)
        ways.append(Groups(codes, len(pairs), name, range(len(pairs))))
    return ways


def labels_of_ways(ways: Sequence[Groups], used: NDArray[np.intp] | None, *batch: Any) -> list[tuple[Any, Any]]:
    """The labels of each way, where there are two of both, and the place of each row's, as of `Groups.of_rows`; without
    labels that no row has which is `used`.
    """
    each = [way.of_rows(*batch) for way in ways if way.n or way.column]
    if used is not None:
        present = [(known, *np.unique(codes[used], return_inverse=True)) for known, codes in each]
        each = [([known[k] for k in here], codes) for known, here, codes in present]
    return [*each, combined(each)] if len(each) < len(ways) else each


def labels_of_rows(groups: object, model: Model, who: str) -> tuple[pd.Series, str | None]:
    """One label per row of the model as a pandas Series, and the name of the column that they come from."""
    kept, n = model.kept, len(model.rows.X)
    if isinstance(groups, str):
        source = model.source
        if source is None:
            raise IncompatibleError(
                f"{who}({groups!r}) names a column, and {model.title} was given no table, or was loaded without it: "
                "pass the column itself."
            )
        column, named, index = table(source).column(groups), groups, None
    else:
        if axes(groups) == 2 and getattr(groups, "shape", (0, 2))[1] > 1:
            raise DomainError(f"{who} needs one label per row; for two ways write Cluster(groups1, groups2).")
        label = getattr(groups, "name", None)
        named = None if label in (None, "") else str(label)
        column = series(groups, named or "groups")
        index = index_of(groups)
    who = f"{who}({named or 'groups'})"
    if len(column) == n:
        same_index("the rows of the fit", model.index, who, index)
        return column, named
    if len(column) != n + model.n_dropped:
        raise DomainError(f"{who} needs one label for each of the {n} rows of the fit; got {len(column)}.")
    if kept is None:
        raise DomainError(
            f"{who} has {len(column)} labels, and the fit has {n} rows after {model.n_dropped} "
            "were dropped for missing values. Drop incomplete rows from the table first, then take the labels from it."
        )
    same_index("the rows of the fit", model.index, who, None if index is None else index[kept])
    return column.iloc[kept].reset_index(drop=True), named


def require_series(model: Any, cov: HAC, what: str = "fit") -> None:
    """DomainError unless the rows of the model, a `fit` in words, can be read as a series with steps of one."""
    n, kept = len(model.rows.X), model.kept
    if model.rows.weight is not None and (model.rows.weight != 1).any():
        raise DomainError("HAC needs rows in the order of time, each seen once; weights= repeat rows. Leave them out.")
    if cov.lags != "auto" and cov.lags >= n:
        raise DomainError(f"HAC(lags={cov.lags}) needs more rows than lags; the {what} has {n}. Use fewer lags.")
    if model.n_dropped and (kept is None or kept[-1] - kept[0] + 1 != n):
        raise DomainError(
            f"HAC needs rows at equal steps of time, and {model.n_dropped} were dropped: rows that "
            "follow each other in the fit may not do so in time. Fill the gaps, or cut the table to complete rows."
        )


LONGEST = 4e11
"""Clusters times p^3 of "CR2" and "CR3": some minutes of one core."""


def require_few(cov: Cluster, n: int, p: int) -> None:
    """DomainError or IncompatibleError where "CR2" and "CR3" of p coefficients and n clusters are beyond reach."""
    if cov.kind == "CR1":
        return
    what = f'Cluster(kind="{cov.kind}"), of {p:,} coefficients and {n:,} clusters,'
    instead = 'Use kind="CR1", which sums scores alone, or fewer coefficients.'
    require_memory(what, 2 * n * p * p, instead)
    if n * p**3 > LONGEST:
        raise IncompatibleError(f"{what} decomposes a matrix of each cluster, which takes many minutes. {instead}")


LARGEST = 0.97
"""The largest eigenvalue of A: Andrews and Monahan's limit, beyond which D is a guess."""

CONDITION = 1e12
"""The largest condition number of the squares of scores of which A is made."""


@dataclass(frozen=True, eq=False)
class Series:
    """Sums over lags of the products of consecutive scores, sum_l kernel[r, l] G_l for each row r of `kernel`; the
    first scores and the last, as many as there are lags; adds with `+` to those of a longer series.
    """

    kernel: Floats
    sums: Floats
    first: Floats
    last: Floats

    @classmethod
    def of(cls, kernel: Floats, scores: Floats) -> Series:
        """The series of the scores of consecutive rows, an array or a sparse one."""
        lags, (n, p) = kernel.shape[1] - 1, scores.shape
        ends = dense(scores[:lags]), dense(scores[max(n - lags, 0) :])
        found = cls(kernel, np.zeros((len(kernel), p, p)), *ends)
        for lag in range(min(lags + 1, n)):
            found._add(lag, dense(scores[lag:].T @ scores[: n - lag]))
        return found

    def __add__(self, other: Series) -> Series:
        """`other` follows: pairs of rows that lie on both sides of the border are added."""
        n, lags = len(self.last), self.kernel.shape[1] - 1
        last = np.concatenate([self.last, other.last])
        first = np.concatenate([self.first, other.first])[:lags]
        found = Series(self.kernel, self.sums + other.sums, first, last[max(len(last) - lags, 0) :])
        for lag in range(1, lags + 1):
            start, stop = max(lag - n, 0), min(lag, len(other.first))
            if start < stop:
                found._add(lag, other.first[start:stop].T @ self.last[n - lag + start : n - lag + stop])
        return found

    def _add(self, lag: int, cross: Floats) -> None:
        some = np.flatnonzero(self.kernel[:, lag])
        self.sums[some] += self.kernel[some, lag, None, None] * cross


def dense(values: Any) -> Floats:
    """The array, of a sparse one too."""
    return values if type(values) is np.ndarray else values.toarray()


def long_run(
    cov: HAC, n: int, sums: Callable[[Floats], Series], C: Floats, varying: NDArray[np.bool_]
) -> tuple[Floats, int]:
    """The meat of n rows, and the number of lags; `sums` reads the rows, and gives their sums by a kernel.

    C is the covariance of the coefficients, `varying` tells which of them are of no constant. Raises DomainError where
    there is no automatic lag, and where the scores are too near to a random walk to be prewhitened.
    """

    def one_sided(lags: int) -> Floats:
        kernel = kernel_weights(cov.kernel, lags)
        kernel[0] *= 0.5
        return kernel

    if isinstance(cov.lags, int) and not cov.prewhiten:
        half = sums(one_sided(cov.lags)[None]).sums[0]
        return half + half.T, cov.lags
    looked_at = min(int((3 if cov.prewhiten else 4) * (n / 100.0) ** (2.0 / 9.0)), n - 2)
    lags = looked_at if cov.lags == "auto" else cov.lags
    G, D = _sums(cov, n, sums, lags)
    if cov.lags == "auto":
        known, lags = lags, _automatic(n, G, C, varying if varying.any() else ~varying)
        if lags > known:
            G, D = _sums(cov, n, sums, lags)
    half = np.tensordot(one_sided(lags), G[: lags + 1], 1)
    return D @ (half + half.T) @ D.T, lags


def _sums(cov: HAC, n: int, sums: Callable[[Floats], Series], lags: int) -> tuple[Floats, Floats]:
    """G_0 ... G_lags, prewhitened if so asked, and what recolors."""
    if not cov.prewhiten:
        found = sums(np.eye(lags + 1)).sums
        return found, np.eye(found.shape[1])
    if lags + 2 > n:
        raise DomainError(
            f"HAC(lags={lags}, prewhiten=True) needs {lags + 2} rows or more; the fit has {n}. Use fewer lags."
        )
    return prewhitened(sums(np.eye(lags + 2)))


def prewhitened(series: Series) -> tuple[Floats, Floats]:
    """The sums of e_t = s_t - A s_{t-1} with one lag less, and D = (I - A)^-1, from sums of every lag by itself."""
    G, first, last = series.sums, series.first, series.last
    square = G[0] - np.outer(last[-1], last[-1])
    size = np.sqrt(np.diagonal(square))
    if not (size > 0).all() or np.linalg.cond(square / size / size[:, None]) > CONDITION:
        raise DomainError(
            "HAC(prewhiten=True) regresses scores on those of the row before, which are combinations of each other: "
            "the fit is exact, or has fewer rows than it needs. Use prewhiten=False."
        )
    A = np.linalg.solve(square, G[1].T).T
    root = float(np.abs(np.linalg.eigvals(A)).max())
    if root > LARGEST:
        raise DomainError(
            f"HAC(prewhiten=True) needs scores that forget: those of a row keep {root:.4g} of those of the row before, "
            f"and {LARGEST} is the most of which a sum over all time is known. Use prewhiten=False with many lags, or "
            "model the differences from row to row."
        )
    found = np.empty((len(G) - 1, *square.shape))
    for lag in range(len(G) - 1):
        behind = G[1].T
        if lag:
            behind = G[lag - 1] - np.outer(first[lag - 1], first[0]) - np.outer(last[-1], last[-lag])
        within = G[lag] - np.outer(last[-1], last[-lag - 1])
        found[lag] = G[lag] - np.outer(first[lag], first[0]) - G[lag + 1] @ A.T - A @ (behind - within @ A.T)
    return found, np.linalg.inv(np.eye(len(A)) - A)


def _automatic(n: int, G: Floats, C: Floats, varying: NDArray[np.bool_]) -> int:
    """Newey and West's number of lags, from G_0 ... G_m."""
    some = C[varying]
    metric = some.T @ np.linalg.solve(some[:, varying], some)  # tr(G_l metric) is the trace over the varying
    g = np.tensordot(G, metric.T, 2)
    lag = np.arange(len(g))
    s0, s1 = g[0] + 2.0 * g[1:].sum(), 2.0 * lag @ g
    lags = np.inf if s0 == 0 else 1.1447 * ((s1 / s0) ** 2) ** (1.0 / 3.0) * n ** (1.0 / 3.0)
    if not lags < n - 1:
        raise DomainError(
            f'HAC(lags="auto") finds {lags:.4g} lags for {n} rows: the autocovariances of the scores cancel. Give a '
            "number of lags, such as HAC(lags=4)."
        )
    return int(lags)
