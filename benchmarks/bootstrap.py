"""Many small fits at once and the bootstrap, against a loop over statsmodels.

    uv run --group bench python benchmarks/bootstrap.py [--quick]

n = 100 rows, 3 columns and an intercept. statsmodels gives standard errors beside `fit_many`, estimates alone in the
bootstrap; ours always carry both and the certificate.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from statsmodels.api import OLS, Logit, Poisson, add_constant

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show

N, P = 100, 3
PEERS = {
    "logistic": (Logit, {"disp": 0, "method": "newton"}),
    "poisson": (Poisson, {"disp": 0, "method": "newton"}),
    "ols": (OLS, {}),
}


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    fits, rounds = (200, 3) if quick else (1000, 5)
    random = np.random.default_rng(0)
    X = random.normal(size=(N, P))
    D = add_constant(X)
    eta = 0.2 + X @ [0.5, -0.3, 0.2]
    outcomes = {
        "logistic": (random.random((fits, N)) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        "poisson": random.poisson(np.exp(eta), (fits, N)).astype(float),
        "ols": eta + random.normal(size=(fits, N)),
    }
    rows = random.integers(0, N, (fits, N))
    for family, Y in outcomes.items():
        model = getattr(st, family)(Y[0], X)
        fit, (peer, options) = st.fit(model), PEERS[family]
        for title, ours, theirs in (
            (
                "fit_many",
                lambda model=model, Y=Y: st.fit_many(model, outcomes=Y),
                lambda peer=peer, options=options, Y=Y: [peer(y, D).fit(**options).bse for y in Y],
            ),
            (
                "bootstrap of pairs",
                lambda fit=fit: st.bootstrap(fit, draws=fits, seed=1),
                lambda peer=peer, options=options, y=Y[0]: [peer(y[i], D[i]).fit(**options).params for i in rows],
            ),
        ):
            yield interleaved(
                f"{title}, {family}, {fits:,} fits",
                {"stattools": ours, "statsmodels, a loop": theirs},
                rounds=rounds,
                targets={} if quick else {"statsmodels, a loop": 50.0},
            )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
