"""The verifier finds right fits right, by itself, and wrong ones wrong, whatever was changed in their file."""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import io
import json
import math
import operator
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
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


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as folder:
        return {name: folder.read(name) for name in folder.namelist()}


def forged(path: Path, parts: dict[str, bytes], inner: bool = True) -> Path:
    """The file with other members, sealed again as a forger would, who knows of the hashes in the design too."""
    said = json.loads(parts["design.json"])
    if inner and "of" in said:
        said["of"] = {name: hashlib.sha256(parts[name]).hexdigest() for name in said["of"]}
        parts = parts | {"design.json": json.dumps(said, indent=1).encode()}
    target = path.with_suffix(".forged")
    target.write_bytes(sealed(parts))
    return target


def packed(arrays: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def changed(path: Path, numbers: Callable[[dict[str, Any], dict[str, Any]], None]) -> Path:
    """The file with other numbers in the design and, where they stand there too, in the fit; sealed again."""
    parts = parts_of(path)
    said, design = json.loads(parts["design.json"]), dict(np.load(io.BytesIO(parts["design.npz"])))
    kept, before = dict(np.load(io.BytesIO(parts["arrays.npz"]))), {**design}
    old = said["loglik"]
    numbers(said, design)
    for name in ("estimate", "covariance"):
        kept = {key: design[name] if np.array_equal(one, before[name]) else one for key, one in kept.items()}
    parts["fit.json"] = parts["fit.json"].replace(repr(old).encode(), repr(said["loglik"]).encode())
    parts["design.json"] = json.dumps(said).encode()
    return forged(path, parts | {"design.npz": packed(design), "arrays.npz": packed(kept)})


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
    "a column": (moved("X", lambda it: it * np.linspace(1.0, 1.01, len(it))[:, None]), "names"),
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


def resealed(path: Path, member: str, how: Callable[[bytes], bytes], inner: bool = True) -> Path:
    """The file with another member, sealed again."""
    parts = parts_of(path)
    return forged(path, parts | {member: how(parts[member])}, inner)


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
    design = dict(np.load(io.BytesIO(parts_of(saved(name))["design.npz"])))
    exact = sorted({key for key in design if key.startswith("data: ")} | {"estimate", "covariance"})
    key = exact[array % len(exact)]

    def forge(_: bytes) -> bytes:
        values = np.array(design[key], dtype=float)
        values.flat[place % values.size] = np.nextafter(values.flat[place % values.size], np.inf)
        return packed(design | {key: values})

    assert any(check.ok is False for check in verify(str(resealed(saved(name), "design.npz", forge))))


@settings(max_examples=10 if settings.get_current_profile_name() == "stattools" else 2000)
@given(name=some.sampled_from(FIXED), place=some.integers(0, 10**9))
def test_a_hash_of_a_column_that_is_changed_is_found_in_a_file_that_is_sealed_again(saved, name, place):
    parts = parts_of(saved(name))
    about, design = json.loads(parts["about.json"]), np.load(io.BytesIO(parts["design.npz"]))
    columns = about["data"]["columns"]
    used = [key.removeprefix("data: ") for key in design.files if key.startswith("data: ")]
    column = used[place % len(used)]
    columns[column] = "float64:" + other_digit(columns[column].removeprefix("float64:").encode(), place).decode()
    found = verify(str(resealed(saved(name), "about.json", lambda old: json.dumps(about).encode())))
    assert any(check.ok is False and column in check.words for check in found)


def exchanged(text: bytes, one: str, other: str) -> bytes:
    """The text with two names exchanged, wherever they stand as words."""
    places = {one: other, other: one}
    return re.sub(rf"\b({one}|{other})\b", lambda found: places[found[0]], text.decode()).encode()


def edited(how: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def edit(text: bytes) -> bytes:
        made = json.loads(text)
        how(made)
        return json.dumps(made, indent=1).encode()

    return edit


def model_in(made: dict[str, Any]) -> dict[str, Any]:
    fields = made["fit"]["fields"]
    return fields.get("model", fields.get("fixed", {"fields": fields}))["fields"]


def fewer_rows(made: dict[str, Any]) -> None:
    model_in(made)["n_dropped"] = 7
    model_in(made)["dropped"]["items"] = [["x", 7]]


EDITS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "level": ("fit.json", edited(lambda made: made["fit"]["fields"].update(level=0.68))),
    "dropped rows": ("fit.json", edited(fewer_rows)),
    "words of the certificate": (
        "about.json",
        edited(lambda made: made.update(certificate=made["certificate"].replace("1e-8", "1e-12"))),
    ),
    "decrement": ("fit.json", lambda text: re.sub(rb'("decrement": )[^,]+', rb"\g<1>3e-05", text)),
    "log-likelihood": ("fit.json", lambda text: re.sub(rb'("loglik": )[^,]+', rb"\g<1>-9.5", text)),
    "names": ("fit.json", lambda text: exchanged(text, "x", "z")),
    "estimates": ("arrays.npz", lambda data: packed({k: v * 1.01 for k, v in np.load(io.BytesIO(data)).items()})),
}


@pytest.mark.parametrize("inner", [False, True])
@pytest.mark.parametrize("name", ["least squares", "logit", "softmax", "ordinal", "cox", "slopes"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_what_is_printed_is_found(saved, name, edit, inner):
    path = resealed(saved(name), *EDITS[edit], inner)
    assert any(check.ok is False for check in verify(str(path)))


@pytest.mark.parametrize("name", ["least squares", "logit", "softmax", "ordinal", "cox", "slopes"])
def test_names_that_are_exchanged_everywhere_are_found_by_the_columns_that_they_speak_of(saved, name):
    """With the formula, in the fit and in its design; each coefficient would be printed under the other's name."""
    parts = parts_of(saved(name))
    parts |= {member: exchanged(parts[member], "x", "z") for member in ("fit.json", "design.json")}
    said = json.loads(parts["design.json"])
    parts["design.json"] = json.dumps(said).encode()
    found = {check.name: check for check in verify(str(forged(saved(name), parts)))}
    assert found["names"].ok is False
    assert {"x", "z"} & set(re.findall(r"\w+", found["names"].words))


OF_ROWS = {
    "polynomials": ("y ~ poly(x, 5) + poly(z, degree=5)", "x", "z"),
    "splines": ("y ~ bs(x, df=6) + bs(z, 6)", "x", "z"),
    "units": ("y ~ scale(x) + center(x):scale(z)", "x", "z"),
    "sum contrasts": ("y ~ C(g, Sum) * x", "a", "b"),
    "contrasts to a level": ("y ~ C(g, contr.treatment('c')) + x", "a", "b"),
}


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("name", OF_ROWS)
def test_names_of_columns_that_all_rows_make_are_checked(name, weights, tmp_path):
    g = np.random.default_rng(3)
    table = {"y": g.normal(size=90), "x": g.normal(size=90), "z": g.gamma(2.0, size=90), "w": g.integers(0, 4, 90)}
    table["g"] = np.array(["a", "b", "c"] * 30)
    formula, one, other = OF_ROWS[name]
    path = st.fit(st.ols(formula, table, weights=weights)).save(tmp_path / "a.fit", design=True)
    assert {check.name: check.ok for check in verify(str(path))}["names"] is True
    parts = parts_of(path)
    parts |= {member: exchanged(parts[member], one, other) for member in ("fit.json", "design.json")}
    assert {check.name: check.ok for check in verify(str(forged(path, parts)))}["names"] is False


@pytest.mark.parametrize("term", ["C(g, contr.helmert)", "C(g, contr.poly)", "ns(x, df=3)"])
def test_names_of_other_columns_are_not_checked_and_never_wrong(term, tmp_path):
    g = np.random.default_rng(3)
    table = {"y": g.normal(size=90), "x": g.normal(size=90), "g": ["a", "b", "c"] * 30}
    path = st.fit(st.ols(f"y ~ {term}", table)).save(tmp_path / "a.fit", design=True)
    found = {check.name: check for check in verify(str(path))}["names"]
    assert found.ok is None
    assert term in found.words


@pytest.mark.parametrize("name", ["logit", "poisson", "softmax", "ordinal"])
def test_a_witness_that_is_taken_out_is_missed(saved, name):
    parts = parts_of(saved(name))
    arrays = {key: value for key, value in np.load(io.BytesIO(parts["design.npz"])).items() if key != "witness"}
    found = {check.name: check.ok for check in verify(str(forged(saved(name), parts | {"design.npz": packed(arrays)})))}
    assert found["existence"] is None


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in parts:
        yield from leaves(part, (*path, key))
    if not isinstance(node, dict | list) and path[-1] != "@":
        yield path, node


def otherwise(value: Any) -> Any:
    match value:
        case None:
            return 1
        case bool():
            return not value
        case int():
            return value + 7
        case float():
            return 0.7 * value + 0.1
    try:
        return repr(0.9 * float(value) + 3.0 if math.isfinite(float(value)) else 1.5)
    except ValueError:
        return f"{value}x"


def page(path: Path) -> str | None:
    """What is printed of the fit in a file; None where it cannot be loaded."""
    try:
        fit = st.load(path)
        return f"{fit}\n{fit!r}\n{fit.table().to_csv()}"
    except st.StattoolsError:
        return None
    except (AttributeError, LookupError, TypeError, ValueError):  # of parts that no model has
        return None


TOLD = {
    "title",
    "steps",
    "solver",
    "reads",
    "second",
    "r_squared",
    "_spread",
    "smallest",
    "written_by",
    "scaled",
    "late",
}
"""What nobody can compute again from the data, or the verifier does not: a hash ties it to the design."""
OF_MIXED = {"curvatures", "proof", "least", "designs"}
"""Of mixed models: from which their degrees of freedom, and the words on their boundary, are made again on loading."""


@pytest.mark.parametrize("name", ["least squares", "logit", "softmax", "ordinal", "time weibull", "cox", "slopes"])
def test_each_leaf_of_a_saved_fit_is_checked_or_not_printed(saved, name):
    """By a forger who makes all hashes again; without those of the design any edit of these members is found."""
    path = saved(name)
    parts, right = parts_of(path), page(path)
    made, missed = json.loads(parts["fit.json"]), []
    for place, value in leaves(made):
        node = copy.deepcopy(made)
        functools.reduce(operator.getitem, place[:-1], node)[place[-1]] = otherwise(value)
        text = json.dumps(node, indent=1).encode()
        if verify(str(forged(path, parts | {"fit.json": text}, inner=False)))[0].ok is not False:
            missed.append((place, "not even by the hash"))
        changed = forged(path, parts | {"fit.json": text})
        shown = page(changed)
        if shown in (None, right) or {*place} & (TOLD | OF_MIXED):
            continue
        if all(check.ok is True for check in verify(str(changed))):
            missed.append((place, value))
    assert missed == []


@pytest.mark.parametrize("name", ["logit", "softmax", "cox", "slopes", "dispersion with columns"])
def test_each_leaf_of_a_design_is_checked_or_not_used(saved, name):
    path = saved(name)
    parts = parts_of(path)
    right = [(check.name, check.words) for check in verify(str(path))]
    made = json.loads(parts["design.json"])
    for place, value in leaves(made):
        node = copy.deepcopy(made)
        functools.reduce(operator.getitem, place[:-1], node)[place[-1]] = otherwise(value)
        found = verify(str(forged(path, parts | {"design.json": json.dumps(node).encode()}, inner=False)))
        assert any(check.ok is not True for check in found) or [(it.name, it.words) for it in found] == right, place


def test_separated_rows_have_no_witness_and_no_fit_to_save():
    with pytest.raises(st.StattoolsError):
        st.fit(st.logistic("y ~ x", {"y": [0, 0, 1, 1], "x": [1, 2, 3, 4]}))


def test_a_file_without_a_design_says_how_to_write_one(tmp_path):
    path = st.fit(MODELS["logit"]()).save(tmp_path / "plain.fit")
    file, carries, design = verify(str(path))
    assert file.ok
    assert carries.ok
    assert carries.words == "hashes of 14 columns of a table"
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
    assert len(text.splitlines()) <= 340
    run = subprocess.run(
        [sys.executable, "-I", str(verifier.__file__), str(saved("ordinal"))], capture_output=True, text=True
    )
    assert run.returncode == 0
    assert run.stdout.count("holds") == 10


def families(kind: type[Likelihood] = Likelihood) -> set[type[Likelihood]]:
    return {kind}.union(*map(families, kind.__subclasses__()))


def test_every_family_that_says_so_is_known():
    text = Path(str(verifier.__file__)).read_text()
    told = {it.facts.verified for it in families() if it.__module__.startswith("stattools.")} - {""}
    told |= {st.Cumulative(3).facts.verified, st.FailureTime().facts.verified}
    assert len(told) == 8
    assert all(f'case "{name}":' in text for name in told)
