"""Problems: by model the lines that make the data of the exam, X (n, 3) and what else the model has."""

from __future__ import annotations

from stattools.qualification.exam.law import WEIGHTED

ROWS = """import numpy as np; rng = np.random.default_rng(7); n = 240
X = rng.normal(size=(n, 3)); X[:, 1] = rng.integers(0, 2, n)
eta = 0.3 + X @ [0.8, -0.5, 0.2]"""
GROUPS = """import numpy as np; rng = np.random.default_rng(7); n = 240; g = np.repeat(np.arange(24), 10)
X = rng.normal(size=(n, 1)); u = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 0.5]], 24)
eta = 0.3 + 0.8 * X[:, 0] + u[g, 0]"""
TIMES = f"""{ROWS}
T, C = rng.exponential(np.exp(-eta)), rng.uniform(0.2, 4, n)
event, time = (T <= C).astype(int), np.minimum(T, C)"""

PROBLEMS: dict[str, str] = {
    "linear": f"{ROWS}\ny = eta + rng.normal(size=n)",
    "logistic": f"{ROWS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "probit": f"{ROWS}\ny = (eta + rng.normal(size=n) > 0).astype(int)",
    "cloglog": f"{ROWS}\ny = rng.binomial(1, 1 - np.exp(-np.exp(eta - 0.5)))",
    "cauchit": f"{ROWS}\ny = rng.binomial(1, 0.5 + np.arctan(eta) / np.pi)",
    "ridge": f"{ROWS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "poisson": f"{ROWS}\ny = rng.poisson(np.exp(eta))",
    "poisson with an offset": f"{ROWS}\no = rng.normal(size=n) / 2\ny = rng.poisson(np.exp(eta + o))",
    "linear with weights": f"{ROWS}\ny = eta + rng.normal(size=n)\nw = rng.integers(1, 4, n)",
    "logistic with weights": f"{ROWS}\ny, w = rng.binomial(1, 1 / (1 + np.exp(-eta))), rng.integers(1, 4, n)",
    "poisson with weights": f"{ROWS}\ny = rng.poisson(np.exp(eta))\nw = rng.integers(1, 4, n)",
    "gamma": f"{ROWS}\ny = rng.gamma(2.0, np.exp(eta) / 2)",
    "negative binomial": f"{ROWS}\ny = rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, n))",
    "softmax": f"{ROWS}\ny = np.argmax(np.column_stack([0 * eta, eta, -eta]) + rng.gumbel(size=(n, 3)), axis=1)",
    "ordinal": f"{ROWS}\ny = np.digitize(eta + rng.logistic(size=n), [-0.5, 1.0])",
    "Cox": TIMES,
    "Weibull": TIMES,
    "mixed": f"{GROUPS}\ny = eta + rng.normal(size=n)",
    "mixed with slopes": f"{GROUPS}\ny = eta + u[g, 1] * X[:, 0] + rng.normal(size=n)",
    "mixed logistic": f"{GROUPS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "local level": f"{ROWS}\ny = eta + rng.normal(size=n) + np.cumsum(rng.normal(size=n)) / 2",
    "autoregression": f"{ROWS}\nfrom scipy.signal import lfilter\n"
    "y = eta + lfilter([1], [1, -0.6], rng.normal(size=n))",
}
PROBLEMS |= {f"influence, {model}": PROBLEMS[model] for model in ("linear", "logistic", "poisson")}
PROBLEMS |= {f"log-likelihood, {model}": PROBLEMS[model] for model in WEIGHTED}
"""`b` of an answer are the intercept, where there is one, and the slopes of the columns of X; of a softmax regression a
row of them for each category but the first; of an ordinal one, Cox's and Weibull's (of log time) the slopes come first;
of an influence the Cook's distances and the leverages of all rows; of a log-likelihood this number alone.
"""
SLOPES_FIRST = ("ordinal", "Cox", "local level")
"""Models whose answer has the slopes alone."""
