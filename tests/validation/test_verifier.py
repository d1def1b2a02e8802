"""The verifier finds right fits right, by itself, and wrong ones wrong, whatever was changed in their file."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stattools as st
from stattools.inference.storage.file import sealed
from stattools.likelihoods import Likelihood
from stattools.validation import verifier
from stattools.validation.verifier import Check, verify


@cache
def rows() -> pd.DataFrame:
    """150 rows of everything."""
    rng = np.random.default_rng(3)
    n = 150
    x, z, g = rng.normal(size=n), rng.normal(size=n), rng.integers(0, 15, n)
    u, v = rng.normal(0.0, 0.8, (2, 15))
    rate = np.exp(0.4 + 0.5 * x)
    time = rng.exponential(1.0 / rate)
    end = rng.uniform(0.2, 3.0, n)
    made = {"x": x, "z": z, "g": g, "w": rng.integers(1, 4, n), "m": rng.integers(1, 6, n)}
    made |= {"y": 1.0 + x + u[g] + v[g] * z + rng.normal(size=n), "count": rng.poisson(rate * rng.gamma(3.0, 1 / 3, n))}
    made |= {"yes": (rng.random(n) < 1 / (1 + np.exp(-x))).astype(int), "size": rng.gamma(3.0, rate / 3.0)}
    made |= {"kind": rng.integers(0, 3, n), "some": rng.binomial(made["m"], 0.4), "early": np.minimum(time, end) / 3.0}
    made |= {"time": np.ceil(8 * np.minimum(time, end)) / 8, "died": (time <= end).astype(int)}
    return pd.DataFrame(made)


MODELS: dict[str, Callable[[], Any]] = {
    "least squares": lambda: st.ols("y ~ x + z", rows(), precision="m"),
    "least squares with weights": lambda: st.ols("y ~ x + z", rows(), weights="w"),
    "logit": lambda: st.logistic("yes ~ x + z", rows(), weights="w"),
    "probit": lambda: st.probit("yes ~ x + z", rows()),
    **{
        f"binomial {link}": lambda link=link: st.glm("yes ~ x", rows(), family="binomial", link=link)
        for link in ("cloglog", "loglog", "cauchit")
    },
    "trials": lambda: st.logistic("some ~ x", rows(), trials="m"),
    "poisson": lambda: st.poisson("count ~ x", rows(), exposure="m"),
    "poisson sqrt": lambda: st.glm("count ~ x", rows(), family="poisson", link="sqrt"),
    "negative binomial": lambda: st.negative_binomial("count ~ x", rows(), exposure="m"),
    "dispersion with columns": lambda: st.negative_binomial("count ~ x", rows(), dispersion="~ z"),
    "gamma": lambda: st.glm("size ~ x", rows(), family="gamma", link="log"),
    "normal": lambda: st.glm("size ~ x", rows(), family="normal", link="log"),
    "softmax": lambda: st.softmax("kind ~ x + z", rows()),
    "ordinal": lambda: st.ordinal("kind ~ x + z", rows()),
    "ordinal cloglog": lambda: st.ordinal("kind ~ x", rows(), link="cloglog"),
    **{
        f"time {kind}": lambda kind=kind: st.aft("survival(time, died) ~ x", rows(), distribution=kind)
        for kind in ("weibull", "exponential", "lognormal", "loglogistic")
    },
    "late entry": lambda: st.aft("survival(early, time, died) ~ x", rows()),
    "cox": lambda: st.cox("survival(time, died) ~ x + z", rows()),
    "cox, breslow": lambda: st.cox("survival(time, died) ~ x", rows(), ties="breslow", weights="w", strata="kind"),
    "cox, repeated rows": lambda: st.cox("survival(early, time, died) ~ x", rows(), weights="w"),
    "groups": lambda: st.linear_mixed("y ~ x + (1 | g)", rows(), precision="m"),
    "slopes": lambda: st.linear_mixed("y ~ x + (z | g)", rows()),
    "no variance": lambda: st.linear_mixed("x ~ z + (1 | kind)", rows()),
}
WITHOUT = {
    "zeros": lambda: st.zero_inflated("count ~ x", rows()),
    "exact ties": lambda: st.cox("survival(time, died) ~ x", rows(), ties="exact"),
    "two groups": lambda: st.linear_mixed("y ~ x + (1 | g) + (1 | kind)", rows()),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a fit by its name."""
    folder = tmp_path_factory.mktemp("fits")

    @cache
    def of(name: str) -> Path:
        model = {**MODELS, **WITHOUT}[name]()
        return st.fit(model).save(folder / f"{len(list(folder.iterdir()))}.fit", design=True)

    return of


@pytest.mark.parametrize("name", MODELS)
def test_a_right_fit_is_right(saved, name):
    found = verify(str(saved(name)))
    assert [check for check in found if check.ok is not True] == []
    assert {"file", "carries", "log-likelihood", "maximum", "standard errors"} <= {check.name for check in found}


@pytest.mark.parametrize("name", WITHOUT)
def test_what_it_does_not_know_is_not_checked(saved, name):
    file, carries, found = verify(str(saved(name)))
    assert file.ok
    assert carries.ok
    assert found.ok is None
    assert "the verifier does not check" in found.words


def changed(path: Path, numbers: Callable[[dict[str, Any], dict[str, Any]], None]) -> Path:
    """The file with other numbers in the design and, where they stand there too, in the fit; sealed again."""
    with zipfile.ZipFile(path) as folder:
        parts = {name: folder.read(name) for name in folder.namelist()}
    said, design = json.loads(parts["design.json"]), dict(np.load(io.BytesIO(parts["design.npz"])))
    kept, before = dict(np.load(io.BytesIO(parts["arrays.npz"]))), {**design}
    old = said["loglik"]
    numbers(said, design)
    for name in ("estimate", "covariance"):
        kept = {key: design[name] if np.array_equal(one, before[name]) else one for key, one in kept.items()}
    parts["fit.json"] = parts["fit.json"].replace(repr(old).encode(), repr(said["loglik"]).encode())
    parts["design.json"] = json.dumps(said).encode()
    for name, arrays in (("design.npz", design), ("arrays.npz", kept)):
        packed = io.BytesIO()
        np.savez(packed, allow_pickle=False, **arrays)
        parts[name] = packed.getvalue()
    target = path.with_suffix(".changed")
    target.write_bytes(sealed(parts))
    return target


def moved(name: str, how: Callable[[Any], Any]) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(said: dict[str, Any], design: dict[str, Any]) -> None:
        design[name] = how(design[name])

    return change


def _first(array: Any, by: float) -> Any:
    array = np.array(array, dtype=float)
    array.flat[0] += by * max(abs(array.flat[0]), 0.1)
    return array


CHANGES: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], None], str]] = {
    "estimate": (moved("estimate", lambda it: _first(it, 0.01)), "maximum"),
    "covariance": (moved("covariance", lambda it: _first(it, 0.01)), "standard errors"),
    "loglik": (lambda said, design: said.update(loglik=said["loglik"] + 1e-4), "log-likelihood"),
    "a column": (moved("X", lambda it: it * np.linspace(1.0, 1.01, len(it))[:, None]), "log-likelihood"),
}


@pytest.mark.parametrize("name", ["least squares", "logit", "gamma", "softmax", "ordinal", "cox", "slopes"])
@pytest.mark.parametrize("change", CHANGES)
def test_other_numbers_are_found_in_a_file_that_is_sealed_again(saved, name, change):
    how, where = CHANGES[change]
    found = {check.name: check.ok for check in verify(str(changed(saved(name), how)))}
    assert found[where] is False


@pytest.mark.parametrize("name", ["logit", "poisson", "softmax", "ordinal"])
def test_a_witness_with_a_wrong_sign_proves_nothing(saved, name):
    found = {check.name: check.ok for check in verify(str(changed(saved(name), moved("witness", np.negative))))}
    assert found["existence"] is False


@settings(max_examples=25)
@given(place=some.integers(0, 10**9), bits=some.integers(1, 255))
def test_any_byte_that_is_changed_is_found(saved, place, bits):
    data = bytearray(saved("slopes").read_bytes())
    data[place % len(data)] ^= bits
    target = saved("slopes").with_suffix(".byte")
    target.write_bytes(data)
    (found,) = verify(str(target))
    assert found.ok is False


def resealed(path: Path, member: str, how: Callable[[bytes], bytes]) -> Path:
    """The file with another member, sealed again as a forger would."""
    with zipfile.ZipFile(path) as folder:
        parts = {name: folder.read(name) for name in folder.namelist()}
    target = path.with_suffix(".forged")
    target.write_bytes(sealed(parts | {member: how(parts[member])}))
    return target


def other_digit(text: bytes, place: int) -> bytes:
    """The text with another digit in the place of one that it has."""
    at = [k for k, letter in enumerate(text) if chr(letter).isdigit()]
    k = at[place % len(at)]
    return text[:k] + str((int(chr(text[k])) + 1 + place % 8) % 10).encode() + text[k + 1 :]


FIXED = ("least squares", "logit", "trials", "gamma", "softmax", "ordinal", "cox", "slopes", "time weibull")


@settings(max_examples=10 if settings.get_current_profile_name() == "stattools" else 2000)
@given(name=some.sampled_from(FIXED), array=some.integers(0, 99), place=some.integers(0, 10**9))
def test_any_number_of_a_design_that_is_changed_is_found_in_a_file_that_is_sealed_again(saved, name, array, place):
    """By what is computed from it; of columns of the data by their hashes, to the last digit."""
    with zipfile.ZipFile(saved(name)) as folder:
        said, design = json.loads(folder.read("design.json")), dict(np.load(io.BytesIO(folder.read("design.npz"))))
    exact = {key for key, _, _ in said["same"]} | {"estimate", "covariance"}
    key = sorted(exact)[array % len(exact)]
    places = [k for of, k, _ in said["same"] if of == key] if key != "estimate" and key != "covariance" else None

    def forge(packed: bytes) -> bytes:
        values = np.array(design[key], dtype=float)
        grid = values.reshape(len(values), -1)
        column = place % grid.shape[1] if places is None else places[place % len(places)]
        row = place % len(grid)
        grid[row, column] = np.nextafter(grid[row, column], np.inf)
        out = io.BytesIO()
        np.savez(out, allow_pickle=False, **design | {key: values})
        return out.getvalue()

    assert any(check.ok is False for check in verify(str(resealed(saved(name), "design.npz", forge))))


@settings(max_examples=10 if settings.get_current_profile_name() == "stattools" else 2000)
@given(name=some.sampled_from(FIXED), place=some.integers(0, 10**9))
def test_a_hash_of_a_column_that_is_changed_is_found_in_a_file_that_is_sealed_again(saved, name, place):
    with zipfile.ZipFile(saved(name)) as folder:
        said, about = json.loads(folder.read("design.json")), json.loads(folder.read("about.json"))
    columns = about["data"]["columns"]
    column = said["same"][place % len(said["same"])][2]
    columns[column] = "float64:" + other_digit(columns[column].removeprefix("float64:").encode(), place).decode()
    found = verify(str(resealed(saved(name), "about.json", lambda old: json.dumps(about).encode())))
    assert any(check.ok is False and column in check.words for check in found)


def test_a_name_or_a_log_likelihood_of_another_fit_is_found_in_a_file_that_is_sealed_again(saved):
    for name in FIXED:
        with zipfile.ZipFile(saved(name)) as folder:
            said = json.loads(folder.read("design.json"))
        for old, new in (
            (json.dumps(said["told"][-1]), '"another"'),
            (repr(said["loglik"]), repr(said["loglik"] + 1e-9)),
        ):
            path = resealed(
                saved(name), "fit.json", lambda text, old=old, new=new: text.replace(old.encode(), new.encode())
            )
            assert verify(str(path))[0].ok is False


def test_separated_rows_have_no_witness_and_no_fit_to_save():
    with pytest.raises(st.StattoolsError):
        st.fit(st.logistic("y ~ x", {"y": [0, 0, 1, 1], "x": [1, 2, 3, 4]}))


def test_a_file_without_a_design_says_how_to_write_one(tmp_path):
    path = st.fit(MODELS["logit"]()).save(tmp_path / "plain.fit")
    file, carries, design = verify(str(path))
    assert file.ok
    assert carries.ok
    assert carries.words.startswith(
        "hashes of 14 columns of a table; Within 1e-8 standard errors of the maximum (Newton"
    )
    assert design == Check("design", None, "the file has no design: save the fit with design=True")
    (tmp_path / "no.fit").write_bytes(b"nothing" * 20)
    assert verify(str(tmp_path / "no.fit"))[0].ok is False


def test_it_stands_alone(saved):
    text = Path(str(verifier.__file__)).read_text()
    imported = {
        (str(node.module) if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - sys.stdlib_module_names == {"numpy", "scipy"}
    assert len(text.splitlines()) <= 300
    run = subprocess.run(
        [sys.executable, "-I", str(verifier.__file__), str(saved("ordinal"))], capture_output=True, text=True
    )
    assert run.returncode == 0
    assert run.stdout.count("holds") == 6


def families(kind: type[Likelihood] = Likelihood) -> set[type[Likelihood]]:
    return {kind}.union(*map(families, kind.__subclasses__()))


def test_every_family_that_says_so_is_known():
    text = Path(str(verifier.__file__)).read_text()
    told = {it.verified for it in families() if it.__module__.startswith("stattools.")} - {""}
    told |= {st.Cumulative(3).verified, st.FailureTime().verified}
    assert len(told) == 8
    assert all(f'case "{name}":' in text for name in told)
