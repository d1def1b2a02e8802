"""Results for machines: what `--json` prints. Numbers are numbers, null where there is none."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from stattools.bayes.sampling.draws import Posterior
from stattools.inference.intervals.coefficients import whole_table
from stattools.reporting.provenance import code_version, data_hash, environment
from stattools.text.printing import is_encodable


def text(value: object) -> str:
    """JSON, readable, with null for NaN and infinities.

    >>> print(text({"se": float("nan")}))
    {
     "se": null
    }
    """
    found = json.dumps(_finite(value), indent=1, ensure_ascii=False, default=str)
    if is_encodable(found, getattr(sys.stdout, "encoding", None) or "utf-8"):
        return found
    return json.dumps(_finite(value), indent=1, default=str)  # letters as escapes of JSON, which mean the same


def fit(result: Any, *, exponentiate: bool = False) -> dict[str, Any]:
    """Estimates, intervals, certificate and criteria of a fit."""
    solution = result.solution
    return {
        "model": result.model.title,
        "outcome": result.model.outcome_name,
        "rows": len(result.model.rows.X),
        "rows_dropped": int(result.model.n_dropped),
        "level": result.level,
        "covariance": result.cov,
        "penalty": None if result.penalty is None else repr(result.penalty),
        "coefficients": records(whole_table(result, exponentiate=exponentiate)),
        "loglik": result.loglik,
        "aic": result.aic,
        "bic": result.bic,
        "r_squared": result.r_squared,
        "scale": result.scale if result.model.has_scale else None,
        "certificate": {
            "exists": True,
            "converged": bool(solution.converged),
            "standard_errors_from_maximum": solution.decrement,
            "solver": solution.solver,
            "steps": int(solution.steps),
            **vars(result.certificate),
        },
    }


def agreement(result: Any) -> dict[str, Any]:
    """What an independent reference says."""
    return {
        "ok": bool(result.ok),
        "reference": result.reference,
        "sentence": result.sentence,
        "loglik": result.reference_loglik,
        "coefficients": records(result.table()),
        "notes": list(result.notes),
    }


def posterior(result: Any) -> dict[str, Any]:
    """Means, spreads and intervals of a posterior, and whether its draws are to be trusted."""
    if not isinstance(result, Posterior):
        return {"exact": True, "distribution": repr(result)}
    return {
        "exact": False,
        "method": result.method,
        "seed": result.seed,
        "trusted": bool(result.diagnostics.ok),
        "problems": list(result.diagnostics.problems),
        "parameters": records(result.table()),
    }


def provenance(model: Any, *, file: Path, command: str) -> dict[str, Any]:
    """The file and the data in it by their hashes, versions, and the command."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "file": file.name,
        "file_sha256": digest,
        "data_sha256": data_hash(model),
        "stattools": code_version(),
        "environment": environment(),
        "command": command,
    }


def records(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _finite(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
