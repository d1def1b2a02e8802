"""How a fit looks: steps of its solver, residuals, coefficients, observed against predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION, Numbers, canvas, legend, plain

if TYPE_CHECKING:
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
