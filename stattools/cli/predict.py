"""`stattools predict`: what a saved fit expects of new rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import stattools as st
from stattools.cli import machines, options
from stattools.cli.failures import failures
from stattools.cli.files import at_hand


def predict(
    saved: Annotated[Path, typer.Argument(metavar="FIT", help="A file of `stattools fit --save` or `fit.save`.")],
    data: options.Data,
    kind: Annotated[str, typer.Option(metavar="NAME", help="mean, link, class or observation.")] = "mean",
    interval: Annotated[
        float | None, typer.Option(metavar="LEVEL", help="Intervals of this level, such as 0.95.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a CSV file instead of printing.")] = None,
    as_json: options.Json = False,
) -> None:
    """Predict new rows with a saved fit: one row for each of theirs, empty where a value is missing.

    Example: `stattools fit ols cars.csv "price ~ age" --save price.fit`, then
    `stattools predict price.fit new.csv --interval 0.95 --kind observation`
    """
    if interval is not None:
        options.require_share(interval, "--interval")
    with failures(as_json), at_hand(data) as file:
        from stattools.cli.files import table, write_csv

        found = st.load(saved).predict(table(file), kind=kind, interval=interval, missing="null")
        frame = found.to_frame() if found.ndim == 1 else found
        if out is not None:
            write_csv(frame, out, "predict")
        if as_json:
            print(machines.text({"ok": True, "kind": kind, "level": interval, "rows": machines.records(frame)}))
        elif out is None:
            print(frame.to_csv(index=False), end="")
        else:
            print(f"wrote {out}")
