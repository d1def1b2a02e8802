"""A file with what files have: a name with a space, categories, missing values, counts."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from stattools.cli import app
from tests.cli.clinic import frame as clinic


@pytest.fixture(scope="session")
def people():
    rng = np.random.default_rng(3)
    n = 120
    age = rng.integers(18, 80, n).astype(float)
    frame = pd.DataFrame({"Age (years)": age, "region": rng.choice(["north|west", "süd", "Ost <b>"], n)})
    frame["cured"] = np.where(rng.random(n) < 1 / (1 + np.exp(-(age - 45) / 15)), "yes", "no")
    frame["visits"] = rng.negative_binomial(1, 0.25, n)
    frame["hours"] = rng.integers(1, 5, n)
    frame["cost"] = rng.lognormal(9, 1, n)
    frame.loc[:8, "Age (years)"] = np.nan
    return frame


@pytest.fixture
def file(people, tmp_path):
    path = tmp_path / "people.csv"
    people.to_csv(path, index=False)
    return path


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words], terminal_width=100)


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "clinic.csv"
    clinic.to_csv(path, index=False)
    return path
