"""The figures of the reports, in one house style: white ground, Okabe-Ito colors, labelled axes, no chart junk.

Each function takes arrays and returns a Matplotlib figure; none touches pyplot. `svg` writes the same bytes for the
same figure: fixed ids, no date, glyphs as outlines. Colors: Okabe & Ito, Color Universal Design (2008).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

type Numbers = Sequence[float] | NDArray[np.float64]

BLUE, VERMILION, GREEN, ORANGE, INK, FAINT = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#333333", "#DDDDDD"
WIDTH = 7.2
"""Inches; 691 pixels in a Markdown page."""

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.labelsize": 10.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.linewidth": 0.8,
    "axes.formatter.useoffset": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.constrained_layout.use": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "stattools",
}


@contextmanager
def style() -> Iterator[None]:
    """The house style on top of Matplotlib's defaults, whatever the user's own settings are."""
    from matplotlib import style as styles

    with styles.context(["default", STYLE]):
        yield


def svg(draw: Callable[[], Figure]) -> bytes:
    """The figure that `draw` makes, as SVG; the same figure gives the same bytes."""
    return _rendered(draw, "svg", {"Date": None, "Creator": None})


def png(draw: Callable[[], Figure], dpi: float = 150.0) -> bytes:
    """The figure that `draw` makes, as PNG."""
    return _rendered(draw, "png", {"Software": None}, dpi)


def _rendered(draw: Callable[[], Figure], kind: str, metadata: dict[str, None], dpi: float = 72.0) -> bytes:
    buffer = BytesIO()
    with style():
        draw().savefig(buffer, format=kind, metadata=metadata, dpi=dpi)
    return buffer.getvalue()


def canvas(height: float, **subplots: object) -> tuple[Figure, np.ndarray]:
    """A figure of the house's width with axes as `Figure.subplots` lays them out, always as a 2-d array."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.subplots(squeeze=False, **subplots)  # type: ignore[arg-type]


def legend(axes: Axes) -> None:
    """A legend in one line above the axes, where it hides nothing."""
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderaxespad=0.2)


def likelihood(
    theta: Numbers,
    relative: Numbers,
    *,
    maximum: float,
    intervals: Mapping[str, tuple[float, float]],
    xlabel: str,
) -> Figure:
    """The likelihood relative to its maximum, and under it the intervals made from it, one bar per kind."""
    theta, relative = np.asarray(theta), np.asarray(relative)
    ratio = {"height_ratios": [3.0, 0.35 * len(intervals) + 0.35]}
    figure, ((top,), (bottom,)) = canvas(4.4, nrows=2, ncols=1, sharex=True, gridspec_kw=ratio)
    top.plot(theta, relative, color=BLUE)
    top.fill_between(theta, relative, color=BLUE, alpha=0.12, linewidth=0)
    top.set(ylabel="likelihood / maximum", ylim=(0, 1.15), xlim=(theta[0], theta[-1]))
    bars(bottom, intervals, center=maximum)
    bottom.set(xlabel=xlabel)
    bottom.locator_params(axis="x", nbins=6)
    for axes in (top, bottom):
        axes.axvline(maximum, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    inside = maximum - theta[0] < 0.7 * (theta[-1] - theta[0])  # the words fit to the right of the line
    top.annotate(
        f"maximum at {maximum:.4g}",
        (maximum, 1.0),
        xytext=(6 if inside else -6, 2),
        textcoords="offset points",
        ha="left" if inside else "right",
        va="bottom",
    )
    return figure


def bars(axes: Axes, intervals: Mapping[str, tuple[float, float]], center: float) -> None:
    """One horizontal bar with end marks per interval, the first on top."""
    places = np.arange(len(intervals))
    for place, (lower, upper) in zip(places, intervals.values(), strict=True):
        axes.plot([lower, upper], [place, place], color=BLUE, marker="|", markersize=9, markeredgewidth=1.8)
        axes.plot(center, place, "o", color=BLUE, markersize=5, clip_on=False)
    axes.set_yticks(places, list(intervals))
    axes.set_ylim(len(intervals) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def posterior(
    theta: Numbers,
    density: Numbers,
    prior: Numbers,
    *,
    interval: tuple[float, float],
    label: str,
    mean: float,
    xlabel: str,
) -> Figure:
    """Prior and posterior density, the interval shaded under the posterior."""
    theta, density, prior = np.asarray(theta), np.asarray(density), np.asarray(prior)
    figure, ((axes,),) = canvas(3.4, nrows=1, ncols=1)
    inside = (theta >= interval[0]) & (theta <= interval[1])
    axes.fill_between(theta, density, where=inside, color=VERMILION, alpha=0.2, linewidth=0, label=label)
    axes.plot(theta, density, color=VERMILION, label="posterior")
    axes.plot(theta, prior, color=INK, linewidth=1.3, linestyle=(0, (4, 3)), label="prior")
    axes.plot([mean, mean], [0, np.interp(mean, theta, density)], color=VERMILION, linewidth=1.0)
    top = float(max(density[np.isfinite(density)].max(), 1.0))
    axes.locator_params(axis="x", nbins=6)
    axes.set(xlabel=xlabel, ylabel="density", xlim=(theta[0], theta[-1]), ylim=(0, 1.08 * top))
    legend(axes)
    return figure


def convergence(traces: Mapping[str, tuple[Numbers, Numbers]], *, xlabel: str, ylabel: str) -> Figure:
    """How far solvers are from the maximum at each step, both axes logarithmic."""
    figure, ((axes,),) = canvas(3.6, nrows=1, ncols=1)
    for (label, (step, gap)), color in zip(traces.items(), (VERMILION, BLUE, GREEN, ORANGE), strict=False):
        few = "o" if len(step) < 50 else None
        axes.plot(np.asarray(step) + 1, gap, color=color, label=label, marker=few, markersize=4)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
    legend(axes)
    return figure


def residuals(fitted: Numbers, residual: Numbers, *, fitted_label: str, residual_label: str) -> Figure:
    """Residuals against fitted values, and their normal quantile plot."""
    from scipy.special import ndtri

    fitted, residual = np.asarray(fitted), np.asarray(residual)
    size = 5.0 if len(residual) < 100 else 3.5 if len(residual) < 1000 else 2.5
    figure, ((left, right),) = canvas(3.4, nrows=1, ncols=2)
    left.axhline(0.0, color=INK, linewidth=1.0)
    left.plot(fitted, residual, "o", color=BLUE, markersize=size, alpha=0.75, markeredgewidth=0)
    left.set(xlabel=fitted_label, ylabel=residual_label, title="Residuals")
    ordered = np.sort(residual)
    n = len(ordered)
    expected = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25)) * residual.std()
    ends = np.array([expected[0], expected[-1]])
    right.plot(ends, ends + residual.mean(), color=INK, linewidth=1.0)
    right.plot(expected, ordered, "o", color=BLUE, markersize=size, alpha=0.75, markeredgewidth=0)
    right.set(xlabel="expected if normal", ylabel=residual_label, title="Normal quantiles")
    return figure


def calibration(
    predicted: Numbers,
    observed: Numbers,
    lower: Numbers,
    upper: Numbers,
    probability: Numbers,
    *,
    event: str,
    weight: Numbers | None = None,
    unit: str = "rows",
) -> Figure:
    """Observed share against predicted probability, in groups of rows; below, how many rows were predicted what."""
    predicted, observed = np.asarray(predicted), np.asarray(observed)
    errors = [observed - np.asarray(lower), np.asarray(upper) - observed]
    top = (
        1.0 if max(np.max(upper), np.max(probability)) > 0.6 else float(max(np.max(upper), np.max(probability)) * 1.05)
    )
    grid = {"height_ratios": [4.0, 1.0]}
    figure, ((axes,), (below,)) = canvas(4.8, nrows=2, ncols=1, sharex=True, gridspec_kw=grid)
    axes.plot([0, top], [0, top], color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="perfect calibration")
    axes.errorbar(
        predicted,
        observed,
        yerr=np.maximum(errors, 0.0),
        fmt="o",
        color=BLUE,
        markersize=5,
        linewidth=1.3,
        capsize=2.5,
        label=f"groups of {unit}, 95 % interval",
    )
    axes.set(ylabel=f"observed share of {event}", ylim=(0, top), xlim=(0, top))
    legend(axes)
    below.hist(probability, weights=weight, bins=np.linspace(0, top, 41).tolist(), color=BLUE, alpha=0.55)
    below.set(xlabel=f"predicted probability of {event}", ylabel=unit)
    below.grid(axis="x", visible=False)
    return figure


def coefficients(names: Sequence[str], estimate: Numbers, lower: Numbers, upper: Numbers, *, xlabel: str) -> Figure:
    """Estimates with their intervals, one line per coefficient, the line of no effect drawn."""
    estimate = np.asarray(estimate)
    errors = np.maximum([estimate - np.asarray(lower), np.asarray(upper) - estimate], 0.0)
    figure, ((axes,),) = canvas(1.1 + 0.32 * len(names), nrows=1, ncols=1)
    places = np.arange(len(names))
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.errorbar(estimate, places, xerr=errors, fmt="o", color=BLUE, markersize=5, linewidth=1.8)
    axes.set_yticks(places, [plain(name) for name in names])
    axes.set(xlabel=xlabel, ylim=(len(names) - 0.4, -0.6))
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    return figure


def means(predicted: Numbers, observed: Numbers, se: Numbers, *, xlabel: str, ylabel: str) -> Figure:
    """Observed group means against predicted ones, with two standard errors."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
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


def frequencies(counts: Numbers, observed: Numbers, expected: Mapping[str, Numbers], *, xlabel: str) -> Figure:
    """Observed shares of each count as bars, the shares that models expect as dots joined by lines."""
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
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


def probabilities(
    x: Numbers, curves: Mapping[str, tuple[Numbers, Numbers, Numbers]], *, xlabel: str, ylabel: str = "probability"
) -> Figure:
    """One narrow panel per category: its probability (mean, lower, upper) as x grows, all on the same axes."""
    columns = min(len(curves), 7)
    lines = -(-len(curves) // columns)
    figure, grid = canvas(0.6 + 2.1 * lines, nrows=lines, ncols=columns, sharex=True, sharey=True)
    panels, top = grid.ravel(), float(max(np.max(upper) for _, _, upper in curves.values()))
    for axes, (label, (mean, lower, upper)) in zip(panels, curves.items(), strict=False):
        axes.fill_between(x, 100 * np.asarray(lower), 100 * np.asarray(upper), color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(x, 100 * np.asarray(mean), color=BLUE)
        axes.set_title(plain(label).replace(" ", "\n", 1), fontsize=9, fontweight="normal")
        axes.set(ylim=(0, 105 * top), xlim=(np.min(x), np.max(x)))
        axes.locator_params(axis="x", nbins=4, integer=float(np.ptp(x)) >= 4.0)
    for axes in panels[len(curves) :]:
        axes.set_axis_off()
    figure.supxlabel(xlabel, fontsize=10)
    figure.supylabel(f"{ylabel}, %", fontsize=10)
    return figure


def profile(x: Numbers, height: Numbers, *, cut: float, marks: Mapping[str, float], xlabel: str) -> Figure:
    """A profile log-likelihood less its supremum, the height at which a test rejects, and marked values of x."""
    x, height = np.asarray(x), np.asarray(height)
    figure, ((axes,),) = canvas(3.8, nrows=1, ncols=1)
    axes.axhline(0.0, color=INK, linewidth=1.0)
    axes.axhline(cut, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.plot(x, height, color=BLUE)
    for k, (label, place) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        at = (place, np.interp(place, x, height))
        axes.plot(*at, "o", color=VERMILION, markersize=6)
        axes.annotate(
            plain(f"{label}: {place:.1f}", limit=60),
            at,
            xytext=(0, -80 - 20 * k),
            textcoords="offset points",
            ha="right",
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.6, "relpos": (1, 0)},
        )
    axes.set(xlabel=xlabel, ylabel="log-likelihood − supremum", xlim=(x[0], x[-1]), ylim=(height.min(), 0.5))
    return figure


def plain(text: object, limit: int = 28) -> str:
    """A name as figure text: no formula marks, one line, shortened in the middle.

    >>> plain("a$b"), plain("x" * 50)[:16]
    ('a\\\\$b', 'xxxxxxxxxxxxx…xx')
    """
    line = " ".join(str(text).split())
    if len(line) > limit:
        line = f"{line[: limit // 2 - 1]}…{line[-limit // 2 :]}"
    return line.replace("$", r"\$")
