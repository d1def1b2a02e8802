"""What every answer owes: numbers that are numbers, and text without holes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

EMPTY = r"<built-in|<bound method|; ?\.(?=\s|$)|\. \.(?=\s|$)"
TEXT_HOLES = re.compile(
    EMPTY + r"|\bnan\b|\bNone\b|\bNaN\b|\bNaT\b|<NA>|<class|<function| object at 0x|\bnp\.(float|int)\d+\("
)
MESSAGE_HOLES = re.compile(EMPTY)
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_MESSAGE = 3000


DOCUMENTED: tuple[tuple[str, str, str], ...] = (
    (r"\.support ", "inf", "the ends of the line are values that the parameter comes near to"),
    (r"\.t_df\s*$", "inf", "infinite where intervals are normal"),
    (r"\.df(_residual)?\s*$", "inf", "the same, of a test"),
    (r"^validate .*\.rows\.(se|reference_se)", "nan", "a number that has no standard error"),
    (r"^validate .*\.rows\.(reference|difference_in_se|digits)", "nan", "a reference that failed has no numbers"),
    (r"^\w+\.(mean|sd|table|variance|covariance)\b", "nan inf", "moments that the distribution does not have"),
    (r"^\w+\.quantile ", "inf", "the ends of the line"),
    (r"^Fit\.cooks_distance", "inf", "a row that determines a coefficient alone"),
    (r"^exponential_moments .variance|ExponentialMoments\.(variance|std)", "nan", "the variance of one observation"),
    (r"^Improper\.prior \.values", "inf", "a flat prior is the limit of ever wider ones"),
    (r"KaplanMeier\.table ", "nan", "the spread of a curve that is at 0"),
    (r"KaplanMeier\.quantile ", "inf", "a curve that does not come down so far"),
    (r"^explain \.rows\.(estimates|se|intervals)", "nan", "a share of a difference that is 0"),
    (r"^validate .*reference_decrement", "nan inf", "a reference that has no score, or did not come near"),
    (r"^audit \.decrement", "nan", "a maximum that is a formula, on a bound, or of curves"),
    (r"^validate .*reference_loglik", "inf", "a reference that failed has no log-likelihood"),
    (
        r"^validate .*\.rows\.(reference|difference_in_sd|monte_carlo_error|sd_ratio)",
        "nan",
        "draws that fail on their own are compared with nothing",
    ),
    (r"^Posterior\.(diagnostics|summary) .*r_hat", "nan", "one chain agrees with itself"),
    (r"^states |^(Fit|SeriesFit)\.(states|innovations) ", "nan inf", "while a flat state enters nothing is predicted"),
    (
        r"^separation \.infinite|^(Level)?Separation\.(infinite|interval)",
        "nan inf",
        "what the outcomes make infinite, or do not determine",
    ),
    (r"\.slope $", "inf", "next to the edge of the line the slope is beyond float64"),
    (
        r"^fit \.covariance|^SeriesFit\.(se|table|interval|covariance)",
        "nan",
        "a variance whose maximum is 0: fit.boundary",
    ),
    (r"^NetworkFit\.(own_accuracy|residual_sd) ", "nan", "an accuracy without classes, the scale of what has none"),
    (r"^NetworkFit\.curve \.validation", "nan", "a training without validation rows"),
    (r"^(LinearMixed|MixedRegression)Fit\.r_squared", "nan", "two numbers where there are groups: fit.goodness"),
    (r"\.found ?\.maximum\.least", "inf", "no variance of effects is at 0"),
    (r"Fit\.(smooths|local_maxima|smooth) .*\.?penalty", "inf", "a curve that is a line, of standard deviation 0"),
    (r"^\w*Fit\.predict .upper", "inf", "an end beyond the largest number that float64 has"),
    (r"\.marginal\.(work\.)?(rows\.y|block)", "inf", "where the interval of a time that is censored ends"),
    (r"\.glance \.r_squared|^\w*Fit\.r_squared", "nan", "a model without a null model"),
    (r"\.goodness \.(adjusted_)?r_squared", "nan", "an outcome that does not vary has nothing to be explained"),
    (r"\.variance_components \.(estimate|lower|upper)", "nan", "a correlation beside a variance of 0"),
    (r"marginal_effects \.statistic", "inf", "an effect whose standard error is 0: the page of the fit says so"),
    (r"^hodrick_prescott |^Decomposition\.cycle", "nan", "the cycle where nothing was observed"),
    (r"^ExponentialFilterState\.update ", "nan", "missing from the start"),
    (r"^(linear_recurrence|exponential_filter|exponential_moments) ", "nan", "missing from the start, or after NaN"),
    (r"\.(flat|haldane|jeffreys|reference) .values", "inf", "the parameters of an improper limit"),
    (r"^(Fit|SeriesFit|fit|load).*(profile|interval)", "inf", "the log-likelihood levels off: the interval has no end"),
    (r"\.(log_density|log_pdf|log_pmf|loglik) $", "inf", "the logarithm of 0"),
    (
        r"^(Beta|Gamma)\.density $",
        "inf",
        "no bound at the end of the line where a parameter is below 1",
    ),
    (r"^tipping_prior \.strength", "inf", "no prior of that mean reverses the conclusion"),
    (
        r"^\w+\.(predict|residuals|residuals_of|leverage|cooks_distance|pointwise_loglik|separate_probabilities)\b",
        "nan",
        "a row of the table that was dropped, or has no value of what it needs",
    ),
    (r"^held_out \.accuracy", "nan", "an accuracy without classes"),
    (r"^held_out \.(se|difference_se)", "nan", "the spread of one row"),
    (r"^(Cluster|Binomial|BetaBinomial) ", "nan inf", "what was given, checked when the rows are known"),
)
"""Places of answers that may be NaN ("nan") or infinite ("inf"): a pattern of "owner place", which, and why."""


def leaves(value: Any, where: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every array of numbers in an answer, with its place: frames by column, records by field."""
    if depth > 4 or value is None or isinstance(value, str | bytes | bool | Path):
        return
    if isinstance(value, int | float | complex | np.generic):
        yield where, np.asarray(value)
    elif isinstance(value, np.ndarray):
        yield where, value
    elif isinstance(value, pd.DataFrame):
        for label, column in zip(value.columns, [value.iloc[:, k] for k in range(value.shape[1])], strict=True):
            yield f"{where}.{label}", column.to_numpy()
    elif isinstance(value, pl.DataFrame):
        yield from leaves(value.to_dict(as_series=False), where, depth + 1)
    elif isinstance(value, pd.Series):
        yield where, value.to_numpy()
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, f"{where}.{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part, where, depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name not in NO_ANSWERS:
                yield from leaves(getattr(value, field.name, None), f"{where}.{field.name}", depth + 1)


NO_ANSWERS = frozenset(
    {
        "model",
        "solution",
        "rows_of",
        "design",
        "fit",
        "fits",
        "source",
        "prior",
        "entries",
        "parts",
        "priors",
        "history",
    }
)
"""Fields that hold what an answer was made from; they are asked themselves."""


def holes(value: Any) -> dict[str, str]:
    """The places of an answer where a number is NaN ("nan") or infinite ("inf")."""
    found: dict[str, str] = {}
    for where, array in leaves(value):
        if array.dtype.kind == "O":
            array = np.array([x for x in array.ravel() if isinstance(x, float | np.floating)], dtype=float)
        if array.dtype.kind not in "fc":
            continue
        if np.isnan(array).any():
            found[where] = "nan"
        elif np.isinf(array).any():
            found[where] = "inf"
    return found


def holes_of_text(text: str) -> list[str]:
    """What is missing from a text that a reader sees."""
    return [text[max(0, hit.start() - 60) : hit.end() + 20] for hit in TEXT_HOLES.finditer(text)]


def faults_of_message(message: str) -> list[str]:
    """What is wrong with the words of an error: nothing said, a hole, a control character, no end."""
    faults = [message[max(0, hit.start() - 60) : hit.end() + 20] for hit in MESSAGE_HOLES.finditer(message)]
    faults += [f"control character {hit.group()!r}" for hit in ESCAPES.finditer(message)]
    if len(message.split()) < 4:
        faults.append("says too little")
    if len(message) > LONGEST_MESSAGE:
        faults.append(f"{len(message)} characters")
    return faults
