"""Models, and what their fits print under a convention, as somebody's claim."""

import numpy as np
import pandas as pd

import stattools as st
from stattools.validation.claims.reading import read_claim

RNG = np.random.default_rng(3)
N = 80
TABLE = pd.DataFrame(
    {
        "x": RNG.normal(3.0, 2.0, N),
        "z": RNG.normal(50.0, 10.0, N),
        "g": RNG.choice(list("abc"), N),
        "k": RNG.integers(0, 4, N),
        "firm": RNG.integers(0, 12, N),
        "time": RNG.uniform(1.0, 5.0, N),
    }
)
TABLE["y"] = 1.0 + 0.5 * TABLE.x - 0.02 * TABLE.z + RNG.normal(size=N) * (0.5 + 0.2 * TABLE.x.abs())
TABLE["up"] = (RNG.random(N) < 1.0 / (1.0 + np.exp(2.0 - 0.6 * TABLE.x))).astype(int)
TABLE["count"] = RNG.poisson(np.exp(0.2 + 0.15 * TABLE.x) * TABLE.time)
TABLE["cost"] = RNG.gamma(2.0, np.exp(0.3 + 0.1 * TABLE.x))
TABLE["kind"] = RNG.choice(["p", "q", "r"], N)
TABLE["pain"] = pd.Categorical(RNG.choice(["low", "mid", "top"], N), ordered=True)
TABLE["week"] = RNG.integers(1, 9, N)

OLS, LOGISTIC = st.ols("y ~ x + z + g", TABLE), st.logistic("up ~ x + z", TABLE)
POISSON = st.poisson("count ~ x", TABLE, exposure="time")
COX, MIXED = st.cox("survival(week, up) ~ x + z", TABLE), st.linear_mixed("y ~ x + (1 | firm)", TABLE)
NEGATIVE = st.negative_binomial("count ~ x", TABLE)


def claim_of(
    model, digits=5, rows=None, columns=("se", "statistic", "p_value", "lower", "upper"), change=None, **options
):
    """What a fit of ours prints, rounded, as somebody's claim."""
    exponentiate = options.pop("exponentiate", False)
    table = st.fit(model, **options).table(exponentiate=exponentiate).iloc[:rows]
    frame = table[["term", "estimate", *(name for name in columns if name in table)]]
    frame = frame.copy() if change is None else change(frame.copy())
    texts = {name: [f"{value:.{digits}f}" for value in frame[name]] for name in frame.columns[1:]}
    return read_claim(frame.assign(**texts), name="the table")


def only(*names):
    """Estimates and these columns alone."""
    return {"columns": names}
