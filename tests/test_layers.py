"""Imports point one way: a file imports only from layers above its own, and nothing goes round in circles."""

import ast
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

import stattools

LADDER = [
    "text",
    "errors",
    "interface",
    "numerics",
    "likelihoods",
    "data",
    "latent",
    "models",
    "solvers",
    "series",
    "figures",
    "inference",
    "networks",
    "bayes",
    "validation",
    "reporting",
    "qualification",
    "gallery",
    "benchmarking",
    "cli",
    "__main__",
]
"""The rooms of the package, and its modules beside them, as in CONTRIBUTING.md: each imports from those above it."""
RANK = {name: rank for rank, name in enumerate(LADDER)}
ROOT = Path(stattools.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")
NUMERICAL = ("numerics", "likelihoods", "models.predictor", "solvers")


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KEPT_AS_CODES = {"Columns"}
KEPT_IN_PARTS = {"Arrow", "LowRank"}
TOLD_APART = {
    "levels that are codes: ask with_levels(X)": (
        KEPT_AS_CODES, ["numerics.columns", "numerics.columns"]
    ),
    "information and covariance in parts: ask Metric(H), quadratic([X], V), congruent(T, V) or in_parts(V)": (
        KEPT_IN_PARTS,
        ["numerics.arrowhead", "numerics.arrowhead", "numerics.columns", "numerics.low_rank", "numerics.low_rank",
         "numerics.low_rank"],
    ),
}  # fmt: skip
"""The classes that answer in the place of an array, and where they are told from one, once for each time. Elsewhere
they are asked.
"""


def type_tests(path: Path, kept: set[str]) -> list[str]:
    """What a file compares with one of these classes: `isinstance(X, C)` or `type(X) is C`."""
    tests, text = [], path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text if any(name in text for name in kept) else "")):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        if is_call or isinstance(node, ast.Compare):
            named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            tests += [ast.unparse(node)] * bool(named & kept)
    return tests


@pytest.mark.parametrize("what", TOLD_APART)
def test_what_answers_in_the_place_of_an_array_is_told_apart_in_few_places(what):
    kept, places = TOLD_APART[what]
    found = [(module(path), test) for path in FILES for test in type_tests(path, kept)]
    assert [place for place, _ in found] == places, f"{what}: {found}"


@cache
def read(path: Path) -> tuple[frozenset[str], dict[str, int]]:
    """Modules that the file imports, inside functions and for typing too, and the lines of its classes: read once."""
    found: set[str] = set()
    classes: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):  # import_module("stattools...")
            found.update(part.value for part in node.args if isinstance(part, ast.Constant))
        elif isinstance(node, ast.ClassDef):
            assert node.name not in classes, f"{path}: two classes {node.name}"
            classes[node.name] = node.lineno
    return frozenset(found), classes


def imports(path: Path) -> frozenset[str]:
    return read(path)[0]


def own(path: Path) -> set[str]:
    return {name.removeprefix("stattools.") for name in imports(path) if name.startswith("stattools.")}


def test_imports_point_down():
    for path in FILES:
        room = module(path).split(".")[0]
        assert room in RANK, f"{module(path)} is in no room: add it to LADDER, and to CONTRIBUTING.md"
        for name in own(path):
            other = name.split(".")[0]
            door = other not in RANK and name != "__version__"
            assert not door, f"{module(path)} imports {name} through the package's front door"
            down = name == "__version__" or RANK[other] <= RANK[room]
            assert down, f"{module(path)} imports {name} from below"


def test_contributing_names_every_room_in_the_order_of_the_ladder():
    text = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = text.split("```")[1].strip("\n").splitlines()
    assert [line.split()[0].rstrip("/").removesuffix(".py") for line in lines if line[0] != " "] == LADDER[:-1]


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Names that import each other, directly or through others: strongly connected components."""
    names = sorted(graph)
    edges = np.array([[one in graph[name] for one in names] for name in names])
    _, labels = connected_components(edges, connection="strong")
    found = [[name for name, at in zip(names, labels, strict=True) if at == label] for label in np.unique(labels)]
    return [group for group in found if len(group) > 1]


@cache
def graph() -> dict[str, set[str]]:
    """What each file imports of ours. `from room import module` is an import of the module, not of its room."""
    files = {module(path) for path in FILES}
    found = {module(path): own(path) & files - {module(path)} for path in FILES}
    for name, others in found.items():
        found[name] = {one for one in others if not any(other.startswith(f"{one}.") for other in others)}
    return found


def test_no_circles_of_files():
    assert circles(graph()) == []


def test_no_circles_of_folders_inside_a_room():
    rooms = {path.relative_to(ROOT).parts[0] for path in FILES if path.parent != ROOT}
    for room in rooms:
        inside: dict[str, set[str]] = {}
        for name, others in graph().items():
            if name.startswith(f"{room}."):
                part = name.split(".")[1]
                seen = {other.split(".")[1] for other in others if other.startswith(f"{room}.")} - {part}
                inside.setdefault(part, set()).update(seen)
        found = circles({part: others & set(inside) for part, others in inside.items()})
        assert found == [], room


@pytest.mark.parametrize("path", [p for p in FILES if module(p).startswith(NUMERICAL)], ids=module)
def test_the_numerical_core_needs_numpy_scipy_and_their_threads_only(path):
    import sys

    roots = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names)
    assert roots <= {"numpy", "scipy", "threadpoolctl", "stattools"}


def test_a_class_name_stands_once():
    files = {}
    for path in FILES:
        for name, line in read(path)[1].items():
            files.setdefault(name, []).append(f"{path.relative_to(ROOT)}:{line}")
    assert {name: places for name, places in files.items() if len(places) > 1} == {}


MOST_CLASSES = 4
"""Classes in a line of bases, the class itself among them: it has at most three of ours above it."""


def test_no_class_has_more_than_three_of_ours_above_it():
    bases = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.endswith("Error"):
                bases[node.name] = [ast.unparse(base).split("[")[0].split(".")[-1] for base in node.bases]

    def line(name):
        return 1 + max((line(base) for base in bases[name] if base in bases), default=0)

    assert {name: line(name) for name in bases if line(name) > MOST_CLASSES} == {}


def test_files_are_named_by_nouns_of_the_subject():
    for path in FILES:
        assert path.stem not in {"utils", "helpers", "base", "common", "manager", "misc", "tools"}


PLACES = {
    "how levels are kept": (
        (
            r"LevelColumns|LevelSlopes|CodedLevels|as_columns|by_levels|\.coded\b|LowRank|Arrow\b|LevelSandwich"
            r"|beside_levels|Indicator|with_levels"
        ),
        ("numerics", "data"),
    ),
    "where the rows are": (
        r"held_elsewhere|ScannedRows|rows\.at_hand\(|at_sample|OnDisk|InFiles|_in_files|_of_files|in_memory\b",
        ("data",),
    ),
    "extreme units": (
        (
            r"require_units|require_sizes|require_precision|finite_loglik|\bfrexp\b|\bldexp\b|own_units|about_means"
            r"|far_from_means|\bin_units\b|as_units|LevelUnits|power_of_two"
        ),
        ("numerics", "data"),
    ),
    "few rows": (
        r"are_few|\bFEW\b|stacked_|small_batches|few_values|few_effects|at_once",
        ("solvers",),
    ),
}
"""What asks how columns, rows and units are kept, and the rooms that own it. A mechanism that is renamed is still
counted: its new name is added here.
"""
MOST_PLACES = {"how levels are kept": 113, "where the rows are": 59, "extreme units": 69, "few rows": 30}
"""Places in all other rooms: never more."""


@pytest.mark.parametrize("what", PLACES)
def test_other_rooms_ask_the_object_and_not_how_it_is_kept(what):
    pattern, owners = PLACES[what]
    rooms = [path for path in FILES if path.parent != ROOT and path.relative_to(ROOT).parts[0] not in owners]
    found = {module(path): len(re.findall(pattern, path.read_text(encoding="utf-8"))) for path in rooms}
    assert sum(found.values()) <= MOST_PLACES[what], {name: n for name, n in found.items() if n}


MOST_LINES = {
    "all": 136_500,
    "data": 7_500,
    "inference": 25_250,
    "inference/(covariance|existence|effects)": 5_504,
    "likelihoods": 5_000,
    "models": 8_300,
    "numerics": 3_500,
    "solvers": 7_500,
}
"""Lines of the package, of its rooms and of some folders of them: never more."""


@pytest.mark.parametrize("room", MOST_LINES)
def test_a_room_does_not_grow(room):
    files = [path for path in FILES if room == "all" or re.match(f"{room}/", path.relative_to(ROOT).as_posix())]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= MOST_LINES[room]


def test_files_that_are_named_are_there():
    """What a docstring or a comment points at between backticks is a file of the package or of its benchmarks."""
    names = {path.name for folder in (ROOT, ROOT.parent / "benchmarks") for path in folder.rglob("*.*")}
    gone = [
        (module(path), name)
        for path in FILES
        for name in re.findall(r"`(?:[\w]+/)*(\w+\.(?:py|toml))`", path.read_text(encoding="utf-8"))
        if name not in names
    ]
    assert not gone


def test_no_function_is_rebuilt_from_its_code():
    """A wrapper is an ordinary function: what it does is read where it stands."""
    assert not [module(path) for path in FILES if re.search(r"\bFunctionType\(", path.read_text(encoding="utf-8"))]
