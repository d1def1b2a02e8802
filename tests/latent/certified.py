"""The data sets beside the project with certified values, as random terms; tests skip where the folder is absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stattools.data.design.latent_terms import RandomTerm
from stattools.interface.arrays import Floats
from stattools.latent.coordinates import Coordinates, coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def table(name: str) -> pd.DataFrame:
    if not (DATA / f"{name}.csv").exists():
        pytest.skip("the data sets with certified values are not here")
    return pd.read_csv(DATA / f"{name}.csv")


def term(group: object, z: Floats, name: str = "g") -> RandomTerm:
    codes, levels = pd.factorize(np.asarray(group))
    columns = tuple(f"z{k}" for k in range(z.shape[1]))
    return RandomTerm(f"(z | {name})", name, codes, tuple(levels.tolist()), columns, z)


def made(y: Floats, X: Floats, *terms: RandomTerm, reml: bool = True) -> tuple[Coordinates, Deviance]:
    """The coordinates and the deviance of a model with one grouping factor."""
    found = coordinates(X, np.asarray(y, dtype=float), terms)
    return found, Deviance.of(OneFactor.of(found.columns), found, reml)
