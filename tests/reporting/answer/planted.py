"""Tables with one fault planted, and one without."""

import numpy as np
import pandas as pd

N = 300


def table(seed: int = 1, n: int = N) -> pd.DataFrame:
    g = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": g.normal(size=n), "g": np.array(list("abc"))[np.arange(n) % 3]})
    eta = 0.8 + 0.4 * frame.x + 0.5 * (frame.g == "b")
    mean = np.exp(eta).to_numpy()
    frame["count"] = g.poisson(mean)
    frame["spread"] = g.negative_binomial(0.7, 0.7 / (0.7 + mean))
    frame["y"] = eta + g.normal(size=n)
    frame["uneven"] = 2.0 * eta + g.normal(size=n) * np.exp(0.5 * frame.x)
    frame["pulled"] = frame.y + 60.0 * (np.arange(n) == 7) * np.sign(frame.x)
    frame["event"] = (g.random(n) < 1.0 / (1.0 + np.exp(-eta + 0.8))).astype(int)
    p = g.beta(2.0, 2.0 * np.exp(0.8 - eta))
    frame["hits"] = g.binomial(20, p)
    frame["misses"] = 20 - frame.hits
    return frame
