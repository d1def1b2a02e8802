"""Small data with curves, made of whole numbers so that R has the same: see the commands in `test_curves.py`."""

import numpy as np

ROWS = np.arange(1, 91)
TABLE = {
    "x": ((ROWS * 37) % 97) / 97, "v": ((ROWS * 53) % 101) / 101, "z": ((ROWS * 13) % 17) / 17,
    "g": np.array(list("abc"))[ROWS % 3], "h": (ROWS % 10).astype(str),
}  # fmt: skip
TABLE["y"] = (
    np.round(np.sin(6 * TABLE["x"]), 3)
    + np.array([0, 0.5, -0.5])[ROWS % 3] * TABLE["x"]
    + ((ROWS * 29) % 23) / 23
    + ((ROWS % 10) * 7) / 10
)
NEW = {"x": [0.5, 1.2], "z": [0.3, 0.3], "v": [0.2, 0.2], "g": ["a", "a"], "h": ["1", "1"]}
