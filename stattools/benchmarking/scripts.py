"""The scripts of a folder of benchmarks: each has `comparisons(quick)`, which yields what it measures."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from stattools.benchmarking.comparison import SpeedComparison
from stattools.errors import DomainError


@dataclass(frozen=True)
class Script:
    """A benchmark: the name of its file, the first line of its docstring, and how to run it."""

    name: str
    summary: str
    comparisons: Callable[[bool], Iterable[SpeedComparison]]


def scripts(folder: Path, names: Iterable[str] = ()) -> tuple[Script, ...]:
    """The scripts of `folder`, all or those named; DomainError where there are none or one is not there."""
    if not folder.is_dir():
        raise DomainError(f"bench needs the folder of benchmarks of a checkout; there is no {folder}. Give --folder.")
    found = {path.stem: path for path in sorted(folder.glob("*.py"))}
    if not found:
        raise DomainError(f"bench found no benchmarks in {folder}.")
    if unknown := [name for name in names if name not in found]:
        raise DomainError(f"bench has {', '.join(found)}; got {unknown[0]!r}.")
    return tuple(_script(found[name]) for name in names or found)


def _script(path: Path) -> Script:
    name = f"stattools_benchmark_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DomainError(f"bench cannot load {path}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not hasattr(module, "comparisons"):
        raise DomainError(f"{path} needs a function comparisons(quick) that yields comparisons; it has none.")
    summary = (module.__doc__ or path.stem).strip().splitlines()[0].rstrip(".")
    return Script(path.stem, summary, module.comparisons)
