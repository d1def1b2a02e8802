"""How a fit looks: steps of its solver, residuals, coefficients, observed against predicted, rows that pull at it.

How many digits two computations share, one line per model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.canvas import canvas
from stattools.figures.house_style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    VERMILION,
    Numbers,
    dots_per_inch,
    factor_axis,
    legend,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def convergence(traces: Mapping[str, tuple[Numbers, Numbers]], *, xlabel: str, ylabel: str) -> Figure:
    """How far solvers are from the maximum at each step, both axes logarithmic."""
    figure, ((axes,),) = canvas(3.6, nrows=1, ncols=1)
    for (label, (step, gap)), color in zip(traces.items(), (VERMILION, BLUE, GREEN, ORANGE), strict=False):
        few = "o" if len(step) < 50 else None
        axes.plot(np.asarray(step) + 1, gap, color=color, label=label, marker=few, markersize=4)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
    legend(axes)
    return figure


def residuals(
    fitted: Numbers,
    residual: Numbers,
    *,
    fitted_label: str,
    residual_label: str,
    sd: float | None = None,
    trend: tuple[Numbers, Numbers] | None = None,
    weight: Numbers | None = None,
    on: object = None,
) -> Figure:
    """Residuals against fitted values, and their normal quantile plot.

    Between the shaded ends lie 95 % of residuals of this standard deviation, by default their own, and on the right 95
    % of each ordered one. `trend` is the mean of residuals by fitted value. `weight` says how many each stands for.
    """
    fitted, residual = np.asarray(fitted), np.asarray(residual)
    size = 5.0 if len(residual) < 100 else 3.5 if len(residual) < 1000 else 2.5
    seen = np.ones(len(residual)) if weight is None else np.asarray(weight, dtype=float)
    middle = float(np.average(residual, weights=seen))
    spread = float(np.sqrt(np.average((residual - middle) ** 2, weights=seen))) if sd is None else sd
    middle = middle if sd is None else 0.0
    shown = _thinned(len(residual))
    figure, ((left, right),) = canvas(3.4, nrows=1, ncols=2, on=on)
    left.axhspan(-1.96 * spread, 1.96 * spread, color=INK, alpha=0.08, linewidth=0)
    left.axhline(0.0, color=INK, linewidth=1.0)
    left.plot(fitted[shown], residual[shown], "o", color=BLUE, markersize=size, alpha=0.75, markeredgewidth=0)
    if trend is not None:
        left.plot(*trend, color=VERMILION, linewidth=1.8)
    some = "" if len(shown) == len(residual) else f", {len(shown):,} of {len(residual):,}"
    left.set(xlabel=fitted_label, ylabel=residual_label, title=f"Residuals{some}")
    expected, ordered, lower, upper = _quantiles(residual, seen, spread, middle)
    right.fill_between(expected, lower, upper, color=INK, alpha=0.08, linewidth=0)
    ends = np.array([expected[0], expected[-1]])
    right.plot(ends, ends + middle, color=INK, linewidth=1.0)
    right.plot(expected, ordered, "o", color=BLUE, markersize=size, alpha=0.75, markeredgewidth=0)
    right.set(xlabel="expected if normal", ylabel=residual_label, title="Normal quantiles")
    return figure


MOST_POINTS = 5000
"""So many points are drawn of a cloud; more of them hide each other."""


def _thinned(n: int) -> np.ndarray:
    """Which of n points are drawn: all, or as many as are seen, evenly among them."""
    return np.arange(n) if n <= MOST_POINTS else np.linspace(0, n - 1, MOST_POINTS).astype(int)


def _quantiles(residual: np.ndarray, weight: np.ndarray, sd: float, middle: float) -> tuple[np.ndarray, ...]:
    """What ordered residuals are if normal, what they are, and between which ends 95 % of each of them lie."""
    from scipy.special import ndtri
    from scipy.stats import beta

    order = np.argsort(residual, kind="stable")
    order = order[weight[order] > 0]
    order = order[_thinned(len(order))]
    n = float(weight.sum())
    place = np.cumsum(weight[order]) * n / weight[order].sum() - 0.5 * weight[order] + 0.5
    expected = ndtri((place - 0.375) / (n + 0.25)) * sd
    lower, upper = (ndtri(beta.ppf(p, place, n + 1.0 - place)) * sd + middle for p in (0.025, 0.975))
    return expected, residual[order], lower, upper


def coefficients(
    names: Sequence[str],
    estimate: Numbers,
    lower: Numbers,
    upper: Numbers,
    *,
    xlabel: str,
    center: float | None = 0.0,
    log: bool = False,
    on: object = None,
) -> Figure:
    """Estimates with their intervals, one line per coefficient, the line of no effect drawn at the `center`.

    An end that is infinite, and an estimate that is, has an arrow at the edge; one that is not there is not drawn.
    """
    estimate = np.asarray(estimate, dtype=float)
    ends = np.array([lower, upper], dtype=float)
    errors = np.maximum([estimate - ends[0], ends[1] - estimate], 0.0)
    inside = np.where(np.isfinite(errors), errors, 0.0)
    figure, ((axes,),) = canvas(1.1 + 0.32 * len(names), nrows=1, ncols=1, on=on)
    places = np.arange(len(names))
    if log:
        axes.set_xscale("log")
    if center is not None:
        axes.axvline(center, color=INK, linewidth=1.0)
    axes.errorbar(estimate, places, xerr=inside, fmt="o", color=BLUE, markersize=5, linewidth=1.8)
    axes.set_yticks(places, [plain(name) for name in names])
    axes.set(xlabel=xlabel, ylim=(len(names) - 0.4, -0.6))
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    if not (np.isfinite(estimate) & np.isfinite(ends)).all():
        _arrows(axes, places, estimate, ends)
    if log:
        factor_axis(axes.xaxis, *axes.get_xlim())
    return figure


def _arrows(axes: Axes, places: np.ndarray, estimate: np.ndarray, ends: np.ndarray) -> None:
    """From an estimate to the edge of the axes where its interval has no end, or from inside where it is infinite."""
    edges = low, high = axes.get_xlim()
    log = axes.get_xscale() == "log"
    axes.set_xlim(low, high)
    for k, place in enumerate(places):
        for end, edge, marker in zip(ends[:, k], edges, "<>", strict=True):
            beyond = np.isinf(end) or (end == 0.0 and log) or estimate[k] == (-np.inf if marker == "<" else np.inf)
            if beyond:
                start = estimate[k] if np.isfinite(estimate[k]) else edge
                axes.plot([start, edge], [place, place], color=BLUE, linewidth=1.8, clip_on=False)
                axes.plot(edge, place, marker, color=BLUE, markersize=6, clip_on=False)


def offsets(distances: Mapping[str, float], *, xlabel: str) -> Figure:
    """Numbers by their distance from the maximum, in standard errors; two standard errors either way are shaded."""
    names, values = list(distances), np.array(list(distances.values()))
    figure, ((axes,),) = canvas(1.1 + 0.32 * len(names), nrows=1, ncols=1)
    places = np.arange(len(names))
    axes.axvspan(-2.0, 2.0, color=BLUE, alpha=0.12, linewidth=0)
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.hlines(places, 0.0, values, color=BLUE, linewidth=1.8)
    axes.plot(values, places, "o", color=BLUE, markersize=6)
    axes.set_yticks(places, [plain(name) for name in names])
    axes.set(xlabel=xlabel, ylim=(len(names) - 0.4, -0.6))
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    return figure


def means(predicted: Numbers, observed: Numbers, se: Numbers, *, xlabel: str, ylabel: str, on: object = None) -> Figure:
    """Observed group means against predicted ones, with two standard errors."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1, on=on)
    predicted, observed = np.asarray(predicted), np.asarray(observed)
    ends = [min(predicted.min(), observed.min()), max(predicted.max(), observed.max())]
    axes.plot(ends, ends, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect calibration")
    axes.errorbar(
        predicted,
        observed,
        yerr=2.0 * np.asarray(se),
        fmt="o",
        color=BLUE,
        markersize=5,
        linewidth=1.3,
        capsize=2.5,
        label="groups of rows, ± 2 standard errors",
    )
    axes.set(xlabel=xlabel, ylabel=ylabel)
    legend(axes)
    return figure


def frequencies(
    counts: Numbers, observed: Numbers, expected: Mapping[str, Numbers], *, xlabel: str, on: object = None
) -> Figure:
    """Observed shares of each count as bars, the shares that models expect as dots joined by lines."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1, on=on)
    axes.bar(counts, 100 * np.asarray(observed), width=0.8, color=BLUE, alpha=0.35, linewidth=0, label="observed")
    for (label, share), color in zip(expected.items(), (VERMILION, GREEN, ORANGE), strict=False):
        axes.plot(
            counts, 100 * np.asarray(share), "o-", color=color, markersize=4, linewidth=1.2, label=f"expected, {label}"
        )
    axes.set(xlabel=xlabel, ylabel="% of observations", xlim=(-0.7, float(np.max(counts)) + 0.7))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="x", visible=False)
    legend(axes)
    return figure


def rootogram(
    counts: Numbers, observed: Numbers, ends: Mapping[str, tuple[Numbers, Numbers]], *, xlabel: str
) -> Figure:
    """Square roots of frequencies: the observed as bars, intervals of replicated ones as lines side by side."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
    counts = np.asarray(counts, dtype=float)
    axes.bar(counts, np.sqrt(observed), width=0.8, color=BLUE, alpha=0.35, linewidth=0, label="observed")
    for k, ((label, (low, high)), color) in enumerate(zip(ends.items(), (VERMILION, GREEN, ORANGE), strict=False)):
        at = counts + 0.25 * (k - 0.5 * (len(ends) - 1))
        axes.vlines(at, np.sqrt(low), np.sqrt(high), color=color, linewidth=3.0, label=f"replicated, {label}")
    axes.set(xlabel=xlabel, ylabel="square root of the frequency", xlim=(-0.7, float(np.max(counts)) + 0.7))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="x", visible=False)
    legend(axes)
    return figure


def agreement(names: Sequence[str], digits: Mapping[str, Numbers], *, cap: float, xlabel: str) -> Figure:
    """Digits by model, a marker for each quantity; what is above `cap` is drawn there, NaN is left out."""
    figure, ((axes,),) = canvas(1.1 + 0.24 * len(names), nrows=1, ncols=1)
    places = np.arange(len(names))
    shapes = zip(digits.items(), (BLUE, VERMILION, GREEN), ("o", "s", "^"), (-0.2, 0.0, 0.2), strict=False)
    for (label, values), color, shape, shift in shapes:
        shown = np.minimum(np.asarray(values, dtype=float), cap)
        axes.plot(shown, places + shift, shape, color=color, markersize=4.5, label=label)
    axes.set_yticks(places, [plain(name, 44) for name in names])
    axes.set(xlabel=xlabel, xlim=(0.0, cap + 0.5), ylim=(len(names) - 0.4, -0.6))
    axes.tick_params(axis="y", length=0)
    legend(axes)
    return figure


STEPS = sorted(np.arange(-97.0, 100.0, 5.0).tolist(), key=abs)
"""How far a name may be moved up or down from its point, in points: first the least."""
DASHES = ("-", (0, (4, 3)), (0, (1, 1.5)))


def influence(
    leverage: Numbers,
    residual: Numbers,
    cook: Numbers,
    *,
    size: int | None,
    names: Sequence[str],
    worst: Sequence[int],
    note: str = "",
    on: object = None,
) -> Figure:
    """Standardized residuals r against leverage h; Cook's distance r^2 h / (size (1 - h)) is the same along a line;
    size None draws none, where it is no function of the two.

    The `worst` rows are named with their distances. `note` says which rows have no place here.
    """
    leverage, residual = np.asarray(leverage), np.asarray(residual)
    figure, ((axes,),) = canvas(4.2, nrows=1, ncols=1, on=on)
    axes.axhline(0.0, color=INK, linewidth=1.0)
    many = 5.0 if len(residual) < 100 else 3.5 if len(residual) < 1000 else 2.5
    axes.plot(leverage, residual, "o", color=BLUE, markersize=many, alpha=0.6, markeredgewidth=0)
    reach = 1.15 * max(float(np.abs(residual).max(initial=0.0)), 2.5)
    right = min(1.12 * float(leverage.max(initial=0.01)), 1.0)
    h = np.linspace(right / 400, min(right, 1.0 - 1e-9), 400)
    if size is not None:
        for line, dashes in zip(_lines(float(np.max(cook, initial=0.0))), DASHES, strict=False):
            edge = np.sqrt(line * size * (1.0 - h) / h)
            if not (shown := edge <= reach).any():
                continue
            said = f"Cook's distance {line:g}"
            axes.plot(h[shown], edge[shown], color=VERMILION, linewidth=1.0, linestyle=dashes, label=said)
            axes.plot(h[shown], -edge[shown], color=VERMILION, linewidth=1.0, linestyle=dashes)
    axes.set(xlabel="leverage", ylabel="standardized residual", xlim=(0.0, right), ylim=(-reach, reach))
    if note:
        axes.annotate(plain(note, 90), (1.0, 0.01), xycoords="axes fraction", ha="right", va="bottom", fontsize=8.5)
    if axes.get_legend_handles_labels()[0]:
        legend(axes, 3)
    _name(axes, leverage, residual, {k: f"{plain(names[k])} ({cook[k]:.2g})" for k in worst})
    return figure


def _lines(largest: float) -> list[float]:
    """1 and 0.5, above which is much, and a round number that some row is beyond."""
    if largest <= 0.0:
        return [1.0, 0.5]
    power = 10.0 ** np.floor(np.log10(largest))
    last = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= largest)
    return [1.0, 0.5, *([float(f"{last:.3g}")] if last < 0.5 else [])]


def _name(axes: Axes, x: np.ndarray, y: np.ndarray, names: Mapping[int, str]) -> None:
    """Names beside their points, moved up or down where they would lie over each other."""
    box = axes.get_window_extent()
    points = 72.0 / dots_per_inch(axes)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    taken: list[tuple[float, float, float]] = []
    for k, name in sorted(names.items(), key=lambda pair: y[pair[0]]):
        at = (x[k] - left) / (right - left) * box.width * points, (y[k] - low) / (high - low) * box.height * points
        wide, back = 5.2 * len(name), at[0] > 0.6 * box.width * points
        start = at[0] - wide - 6 if back else at[0] + 6
        free = [
            step
            for step in STEPS
            if 0.0 < at[1] + step < box.height * points - 8.0
            and not any(
                abs(at[1] + step - y) < 10.0 and start < end and start + wide > begin for y, begin, end in taken
            )
        ]
        step = free[0] if free else STEPS[0]
        taken.append((at[1] + step, start, start + wide))
        offset = (-6.0 if back else 6.0, step)
        axes.annotate(
            name, (x[k], y[k]), xytext=offset, textcoords="offset points", ha="right" if back else "left", fontsize=8.5
        )
