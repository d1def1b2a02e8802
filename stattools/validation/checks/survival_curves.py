"""Curves of survival beside statsmodels' SurvfuncRight, or counted again where rows enter late.

    log L = sum_t [d log h + (r - d) log(1 - h)],   h = 1 - S(t) / S(t-)

d of the r rows at risk have the event at t. The distance of a curve from the maximum h = d / r is in standard errors of
h. Source: Kaplan & Meier, JASA 53 (1958), 457-481.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import statsmodels
from scipy import special
from statsmodels.duration.survfunc import SurvfuncRight

from stattools.inference.survival.product_limit import KaplanMeier
from stattools.interface.arrays import Floats
from stattools.validation.agreement import SECOND, Agreement, compared, counted

SAME = 1e-9
"""Survival this close counts as the same."""


def validate_curves(answer: KaplanMeier) -> Agreement:
    """Survival and Greenwood's standard error at each time of an event, group by group."""
    table: Any = answer.table()
    table = table[table["events"] > 0].reset_index(drop=True)
    groups: list[Any] = table["group"].tolist() if "group" in table else [None] * len(table)
    of_group = [np.array([group == label for group in groups]) for label in answer.groups or (None,)]
    survival, se = np.empty(len(table)), np.empty(len(table))
    late = answer.rows.entry is not None
    for k, here in enumerate(of_group):
        survival[here], se[here] = (_counted_again if late else _survfunc)(answer, k)
    ours, own_se = table["survival"].to_numpy(), table["se"].to_numpy()
    times = table["time"].to_numpy().tolist()
    terms = [
        f"{time:.10g}" if group is None else f"{group}, {time:.10g}" for group, time in zip(groups, times, strict=True)
    ]
    rows = compared({"term": terms}, ours, survival, unit=own_se, se=own_se, reference_se=se)
    d, r = table["events"].to_numpy(), table["at_risk"].to_numpy()
    loglik, apart = np.zeros(2), np.zeros(2)
    for which, curve in enumerate((ours, survival)):
        h = np.empty(len(table))
        for here in of_group:
            h[here] = _hazard(curve[here], (d / r)[here])
        loglik[which] = float((special.xlogy(d, h) + special.xlog1py(r - d, -h)).sum())
        spread = np.sqrt(np.maximum(d * (r - d), 1.0) / r**3)
        apart[which] = float(np.sqrt((((h - d / r) / spread) ** 2).sum()))
    known = np.isfinite(own_se)
    same = bool((np.abs(ours - survival) <= SAME).all() and (np.abs(own_se - se)[known] <= SAME).all())
    name = f"{SECOND}, one event time at a time," if late else f"statsmodels {statsmodels.__version__} SurvfuncRight"
    digits = counted(float(rows["digits"].to_numpy().min()))
    se_digits = counted(float(rows["se_digits"].to_numpy()[known].min(initial=16.0)) if known.any() else np.nan)
    sentence = (
        f"{name} agrees: the same survival at {len(rows)} times of events (digits: {digits}) and standard errors "
        f"(digits: {se_digits})."
        if same
        else f"{name} differs by up to {np.abs(ours - survival).max():.2g} in survival; ours is {apart[0]:.1e} "
        f"standard errors from the maximum, that {apart[1]:.1e}."
    )
    ok = same or bool(apart[0] <= 1e-6 < apart[1])
    (ours_loglik, their_loglik), (ours_apart, theirs_apart) = loglik.tolist(), apart.tolist()
    return Agreement(rows, ours_loglik, their_loglik, name, True, ours_apart, theirs_apart, ok, sentence)


def _hazard(survival: Floats, least: Floats) -> Floats:
    """1 - S(t) / S(t-); `least`, the maximum's, where S was 0 before and says nothing of it."""
    before = np.concatenate([[1.0], survival[:-1]])
    known = before > 0.0
    return np.where(known, np.clip(1.0 - survival / np.where(known, before, 1.0), 0.0, 1.0), least)


def _rows(answer: KaplanMeier, k: int) -> tuple[Floats, Any, Floats]:
    """time, event and entry of the rows of a group, each as often as its weight says."""
    here, rows = answer.codes == k, answer.rows
    many = np.ones(int(here.sum()), dtype=np.intp) if rows.weights is None else rows.weights[here].astype(np.intp)
    entry = np.full(rows.n, -np.inf) if rows.entry is None else rows.entry
    return np.repeat(rows.time[here], many), np.repeat(rows.event[here], many), np.repeat(entry[here], many)


def _survfunc(answer: KaplanMeier, k: int) -> tuple[Floats, Floats]:
    time, event, _ = _rows(answer, k)
    with np.errstate(invalid="ignore", divide="ignore"):  # where the last one has the event
        found: Any = SurvfuncRight(time, event.astype(int))
        survival, se = np.asarray(found.surv_prob), np.asarray(found.surv_prob_se)
    return survival, np.where(survival > 0.0, se, np.nan)


def _counted_again(answer: KaplanMeier, k: int) -> tuple[Floats, Floats]:
    time, event, entry = _rows(answer, k)
    survival, greenwood = [1.0], [0.0]
    for t in np.unique(time[event]):
        r, d = int(((entry < t) & (t <= time)).sum()), int((event & (time == t)).sum())
        survival.append(survival[-1] * (r - d) / r)
        greenwood.append(greenwood[-1] + (d / (r * (r - d)) if r > d else np.inf))
    S, V = np.array(survival[1:]), np.array(greenwood[1:])
    return S, np.where(S > 0.0, S * np.sqrt(np.where(np.isfinite(V), V, 0.0)), np.nan)
