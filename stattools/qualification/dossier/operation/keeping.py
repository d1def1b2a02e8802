"""What keeps a result the same, and to be relied on: weights, rows, files, saved fits, reports, audits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import stattools as st
from stattools.interface.when_needed import pd
from stattools.qualification.agreements import PASSED, shipped
from stattools.qualification.dossier.procedure import SideBySide
from stattools.validation.verifier import verify


@cache
def _fit() -> st.Fit:
    return st.fit(st.logistic(PASSED, shipped("spector")))


def weights() -> Iterable[SideBySide]:
    """Frequency weights are repeated rows; precision weights divide the variance of each row."""
    frame = shipped("ccard").head(40)
    times = np.arange(len(frame)) % 3 + 1
    one = st.fit(st.ols("AVGEXP ~ INCOME", frame.assign(w=times), weights="w"))
    two = st.fit(st.ols("AVGEXP ~ INCOME", frame.loc[np.repeat(frame.index, times)]))
    yield SideBySide("estimates", one.estimate, two.estimate, 1e-9)
    yield SideBySide("standard errors", one.se, two.se, 1e-9)
    yield SideBySide("the log-likelihood", one.loglik, two.loglik)
    root = np.sqrt(times)
    X = np.column_stack([np.ones(40), frame["INCOME"]]) * root[:, None]
    right = np.linalg.lstsq(X, frame["AVGEXP"].to_numpy() * root, rcond=None)[0]
    three = st.fit(st.ols("AVGEXP ~ INCOME", frame.assign(w=times), precision="w"))
    yield SideBySide("estimates by precision", three.estimate, right, 1e-8)


def offsets() -> Iterable[SideBySide]:
    """An offset is a column with the coefficient 1; an exposure its logarithm."""
    frame = shipped("randhie").head(300).assign(h=lambda d: 1.0 + d["disea"])
    one = st.fit(st.poisson("mdvis ~ idp", frame, exposure="h"))
    two = st.fit(st.poisson("mdvis ~ idp", frame.assign(o=np.log(frame["h"])), offset="o"))
    yield SideBySide("estimates", one.estimate, two.estimate, 1e-9)
    yield SideBySide("the log-likelihood", one.loglik, two.loglik)


def dropped() -> Iterable[SideBySide]:
    """Rows that lack a value are left out and counted, and have no number in what is asked per row."""
    frame = shipped("ccard").head(30).copy()
    frame.loc[frame.index[[2, 5]], "INCOME"] = np.nan
    fit = st.fit(st.ols("AVGEXP ~ INCOME", frame))
    yield SideBySide("rows left out", fit.glance()["n_dropped"].iloc[0], 2)
    yield SideBySide("places without a number", np.flatnonzero(np.isnan(fit.residuals)), [2, 5])
    whole = st.fit(st.ols("AVGEXP ~ INCOME", frame.dropna(subset=["INCOME"])))
    yield SideBySide("estimates", fit.estimate, whole.estimate, 1e-10)


def formulas() -> Iterable[SideBySide]:
    """Formulas make the columns that they say, and remember what they learned of the rows of the fit."""
    frame = shipped("ccard").head(40)
    x, y = frame["INCOME"].to_numpy(), frame["AVGEXP"].to_numpy()
    fit = st.fit(st.ols("AVGEXP ~ center(INCOME) + I(INCOME**2) + C(OWNRENT)", frame))
    X = np.column_stack([np.ones(40), x - x.mean(), x**2, frame["OWNRENT"] == 1]).astype(float)
    right = np.linalg.lstsq(X, y, rcond=None)[0]
    yield SideBySide("fitted means", fit.predict(), X @ right, 1e-7)
    yield SideBySide("means of a part of the rows", fit.predict(frame.iloc[[7, 3]]), (X @ right)[[7, 3]], 1e-7)


def saved() -> Iterable[SideBySide]:
    """A saved fit is read again to the last bit, is right to a second program, and no byte of it can be changed."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "fit")
        _fit().save(path, design=True)
        again = st.load(path)
        yield SideBySide("estimates", again.estimate, _fit().estimate, 0.0)
        yield SideBySide("the covariance", again.covariance, _fit().covariance, 0.0)
        checks = verify(str(path))
        yield SideBySide("checks of the second program that hold", sum(one.ok is True for one in checks), len(checks))
        whole, caught = path.read_bytes(), 0
        places = np.linspace(0, len(whole) - 1, 12).astype(int)
        for place in places:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            caught += any(one.ok is False for one in verify(str(path)))
        yield SideBySide("changed bytes that were seen", caught, len(places))


def certificates() -> Iterable[SideBySide]:
    """The decrement of a certificate is sqrt(g' H^-1 g), below its limit; separation is told by a linear program."""
    fit = _fit()
    X, y = np.asarray(fit.model.rows.X), np.asarray(fit.model.rows.y)
    p = 1.0 / (1.0 + np.exp(-X @ np.asarray(fit.estimate)))
    g = X.T @ (y - p)
    decrement = float(np.sqrt(max(0.0, g @ np.linalg.solve((X.T * (p * (1 - p))) @ X, g))))
    yield SideBySide("distance from the maximum, in standard errors", decrement, 0.0, 1e-8, unit=1.0)
    yield SideBySide("data with a maximum", float(st.separation(fit.model) is None), 1.0)
    found = st.separation(st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], names=["dose"]))
    yield SideBySide("data without one", float(found is not None), 1.0)


def reports() -> Iterable[SideBySide]:
    """The same fit gives the same bytes of a report; its sentences and tables have the numbers of the fit."""
    with TemporaryDirectory() as folder:
        texts = []
        for name in ("one", "two"):
            Path(folder, name).mkdir()
            texts.append(st.report(_fit(), to=Path(folder, name, "fit")).read_bytes())
        yield SideBySide("reports of the same bytes", float(texts[0] == texts[1]), 1.0)
    estimate = float(_fit().table(exponentiate=True)["estimate"].iloc[1])
    said = " ".join(st.sentences(_fit()))
    yield SideBySide("the odds ratio in a sentence", float(f"{estimate:.3g}"[:4] in said), 1.0)
    yield SideBySide("terms in a table", sum(name in st.report_table(_fit()) for name in ("GPA", "TUCE", "PSI")), 3)


def audits() -> Iterable[SideBySide]:
    """Right printed numbers pass, a wrong digit does not; a convention that makes two tables differ is named."""
    table = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]}
    model = st.ols("y ~ x", table)
    yield SideBySide("right numbers that pass", float(st.audit({"(Intercept)": "1.10", "x": "2.00"}, model).ok), 1.0)
    yield SideBySide(
        "wrong ones that pass", float(st.audit({"(Intercept)": "1.10", "x": "2.01"}, model).ok), 0.0, unit=1.0
    )
    grouped = {"y": [2, 3, 5, 4, 7, 9], "g": list("aabbcc")}
    found = st.reproduce({"(Intercept)": "8.00", "ga": "-5.50", "gb": "-3.50"}, st.ols("y ~ g", grouped))
    yield SideBySide("conventions found", float(found.ok), 1.0)
    why = st.explain(st.fit(model), st.fit(st.ols("y ~ 0 + x", table)))
    yield SideBySide("causes named", float(len(why.rows) > 0), 1.0)


def files() -> Iterable[SideBySide]:
    """Rows in a Parquet file are read by blocks and give the numbers of the same rows in memory."""
    frame = shipped("fair").iloc[::12][["affair", "age", "religious"]]
    with TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        frame.to_parquet(path, row_group_size=200)
        one = st.fit(st.logistic("affair ~ age + religious", st.scan(path)))
        two = st.fit(st.logistic("affair ~ age + religious", frame))
        written = pd.read_parquet(one.predict_to(Path(folder, "means.parquet"), st.scan(path)))
        yield SideBySide("estimates", one.estimate, two.estimate, 1e-9)
        yield SideBySide("standard errors", one.se, two.se, 1e-9)
        yield SideBySide("predictions in a file", written["mean"], two.predict(frame), 1e-8)


def pictures() -> Iterable[SideBySide]:
    """A figure of coefficients has the estimates."""
    fit = _fit()
    drawn = fit.plot("coefficients")
    places = [x for line in drawn.axes[0].lines for x in np.ravel(line.get_xdata())]
    places += [x for part in drawn.axes[0].collections for x in np.ravel(np.asarray(part.get_offsets()))]
    near = [min(abs(x - b) for x in map(float, places)) for b in np.asarray(fit.estimate)[1:]]
    yield SideBySide("distance of points from estimates", near, np.zeros(3), 1e-8, unit=1.0)


def orders() -> Iterable[SideBySide]:
    """The order of the rows, and a table of another library, change nothing."""
    frame = shipped("fair").iloc[::12]
    one = st.fit(st.logistic("affair ~ age + C(religious)", frame))
    two = st.fit(st.logistic("affair ~ age + C(religious)", frame.sample(frac=1.0, random_state=1)))
    plain = {name: frame[name].tolist() for name in ("affair", "age", "religious")}
    three = st.fit(st.logistic("affair ~ age + C(religious)", plain))
    unit = float(np.min(one.se))
    yield SideBySide("estimates of another order", two.estimate, one.estimate, 1e-7, unit=unit)
    yield SideBySide("estimates of plain lists", three.estimate, one.estimate, 1e-7, unit=unit)


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "kept: weights": weights,
    "kept: offsets and exposures": offsets,
    "kept: rows with missing values": dropped,
    "kept: formulas": formulas,
    "kept: saved fits": saved,
    "kept: certificates": certificates,
    "kept: reports and sentences": reports,
    "kept: audits": audits,
    "kept: files": files,
    "kept: figures": pictures,
    "kept: orders and tables": orders,
}
