"""Do a statistic, an interval and a p-value go with the estimate and the standard error beside them?

A Wald interval is symmetric, that of a ratio in logarithms: estimate - q se and estimate + q se. All numbers are
intervals here, and what is wrong is wrong for all values in them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stattools.validation.papers.check import Answer, between
from stattools.validation.papers.mentions import Mention
from stattools.validation.papers.p_checks import Tested, called, freedom, judged
from stattools.validation.papers.passages import ESTIMATES, STATISTICS, Passage
from stattools.validation.papers.reported import meet
from stattools.validation.papers.setting import Setting
from stattools.validation.papers.tails import Ends, quantile

SKEW = 0.05
"""Likelihood intervals of ratios are askew: the estimate may be so far from the middle, as a share of the length."""
LARGEST_RATIO = 50.0
"""What is called HR or PR and is larger is a rate of beats, not a ratio."""


def check_estimate(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """What is said of the numbers beside an estimate."""
    yield from _check_ratio_of_se(passage, setting)
    exponent, ratio = passage.the("estimate"), passage.the("ratio")
    if exponent and ratio and exponent.name[0] in "bB" and ratio.value.low > 0 and passage.the("se"):
        low, high = np.exp(exponent.value.low), np.exp(exponent.value.high)
        right = meet(ratio.value.span, (low, high))
        words = "" if right else f"{called(ratio)} is not exp({exponent.value.text}), which is {between((low, high))}."
        yield Answer("ratio", called(ratio), (low, high), "right" if right else "wrong", words)
    for interval in (one for one in passage.mentions if one.kind == "interval"):
        yield from _check_interval(interval, passage, setting)


def _check_ratio_of_se(passage: Passage, setting: Setting) -> Iterator[Answer]:
    """The statistic is estimate / se; without one p is recomputed from this."""
    se = passage.the("se")
    estimate = next((one for kind in ("estimate", "beta") if (one := passage.the(kind))), None)
    if se is None or estimate is None or se.value.high <= 0 or estimate.value.relation != "=":
        return
    ends = _quotient(estimate.value.span, (max(se.value.low, 0.0), se.value.high))
    statistic, p = passage.the(*STATISTICS), passage.the("p", "ns")
    name = f"{called(estimate)}, {se.name} = {se.value.text}"
    if statistic is not None:
        if statistic.name == "Wald" or statistic.name.startswith("Wald χ2") or statistic.name.startswith("Wald chi"):
            ends, span = _squared(ends), statistic.value.span
        elif statistic.kind in ("t", "z"):
            span = statistic.value.span
            ends = _both_signs(ends) if statistic.value.relation != "=" else ends
        else:
            return
        right = meet(span, ends)
        words = "" if right else f"{name} give a statistic {between(ends)}, not {statistic.value.text}."
        yield Answer("statistic", called(statistic), ends, "right" if right else "wrong", words)
    elif p is not None and np.isfinite(ends).all():
        df, size = _df(passage, setting), _size(ends)
        yield judged(Tested(name, "t", size, (df,), is_derived=True), p, passage, setting)


def _check_interval(interval: Mention, passage: Passage, setting: Setting) -> Iterator[Answer]:
    assert interval.second is not None
    low, high = interval.value, interval.second
    owner = passage.before(interval, *ESTIMATES)
    claimed = f"[{low.text}, {high.text}]"
    if low.low > high.high:
        yield Answer("interval", claimed, None, "wrong", f"The ends of {claimed} stand in the wrong order.")
        return
    if owner is None or owner.value.relation != "=":
        return
    name = called(owner)
    if owner.kind == "mean" and passage.the("se") is None:
        return  # of a transformed mean it is not in the middle
    if not (owner.value.high >= low.low and owner.value.low <= high.high):
        yield Answer("interval", claimed, None, "wrong", f"{name} lies outside of its interval {claimed}.")
        return
    if setting.said("another interval", passage.sentence):
        yield Answer("interval", claimed, None, "not judged", f"The interval {claimed} is said to be of another kind.")
        return
    is_ratio = owner.kind == "ratio"
    if is_ratio and (low.high <= 0 or owner.value.value > LARGEST_RATIO):
        yield Answer("interval", claimed, None, "not judged", f"{name} is no ratio whose logarithm has an interval.")
        return
    ends = [one.span for one in (owner.value, low, high)]
    center, lower, upper = [_logs(one) for one in ends] if is_ratio else ends
    se = None if is_ratio else _se_of(owner, passage)
    yield from _judged_interval(owner, interval, (center, lower, upper), se, passage, setting)


def _judged_interval(
    owner: Mention,
    interval: Mention,
    ends: tuple[Ends, Ends, Ends],
    se: Mention | None,
    passage: Passage,
    setting: Setting,
) -> Iterator[Answer]:
    center, lower, upper = ends
    is_ratio, claimed = owner.kind == "ratio", f"[{interval.value.text}, {interval.second.text}]"  # type: ignore[union-attr]
    level, df = interval.level or 0.95, (np.inf, np.inf) if is_ratio else _df(passage, setting)
    reach = quantile(level, np.inf), quantile(level, df[0])
    half = (0.0, np.inf) if se is None else (reach[0] * max(se.value.low, 0.0), reach[1] * se.value.high)
    found = _possible(center, half, lower, upper)
    name = called(owner)
    if found is None:
        middle = (lower[0] + upper[0]) / 2.0, (lower[1] + upper[1]) / 2.0
        off = max(center[0] - middle[1], middle[0] - center[1]) / max(upper[1] - lower[0], 1e-300)
        if is_ratio and off <= SKEW:
            words = f"The interval {claimed} of {name} is not symmetric in logarithms: one of the likelihood (profile)?"
            yield Answer("interval", claimed, None, "note", words)
            return
        if se is not None:
            whole = center[0] - half[1], center[1] + half[1]
            words = f"{name} and {se.name} = {se.value.text} give an interval {_from_to(whole)} at most, not {claimed}."
            least = center[1] - half[0], center[0] + half[0]
            if lower[1] >= whole[0] and upper[0] <= whole[1]:
                words = f"{name} and {se.name} = {se.value.text} give about {_from_to(least)}, not {claimed}."
        else:
            scale = "The middle of its logarithms" if is_ratio else "Its middle"
            middle = _exp(middle) if is_ratio else middle
            words = f"The interval {claimed} is not around {name}. {scale} is {between(middle)}."
        yield Answer("interval", claimed, None, "wrong", words)
        return
    yield Answer("interval", claimed, None, "right")
    points, halves = found
    quotient = _quotient(points, (max(halves[0], 0.0), halves[1]))
    p, statistic = passage.the("p", "ns"), passage.the(*STATISTICS)
    if statistic is not None and statistic.kind in ("t", "z") and se is None:
        z = (
            quotient[0] * (reach[0] if quotient[0] > 0 else reach[1]),
            quotient[1] * (reach[1] if quotient[1] > 0 else reach[0]),
        )
        right = meet(statistic.value.span, z)
        words = (
            ""
            if right
            else f"{name} and its interval {claimed} give a statistic {between(z)}, not {statistic.value.text}."
        )
        yield Answer("statistic", called(statistic), z, "right" if right else "wrong", words)
    elif p is not None and statistic is None and passage.the("se") is None and interval.level is not None:
        size = _size(quotient)
        size = size[0] * reach[0], size[1] * reach[1]
        if np.isfinite(size[1]):
            yield judged(
                Tested(f"{name} {claimed}", "z" if is_ratio else "t", size, () if is_ratio else (df,), is_derived=True),
                p,
                passage,
                setting,
            )


def _possible(center: Ends, half: Ends, lower: Ends, upper: Ends) -> tuple[Ends, Ends] | None:
    """The centers and half lengths with both ends where they are printed; None where there are none.

    x in `center`, w in `half`, x - w in `lower`, x + w in `upper`: for each w between its bounds linear in x, so that
    x is bounded by the pairs of them.
    """
    x = (
        max(center[0], half[0] + lower[0], upper[0] - half[1], 0.5 * (upper[0] + lower[0])),
        min(center[1], upper[1] - half[0], half[1] + lower[1], 0.5 * (upper[1] + lower[1])),
    )
    slack = 1e-9 * max(abs(x[0]), abs(x[1]), 1e-9)
    w = max(half[0], 0.5 * (upper[0] - lower[1])), min(half[1], 0.5 * (upper[1] - lower[0]))
    if x[0] > x[1] + slack or w[0] > w[1] + slack:
        return None
    return (min(x), max(x)), (min(w), max(w))


def _df(passage: Passage, setting: Setting) -> Ends:
    """The degrees of freedom of a passage: those of its t or its df; else anything, normal too."""
    statistic, beside = passage.the("t"), passage.the("df")
    if statistic is not None and statistic.df:
        return freedom(statistic, passage, setting)[0][0][0], np.inf
    if beside is not None and len(beside.df) == 1:
        return beside.value.low, np.inf
    return (np.inf, np.inf) if passage.the("z") else (setting.least_df, np.inf)


def _se_of(owner: Mention, passage: Passage) -> Mention | None:
    se = passage.the("se")
    return se if se is not None and se.value.relation == "=" and owner.kind != "ratio" else None


def _quotient(top: Ends, bottom: Ends) -> Ends:
    """All quotients of two intervals, the lower one not negative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [np.divide(one, other) for one in top for other in bottom if not one == other == 0]
    return float(min(found)), float(max(found))


def _size(ends: Ends) -> Ends:
    sizes = abs(ends[0]), abs(ends[1])
    return (0.0 if ends[0] <= 0.0 <= ends[1] else min(sizes)), max(sizes)


def _both_signs(ends: Ends) -> Ends:
    return _size(ends)


def _squared(ends: Ends) -> Ends:
    low, high = _size(ends)
    return low * low, high * high


def _logs(ends: Ends) -> Ends:
    with np.errstate(divide="ignore"):
        return float(np.log(max(ends[0], 0.0))), float(np.log(ends[1]))


def _exp(ends: Ends) -> Ends:
    return float(np.exp(ends[0])), float(np.exp(ends[1]))


def _from_to(ends: Ends) -> str:
    return between(ends).replace("between", "from").replace(" and ", " to ")
