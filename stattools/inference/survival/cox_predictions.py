"""What Cox's regression expects of rows: hazard ratios, survival at given times, medians, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from stattools.data.formula.formula import require
from stattools.data.tables.columns import missing
from stattools.data.tables.origin import ARRAYS, Places, origin_of
from stattools.data.tables.pairing import index_of
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.prediction.answers import handed_out
from stattools.inference.survival.baseline import CoxBaseline, median_of, survival_ends
from stattools.inference.survival.product_limit import BANDS
from stattools.interface.arguments import is_one_of, some_numbers, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.models.survival.cox import CoxRegression

KINDS = ("hazard_ratio", "survival", "median", "link", "cumulative_hazard")
BY_TIME = ("survival", "cumulative_hazard")


def cox_predictions(
    baseline: CoxBaseline, data: Any, kind: str, times: ArrayLike | None, interval: float | None, band: str, align: bool
) -> Any:
    """See `CoxFit.predict`."""
    model = baseline.model
    kind, band = word_of(kind, KINDS), word_of(band, BANDS)
    if not is_one_of(kind, KINDS):
        raise IncompatibleError(f"{model.title} predicts kind= {', '.join(map(repr, KINDS))}; got {quoted(kind)}.")
    if not is_one_of(band, tuple(BANDS)):
        raise DomainError(f"predict has band= {', '.join(map(repr, BANDS))}; got {quoted(band)}.")
    if interval is not None:
        require_level(interval)
    if times is not None and kind not in BY_TIME:
        raise IncompatibleError(f'times= belong to kind="survival" and "cumulative_hazard"; got kind={kind!r}.')
    z = None if interval is None else -float(ndtri(0.5 * (1.0 - interval)))
    x, places = _rows(model, data)
    if kind in BY_TIME:
        asked = _asked(baseline, times)
        return places.frame(_by_time(baseline, x, _strata(model, data), asked, kind, z, band), ["row", "time"])
    is_median = kind == "median"
    found = _medians(baseline, x, _strata(model, data), z, band) if is_median else _ratios(baseline, x, kind, z)
    return handed_out(places, found if z is not None else found[kind].to_numpy(), kind, align, is_bare=z is None)


def _rows(model: CoxRegression, data: Any) -> tuple[Floats, Places]:
    """The columns of the rows of the fit, or of new ones, and where they are in their table."""
    if data is None:
        return model.X, model.places
    X = model.design.encode(data)
    kept = [k for k, name in enumerate(model.design.names) if name != "Intercept"]
    return X[:, kept], Places(len(X), None, origin_of(data, index=index_of(data)) or ARRAYS)


def _strata(model: CoxRegression, data: Any) -> NDArray[np.intp]:
    """The stratum of each row; new rows need the columns that the strata were."""
    if not model.strata:
        return np.zeros(len(model.X) if data is None else table(data).n, dtype=np.intp)
    if data is None:
        return model.said.labels["strata"][0]
    names = model.said.asked["strata"]
    if names == ("strata=",):
        raise IncompatibleError(
            f"{model.title} had its strata as an array, which new rows do not have: give the name of a column as "
            "strata= of st.cox."
        )
    frame = table(data)
    columns = []
    for name in names:
        require(name, frame.names)
        column = frame.column(name)
        if missing(column).any():
            raise DomainError(f"the stratum {name!r} has no value in row {int(np.argmax(missing(column)))}.")
        columns.append(column.tolist())
    each = columns[0] if len(names) == 1 else list(zip(*columns, strict=True))
    known = {label: k for k, label in enumerate(model.strata)}
    if (unseen := next((label for label in each if label not in known), None)) is not None:
        raise DomainError(f"the stratum {unseen!r} was not there when the model was fitted: it has no baseline.")
    return np.array([known[label] for label in each], dtype=np.intp)


def _asked(baseline: CoxBaseline, times: ArrayLike | None) -> Floats:
    """The times that were asked for, those of all events for None; none after the last row was at risk."""
    if times is None:
        return np.unique(baseline.model.sets.times)
    asked = some_numbers(times, "times= of predictions are numbers")
    if (asked > (last := baseline.last)).any():
        raise DomainError(f"the last row is at risk until {last:g}: nothing is known of {asked.max():g}.")
    return asked


def _by_time(
    baseline: CoxBaseline, x: Floats, strata: NDArray[np.intp], times: Floats, kind: str, z: float | None, band: str
) -> pd.DataFrame:
    """One line per row and time: row, time, the value, lower, upper."""
    H, se = np.empty((len(x), len(times))), np.empty((len(x), len(times)))
    for stratum in np.unique(strata):
        here = strata == stratum
        H[here], se[here] = baseline.hazards(x[here], int(stratum), times)
    columns = {"row": np.repeat(np.arange(len(x)), len(times)), "time": np.tile(times, len(x))}
    columns[kind] = (np.exp(-H) if kind == "survival" else H).ravel()
    if z is not None:
        lower, upper = survival_ends(H, se, z, band)
        if kind == "cumulative_hazard":
            with np.errstate(divide="ignore"):  # a band of survival that ends at 0
                lower, upper = -np.log(upper), -np.log(lower)
        columns |= {"lower": lower.ravel(), "upper": upper.ravel()}
    return pd.DataFrame(columns)


def _medians(baseline: CoxBaseline, x: Floats, strata: NDArray[np.intp], z: float | None, band: str) -> pd.DataFrame:
    found = np.empty((3, len(x)))
    for stratum in np.unique(strata):
        here = strata == stratum
        times = baseline.curve(int(stratum))[0]
        H, se = baseline.hazards(x[here], int(stratum), times)
        ends = survival_ends(H, se, 0.0 if z is None else z, band)
        found[:, here] = [median_of(times, S) for S in (np.exp(-H), *ends)]
    names = ("median", "lower", "upper") if z is not None else ("median",)
    return pd.DataFrame(dict(zip(names, found, strict=False)))


def _ratios(baseline: CoxBaseline, x: Floats, kind: str, z: float | None) -> pd.DataFrame:
    """Linear predictors against the means of the columns, or their exponentials."""
    away = x - baseline.center
    link = away @ baseline.theta
    columns = {kind: link}
    if z is not None:
        variance = np.einsum("ri,ij,rj->r", away, baseline.covariance, away)
        half = z * np.sqrt(
            np.maximum(variance, 0.0)
        )  # near the means of columns far from 0 it may be below by round-off
        columns |= {"lower": link - half, "upper": link + half}
    return pd.DataFrame({name: np.exp(v) if kind == "hazard_ratio" else v for name, v in columns.items()})
