"""NIST's certified nonlinear regressions: models, and files of data with certified values and two starts each."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "nist" / "nonlinear"


class Problem(NamedTuple):
    """y (n,) and x (n,) or (n, 2); `starts` two of the parameters, `certified` the parameters, `rss` at these."""

    x: np.ndarray
    y: np.ndarray
    starts: tuple[np.ndarray, np.ndarray]
    certified: np.ndarray
    rss: float


def read(name: str) -> Problem:
    lines = (FOLDER / f"{name}.dat").read_text().splitlines()
    parameters = [line.split("=")[1].split() for line in lines[:60] if re.match(r"\s*b\d+\s*=", line)]
    start1, start2, certified = np.array(parameters, dtype=float).T[:3]
    rss = next(float(line.split(":")[1]) for line in lines if line.startswith("Residual Sum of Squares"))
    data = np.array([line.split() for line in lines[60:] if line.strip()], dtype=float)
    y, x = data[:, 0], data[:, 1] if data.shape[1] == 2 else data[:, 1:]
    return Problem(x, np.log(y) if name == "Nelson" else y, (start1, start2), certified, rss)


def _cycle(b, x, k):
    angle = 2.0 * np.pi * x / (12.0 if k is None else b[k])
    return b[1 if k is None else k + 1] * np.cos(angle) + b[2 if k is None else k + 2] * np.sin(angle)


def _gauss(b, x):
    return b[0] * np.exp(-b[1] * x) + sum(b[k] * np.exp(-(((x - b[k + 1]) / b[k + 2]) ** 2)) for k in (2, 5))


def _cubics(b, x):
    return np.polyval(b[3::-1], x) / np.polyval([*b[:3:-1], 1.0], x)


def _lanczos(b, x):
    return sum(b[k] * np.exp(-b[k + 1] * x) for k in (0, 2, 4))


def _chwirut(b, x):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


MODELS = {
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1.0 / b[2]),
    "BoxBOD": lambda b, x: b[0] * -np.expm1(-b[1] * x),
    "Chwirut1": _chwirut,
    "Chwirut2": _chwirut,
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "ENSO": lambda b, x: b[0] + _cycle(b, x, None) + _cycle(b, x, 3) + _cycle(b, x, 6),
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": _gauss,
    "Gauss2": _gauss,
    "Gauss3": _gauss,
    "Hahn1": _cubics,
    "Kirby2": lambda b, x: np.polyval(b[2::-1], x) / np.polyval([b[4], b[3], 1.0], x),
    "Lanczos1": _lanczos,
    "Lanczos2": _lanczos,
    "Lanczos3": _lanczos,
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "Misra1a": lambda b, x: b[0] * -np.expm1(-b[1] * x),
    "Misra1b": lambda b, x: b[0] * (1.0 - (1.0 + b[1] * x / 2.0) ** -2),
    "Misra1c": lambda b, x: b[0] * (1.0 - (1.0 + 2.0 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1.0 + b[1] * x),
    "Nelson": lambda b, x: b[0] - b[1] * x[:, 0] * np.exp(-b[2] * x[:, 1]),
    "Rat42": lambda b, x: b[0] / (1.0 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1.0 + np.exp(b[1] - b[2] * x)) ** (1.0 / b[3]),
    "Roszman1": lambda b, x: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    "Thurber": _cubics,
}
