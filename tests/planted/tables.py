"""Made data of four studies, as analysts have them: columns that a model does not use, some with missing values."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd


@cache
def births() -> pd.DataFrame:
    """400 births: low weight by age, weight of the mother, race and smoking; 25 clinics, visits with gaps."""
    rng = np.random.default_rng(11)
    n = 400
    table = pd.DataFrame(
        {
            "age": rng.integers(16, 42, n),
            "lwt": rng.normal(130.0, 25.0, n).round(),
            "race": rng.choice(["black", "other", "white"], n, p=[0.2, 0.3, 0.5]),
            "smoke": rng.integers(0, 2, n),
            "clinic": rng.integers(1, 26, n),
            "copies": rng.integers(1, 4, n),
        }
    )
    clinic = rng.normal(0.0, 0.7, 26)
    eta = 0.9 - 0.03 * table["age"] - 0.012 * table["lwt"] + 0.8 * table["smoke"] + clinic[table["clinic"]]
    eta += table["race"].replace({"white": 0.0, "black": 0.9, "other": 0.6}).astype(float)
    table["low"] = (rng.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(int)
    visits = rng.poisson(2.0, n).astype(float)
    visits[rng.choice(n, 43, replace=False)] = np.nan
    return table.assign(visits=visits)


@cache
def accidents() -> pd.DataFrame:
    """300 roads: accidents by speed, light and region, with traffic as exposure; dispersed beyond Poisson."""
    rng = np.random.default_rng(12)
    n = 300
    table = pd.DataFrame(
        {
            "speed": rng.normal(60.0, 12.0, n).round(1),
            "lit": rng.integers(0, 2, n),
            "region": rng.choice(["east", "north", "south"], n),
            "traffic": rng.uniform(0.5, 4.0, n).round(2),
            "county": rng.integers(1, 21, n),
            "inspected": rng.integers(1, 4, n),
        }
    )
    eta = (
        -1.2
        + 0.03 * table["speed"]
        - 0.5 * table["lit"]
        + table["region"].replace({"east": 0.0, "north": 0.4, "south": -0.3}).astype(float)
    )
    mean = table["traffic"] * np.exp(eta)
    table["accidents"] = rng.poisson(mean * rng.gamma(2.0, 0.5, n))
    rain = rng.normal(size=n).round(2)
    rain[rng.choice(n, 31, replace=False)] = np.nan
    return table.assign(rain=rain)


@cache
def wages() -> pd.DataFrame:
    """350 people of 30 firms: wage by schooling, experience, sex and sector; residuals grow with experience."""
    rng = np.random.default_rng(13)
    n = 350
    table = pd.DataFrame(
        {
            "school": rng.integers(8, 19, n),
            "years": rng.integers(0, 40, n),
            "sex": rng.choice(["female", "male"], n),
            "sector": rng.choice(["bank", "farm", "trade"], n),
            "firm": rng.integers(1, 31, n),
            "hours": rng.integers(1, 5, n),
        }
    )
    firm = rng.normal(0.0, 1.2, 31)
    mean = 2.0 + 0.8 * table["school"] + 0.08 * table["years"] + firm[table["firm"]]
    mean += table["sex"].replace({"female": 0.0, "male": 1.1}).astype(float)
    mean += table["sector"].replace({"bank": 1.5, "farm": -0.8, "trade": 0.0}).astype(float)
    table["wage"] = (mean + rng.normal(0.0, 0.6 + 0.08 * table["years"])).clip(3.0).round(2)
    tenure = rng.integers(0, 20, n).astype(float)
    tenure[rng.choice(n, 37, replace=False)] = np.nan
    return table.assign(tenure=tenure)


@cache
def patients() -> pd.DataFrame:
    """220 patients: whole months to death or to the end of the study, by age, sex and stage; some tie."""
    rng = np.random.default_rng(14)
    n = 220
    table = pd.DataFrame(
        {
            "age": rng.integers(40, 82, n),
            "sex": rng.choice(["female", "male"], n),
            "stage": rng.integers(0, 4, n),
            "centre": rng.integers(1, 13, n),
        }
    )
    rate = np.exp(-5.6 + 0.03 * table["age"] + 0.4 * (table["sex"] == "male") + 0.5 * table["stage"])
    months = rng.exponential(1.0 / rate)
    end = rng.uniform(6.0, 60.0, n)
    table["died"] = (months <= end).astype(int)
    return table.assign(months=np.ceil(np.minimum(months, end)))


@cache
def tumors() -> pd.DataFrame:
    """80 tumors: every one that is invasive is of high grade, so that its coefficient is infinite."""
    rng = np.random.default_rng(15)
    n = 80
    size = rng.normal(3.0, 1.0, n).round(2)
    invasive = (rng.random(n) < 0.2).astype(int)
    high = (rng.random(n) < 1.0 / (1.0 + np.exp(-(size - 3.2)))).astype(int)
    return pd.DataFrame({"size": size, "invasive": invasive, "high": np.where(invasive == 1, 1, high)})
