"""A table with an outcome for each regression of the command line."""

import numpy as np
import pandas as pd

rng = np.random.default_rng(5)
frame = pd.DataFrame({"x": rng.normal(size=60), "z": rng.choice(["a", "b"], size=60)})
frame["y"] = 2.0 * frame["x"] + rng.normal(size=60)
frame["sick"] = np.where(rng.random(60) < 0.5, "yes", "no")
frame["fruit"] = rng.choice(["fig", "kiwi", "plum"], size=60)
frame["visits"] = rng.poisson(2.0, size=60)
frame["many"] = rng.negative_binomial(1, 0.3, size=60)
frame["years"] = rng.integers(1, 4, size=60)
frame["asked"] = frame["visits"] + frame["years"]
