"""Imports point one way: a file imports only from layers above its own, and nothing goes round in circles."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

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
NUMERICAL = ("numerics", "likelihoods", "models.predictors", "solvers")


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KEPT_AS_CODES = {"CodedLevels", "LevelColumns", "LevelRows", "LevelSlopes", "LevelUnits"}
KEPT_IN_PARTS = {"Arrow", "LowRank"}
TOLD_APART = {
    "levels that are codes: ask as_columns(X) or as_units(T)": (
        KEPT_AS_CODES, ["data.rows.level_units", "numerics.columns", "numerics.products"]
    ),
    "information and covariance in parts: ask metric_for(H), quadratic(X, V), congruent(T, V) or in_parts(V)": (
        KEPT_IN_PARTS,
        ["inference.storage.field_kinds", "inference.storage.rules", "numerics.arrow", "numerics.low_rank",
         "numerics.low_rank", "numerics.products", "solvers.level_metric"],
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


def test_no_circles_of_files():
    files = {module(path): path for path in FILES}
    graph = {name: {other for other in own(path) if other in files} - {name} for name, path in files.items()}
    for name, others in graph.items():  # `from room import module` is an import of the module, not of its room
        graph[name] = {one for one in others if not any(other.startswith(f"{one}.") for other in others)}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [p for p in FILES if module(p).startswith(NUMERICAL)], ids=module)
def test_the_numerical_core_needs_numpy_scipy_and_their_threads_only(path):
    import sys

    roots = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names)
    assert roots <= {"numpy", "scipy", "threadpoolctl", "stattools"}


def test_no_file_is_longer_than_300_lines():
    """One idea per file; a longer one holds two."""
    long = {str(path): n for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300}
    assert not long


def test_a_class_name_stands_once():
    files = {}
    for path in FILES:
        for name, line in read(path)[1].items():
            files.setdefault(name, []).append(f"{path.relative_to(ROOT)}:{line}")
    assert {name: places for name, places in files.items() if len(places) > 1} == {}


def test_files_are_named_by_nouns_of_the_subject():
    for path in FILES:
        assert path.stem not in {"utils", "helpers", "base", "common", "manager", "misc", "tools"}


def test_tests_mirror_the_package():
    """Each test file stands where the file that it tests stands, or says what contract it tests."""
    tests = Path(__file__).parent
    topics = {
        "test_layers",
        "test_before",
        "test_with_curves",
        "test_calls",
        "test_public_face",
        "test_import",
        "test_contract",
        "test_exactness",
        "test_families_and_links",
        "test_readme",
        "test_docs",
    }
    for path in tests.rglob("test_*.py"):
        twin = ROOT / path.relative_to(tests).with_name(path.name.removeprefix("test_"))
        assert twin.exists() or path.stem in topics, f"{path} mirrors nothing"


MOST_WITHOUT_A_TWIN = 60
"""Files whose tests stand elsewhere, in a contract or beside what uses them; there should be fewer, never more."""


def test_the_package_mirrors_its_tests():
    """A new file has a test of its own, path for path."""
    tests = Path(__file__).parent
    twins = (tests / path.relative_to(ROOT).with_name(f"test_{path.name}") for path in FILES if path.stem[0] != "_")
    missing = [str(path.relative_to(tests)) for path in twins if not path.exists()]
    assert len(missing) <= MOST_WITHOUT_A_TWIN, f"{len(missing)} files have no test: {missing}"
