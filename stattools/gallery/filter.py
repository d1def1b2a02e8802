"""A filter whose weight varies: the recurrence four ways, where the closed form breaks, gaps, times, and the weight.

The exponential filter by its definition, in floats and in fractions, and by the closed form that breaks.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.fits.fit import SeriesFit
from stattools.interface.arrays import Floats
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences, smoothing
from stattools.reporting.document import Block, Document, Figure, Listing, Math, Paragraph, Section, Table
from stattools.reporting.tables import between, bound, count, decimals, number
from stattools.text.columns import percent


def closed_form(x: Floats, w: Floats) -> Floats:
    """y_t = P_t (x_0 + sum w_s x_s / P_s), with P the cumulative product of 1 - w: the textbook's vector formula."""
    keep = 1.0 - w
    keep[0] = 1.0
    product = np.cumprod(keep)
    shares = w * x
    shares[0] = x[0]
    # It is shown to break: the division by a product that has become 0.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return product * np.cumsum(shares / product)


def breakdown(w: Floats) -> int:
    """The first time at which the closed form is not a number, for a signal of ones."""
    return int(np.argmax(~np.isfinite(closed_form(np.ones(len(w)), w))))


def exact(x: Floats, w: Floats) -> list[Fraction]:
    """The recurrence in rational arithmetic."""
    return _steps([Fraction(value) for value in x.tolist()], [Fraction(gain) for gain in w.tolist()])


def loop(x: Floats, w: Floats) -> Floats:
    """The recurrence as it is written."""
    return np.array(_steps(x.tolist(), w.tolist()))


def _steps[T: (float, Fraction)](x: list[T], w: list[T]) -> list[T]:
    found = x[:1]
    for gain, value in zip(w[1:], x[1:], strict=True):
        found.append(found[-1] + gain * (value - found[-1]))
    return found


def farthest(found: Floats, truth: list[Fraction]) -> float:
    """The largest relative error."""
    return max(abs(float(Fraction(value) / right - 1)) for value, right in zip(found.tolist(), truth, strict=True))


SEED = 1

N = 100

LONG = 15_000

FLOOR = -float(np.log10(np.finfo(float).max))
"""Power of ten of a product whose reciprocal is the largest number of float64."""


def document() -> Document:
    """The report."""
    flow = nile()
    model = st.exponential_smoothing(flow)
    fit = st.fit(model)
    agreement = st.validate(fit)
    breaks = {label: breakdown(w) for label, w in long_weights().items()}
    return Document(
        "A filter whose weight varies",
        (
            sections.answer(_conclusion(fit, breaks)),
            sections.question(model, (Paragraph(ASKED), Paragraph(sentences.question(model)))),
            sections.data(model, Paragraph(SOURCE)),
            Section("The recurrence", _recurrence()),
            Section("Where the closed form breaks", _breaks(breaks)),
            Section("Gaps", _gaps()),
            Section("Irregular times", _times()),
            sections.likelihood(model),
            sections.maximum(fit),
            Section("Forecast", _forecast(fit)),
            sections.validation(agreement),
            sections.provenance([model], command=command("filter"), seeds=[SEED]),
        ),
    )


ASKED = (
    "An exponential filter follows a signal: at every time it moves toward the new value by a share, the weight. With "
    "a weight of its own at every time it is no convolution, and the formulas for a constant weight do not apply. How "
    "is it computed exactly and fast, what does a missing value do to it, and what weight does a series ask for?"
)

SOURCE = (
    "The annual flow of the Nile at Aswan, 1871 to 1970, in $10^8$ m³ (`statsmodels.datasets.nile`), is what the "
    "weight is estimated from. The parts before that use made-up signals, drawn with the seed below."
)


def nile() -> pd.Series:
    """The flow as a series named `flow`."""
    return pd.Series(shipped("nile")["volume"].to_numpy(float), name="flow")


def example() -> tuple[Floats, Floats]:
    """A signal from 1 to 3 and weights below 0.1."""
    return np.linspace(1.0, 3.0, N), np.random.default_rng(SEED).uniform(0.0, 0.1, N)


def long_weights() -> dict[str, Floats]:
    """Weights of which the cumulative product of 1 - w underflows."""
    rng = np.random.default_rng(SEED)
    return {
        "weights below 0.1": rng.uniform(0.0, 0.1, LONG),
        "weights below 0.5": rng.uniform(0.0, 0.5, LONG),
        "all weights 0.5": np.full(LONG, 0.5),
    }


def _recurrence() -> tuple[Block, ...]:
    x, w = example()
    truth = exact(x, w)
    M = np.eye(N)
    M[np.arange(1, N), np.arange(N - 1)] = w[1:] - 1.0
    right = w * x
    right[0] = x[0]
    ways = {
        "`st.exponential_filter` (banded solve, LAPACK)": st.exponential_filter(x, w, engine="lapack"),
        "the loop in Python": loop(x, w),
        "a dense solve": np.linalg.solve(M, right),
        "the closed form": closed_form(x, w),
    }
    rows = tuple((name, bound(farthest(found, truth), 1e-14)) for name, found in ways.items())
    step = np.ones(200_000)
    step[0] = 0.0
    small = 1e-7
    truth_end = -np.expm1((len(step) - 1) * np.log1p(-small))
    rounded = abs(st.linear_recurrence(1.0 - small, small * step)[-1] / truth_end - 1.0)
    ours = abs(st.exponential_filter(step, small, engine="lapack")[-1] / truth_end - 1.0)
    return (
        Paragraph("With $x_t$ the signal, $w_t$ the weights and $y_t$ the filter,"),
        Math(r"y_0 = x_0, \qquad y_t = y_{t-1} + w_t (x_t - y_{t-1})"),
        Paragraph(
            "Written as a system of equations, with $y_t - (1 - w_t) y_{t-1} = w_t x_t$ in row $t$, the matrix has "
            "ones on its diagonal, $w_t - 1$ below, and nothing else. It is solved by substitution, with no pivots and "
            "no division, and LAPACK has a routine for it. A weight of 1 takes the new value and a weight of "
            "0 keeps the old one, both exactly. In Python:"
        ),
        Listing(
            "import numpy as np\nimport stattools as st\n\nsignal = np.linspace(1, 3, 100)\n"
            f"weights = np.random.default_rng({SEED}).uniform(0, 0.1, 100)\nst.exponential_filter(signal, weights)",
            "python",
        ),
        Paragraph("Against the same recurrence in rational arithmetic, the largest relative error is at most:"),
        Table(("way", "largest relative error"), rows, "lr"),
        Paragraph(
            f"Where weights are small, $1 - w$ is the weak spot: at $w = 10^{{-7}}$ it is rounded, the same way at "
            f"every step. After {count(len(step))} values of a step from 0 to 1 the recurrence with $1 - w$ is off by "
            f"{bound(rounded, 1e-14)} in ratio, the filter by {bound(ours, 1e-14)}: it refines the solve once, with a "
            "residual formed with $w$ itself."
        ),
        Paragraph(
            "Compiled kernels, taken for long signals where Numba is installed, give the same numbers at the speed of "
            "memory; how fast each way is depends on the machine, and `benchmarks/recurrence.py` measures it."
        ),
    )


def _breaks(breaks: dict[str, int]) -> tuple[Block, ...]:
    weights = long_weights()
    logs, rows = {}, []
    for label, w in weights.items():
        keep = np.log10(1.0 - w)
        keep[0] = 0.0
        logs[label] = np.cumsum(keep)
        off = np.abs(st.exponential_filter(np.ones(LONG), w, initial="zero") - 1.0)[-1]
        rows.append((label, count(breaks[label]), bound(off, 1e-14)))
    return (
        Paragraph("Textbooks divide the recurrence by the product of all $1 - w$ so far, and then only sums are left:"),
        Math(
            r"P_t = \prod_{s=1}^{t} (1 - w_s), \qquad y_t = P_t \left( x_0 + \sum_{s=1}^{t} \frac{w_s x_s}{P_s} \right)"
        ),
        Paragraph(
            "That is right on paper and short in NumPy, but $P_t$ falls until $1 / P_t$ is larger than any number that "
            "float64 has, and from there on no $y_t$ is a number. One weight of exactly 1 is enough for it."
        ),
        Table(
            ("weights", "first $y_t$ that is not a number", "error of the banded solve at the end"), tuple(rows), "lrr"
        ),
        Figure(
            "products",
            lambda: figures.products(np.arange(LONG), logs, breaks, floor=FLOOR, xlabel="n"),
            alt="The cumulative products fall exponentially and leave the range of float64 at n = "
            + ", ".join(count(place) for place in breaks.values()),
            caption="The product of $1 - w$ as a power of ten. Marks: where the closed form is not a number any more.",
        ),
    )


def series_with_gaps() -> Floats:
    """A made-up series with a gap of five and one of one."""
    x = np.round(np.cumsum(np.random.default_rng(SEED + 2).normal(0.4, 1.0, 24)), 1)
    x[7:12] = np.nan
    x[17] = np.nan
    return x


def _gaps() -> tuple[Block, ...]:
    x, weight = series_with_gaps(), 0.3
    carry, decay = (st.exponential_filter(x, weight, missing=rule) for rule in ("carry", "decay"))
    rows = []
    for rule, ours, ignore in (("carry", carry, True), ("decay", decay, False)):
        theirs = pd.Series(x).ewm(alpha=weight, adjust=False, ignore_na=ignore).mean().to_numpy()
        gap = float(np.abs(ours - theirs).max())
        rows.append((f'`missing="{rule}"`', f"`ignore_na={ignore}`", bound(gap, 1e-14)))
    return (
        Paragraph(
            "At a missing value the filter stays where it is. What the next value counts is a choice. With `carry` it "
            "counts its own weight, as if no time had passed. With `decay` the past goes on losing weight through the "
            "gap, and the next value counts $w / (w + P)$, where $P$ is the product of $1 - w$ since the last value. "
            f"With $w = {weight}$, after the gap of five, that is "
            f"{number(weight / (weight + (1 - weight) ** 6), 2)}. Both are in pandas, for a constant weight:"
        ),
        Table(("stattools", "pandas `ewm(adjust=False)`", "largest difference"), tuple(rows), "llr"),
        Figure(
            "gaps",
            lambda: figures.gaps(np.arange(len(x)), x, {"carry": carry, "decay": decay}, xlabel="time", ylabel="value"),
            alt="After the gap of five values the filter with decay jumps nearly to the next value, and the one with "
            "carry moves by its usual share",
            caption="Grey: missing. The two rules differ after a gap, and then less and less.",
        ),
        Paragraph(
            'A gap may also be refused, with `missing="raise"`. `scipy.signal.lfilter`, which has constant weights '
            "only, turns everything after the gap into not-a-number, and a solver for general banded matrices "
            "everything before it as well."
        ),
    )


def _times() -> tuple[Block, ...]:
    rng = np.random.default_rng(SEED + 1)
    times, half_life = np.round(np.cumsum(rng.exponential(size=8)), 2), 1.5
    x = np.round(rng.normal(10.0, 2.0, 8), 1)
    w = st.decay_weights(times, half_life=half_life)
    moments = st.exponential_moments(x, times=times, half_life=half_life)
    age = np.exp2(-(times[-1] - times) / half_life)
    mean = float(age @ x / age.sum())
    spread = float(age @ (x - mean) ** 2 / age.sum() * age.sum() ** 2 / (age.sum() ** 2 - age @ age))
    off = max(abs(moments.mean[-1] / mean - 1.0), abs(moments.variance[-1] / spread - 1.0))
    y = st.exponential_filter(x, w)
    rows = tuple(
        (
            number(t, 2),
            number(value, 1),
            number(share, 3),
            number(level, 3),
            number(m, 3),
            number(s, 3) if s == s else "",
        )
        for t, value, share, level, m, s in zip(times, x, w, y, moments.mean, moments.std, strict=True)
    )
    return (
        Paragraph(
            "Where times are irregular, the weight follows from the time that passed: with a half-life $h$, "
            "$w_t = 1 - 2^{-(\\tau_t - \\tau_{t-1}) / h}$, which `st.decay_weights(times, half_life=h)` gives without "
            f"cancellation. `st.exponential_moments` has mean, variance and sum with weights $2^{{-age / h}}$. "
            f"With a half-life of {half_life:g}:"
        ),
        Table(("time", "value", "weight", "filter", "weighted mean", "weighted sd"), rows, "rrrrrr"),
        Paragraph(
            "The filter starts at its first value, whose weight falls by half in each half-life; the weighted mean "
            "gives the first value no more weight than its age does. The last mean and variance differ from weighted "
            f"sums by {bound(off, 1e-13)} in ratio."
        ),
    )


def _weight(fit: SeriesFit) -> tuple[str, str]:
    """The weight and its interval."""
    value, lower, upper = smoothing.weight(fit)
    places = decimals((upper - lower) / 4)
    return number(value, places), between(lower, upper, places)


def _forecast(fit: SeriesFit) -> tuple[Block, ...]:
    weight, interval = _weight(fit)
    coming = fit.forecast(1).iloc[0]
    return (
        Paragraph(
            f"The weight itself is {weight}, with {percent(fit.level)} interval {interval} from that of its log odds: "
            "a year's flow moves the forecast by that "
            "share of its forecast error. The flow of the year after the last is forecast as "
            f"{number(coming['mean'], 0)}, {percent(fit.level)} interval "
            f"{between(coming['lower'], coming['upper'], 0)}."
        ),
        *smoothing.diagnostics(fit),
    )


def _conclusion(fit: SeriesFit, breaks: dict[str, int]) -> str:
    weight, interval = _weight(fit)
    first = min(breaks.values())
    return (
        "An exponential filter with a weight of its own at every time is one triangular banded solve, exact where the "
        f"closed form stops being a number after {count(first)} values; the flow of the Nile asks for a weight of "
        f"{weight} ({percent(fit.level)} interval {interval})."
    )
