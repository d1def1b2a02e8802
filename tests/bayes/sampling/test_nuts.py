"""The sampler's threads: what ends them ends the call, as it is, and nothing shorter than asked comes back."""

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling import nuts as sampler
from stattools.bayes.sampling.nuts import Walk
from stattools.bayes.sampling.target import mode, target
from tests.cases import rng
from tests.sizes import first


def after(calls, do):
    """A normal log-likelihood that does something else once it has been called so often."""
    count = 0

    def loglik(theta):
        nonlocal count
        count += 1
        return -0.5 * float(theta[0] - 1.0) ** 2 if count <= calls else do()

    return st.posterior(st.custom(loglik, start=[0.0]), prior=st.Normal(0, 1), draws=500, chains=2, seed=1)


def raising(error):
    def do():
        raise error

    return do


@pytest.mark.parametrize("calls", [0, 100, 1500])
@pytest.mark.parametrize("error", [ValueError("mine"), ZeroDivisionError("mine"), SystemExit("mine")], ids=repr)
def test_what_a_likelihood_raises_is_told_with_its_line(calls, error, capfd):
    with pytest.raises(SystemExit if isinstance(error, SystemExit) else st.StattoolsError, match="mine") as caught:
        after(calls, raising(error))
    raised = caught.value
    while raised is not error:
        assert raised.__cause__ is not None, "the error of the user is the cause"
        raised = raised.__cause__
    lines = traceback.extract_tb(error.__traceback__)
    assert any(line.name == "do" for line in lines), "the traceback ends in the user's line"
    assert "panicked" not in capfd.readouterr().err


@pytest.mark.parametrize("value", ["x", np.zeros(2), None, 1j], ids=repr)
def test_no_number_is_told_as_in_a_fit(value):
    with pytest.raises(st.DomainError, match="loglik must return one number"):
        after(1500, lambda: value)


def test_impossible_everywhere(capfd):
    with pytest.raises(st.ConvergenceError, match="NUTS could not sample"):
        after(1500, lambda: float("nan"))
    assert "panicked" not in capfd.readouterr().err


def test_fewer_draws_than_asked_are_an_error(monkeypatch):
    """As of a sampler that was stopped from outside."""
    whole = sampler._awaited
    monkeypatch.setattr(sampler, "_awaited", lambda running, walk: whole(running, walk).isel(draw=slice(0, 7)))
    with pytest.raises(st.ConvergenceError, match=r"asked for 2 x 20 draws .* and made 14"):
        st.posterior(st.logistic([0, 1, 1, 0], [1.0, 2.0, 3.0, 4.0]), prior=st.Normal(0, 1), draws=20, chains=2, seed=1)


@pytest.fixture
def interrupts():
    """Ctrl-C as in a terminal, where the runner of the tests may have turned it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_comes_through(interrupts):
    model = st.logistic((rng(0).random(2000) < 0.5) * 1.0, rng(1).normal(size=(2000, 3)))
    st.posterior(model, prior=st.Normal(0, 1), draws=10, chains=1, tune=50, seed=1)  # everything is imported
    blas, sent = [library["num_threads"] for library in threadpool_info()], []

    def interrupt():
        time.sleep(0.5)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        st.posterior(model, prior=st.Normal(0, 1), draws=20_000, seed=1)
    assert time.perf_counter() - sent[0] < 1.0
    assert [library["num_threads"] for library in threadpool_info()] == blas
    again = st.posterior(model, prior=st.Normal(0, 1), draws=10, chains=1, tune=50, seed=1)
    assert again.draws.shape == (1, 10, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "work",
    first(
        3,
        [
            "st.posterior(st.logistic(y, X), prior=st.Normal(0, 1), draws=200_000, seed=1)",
            "[st.fit(st.logistic(y, X)) for _ in range(10**6)]",
            (
                "t = {'y': y, 'x': X[:, 0], 'g': np.arange(len(y)) // 20}; "
                "[st.fit_many('y ~ x', t, by='g') for _ in range(10**6)]"
            ),
            "[st.fit(st.softmax(k, X), solver=st.Newton()) for _ in range(10**6)]",
            "[st.bootstrap(st.fit(st.logistic(y, X)), draws=10_000, seed=1) for _ in range(10**6)]",
            "[st.fit(st.network(k, X, hidden=(32,))) for _ in range(10**6)]",
            "[st.fit(st.custom(lambda t: -float(t @ t), start=[1.0, 2.0])) for _ in range(10**6)]",
            # Python loses an interrupt that arrives in a destructor, of which figures have many
            "[st.report(st.fit(st.logistic(y[:200], X[:200])), to=folder + '/r') for _ in range(10**6)]",
        ],
        pytest.mark.nightly,
    ),
)
def test_a_program_ends(work, tmp_path):
    """In a process of its own: the interrupt arrives, BLAS has its threads, nothing half-written stays."""
    code = f"""
import numpy as np, time
import stattools as st
from threadpoolctl import threadpool_info
g, folder = np.random.default_rng(0), {str(tmp_path)!r}
X = g.normal(size=(20_000, 4)); y = (g.random(20_000) < 0.5) * 1.0; k = g.integers(0, 3, 20_000)
st.fit(st.logistic(y[:100], X[:100]))
blas = {{library["filepath"]: library["num_threads"] for library in threadpool_info()}}
print("go", flush=True)
try:
    {work}
except KeyboardInterrupt:
    now = {{library["filepath"]: library["num_threads"] for library in threadpool_info()}}
    print("interrupted", all(now[path] == threads for path, threads in blas.items()), flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        late = threading.Timer(60.0, program.kill)  # a program that goes on is a failure, and no wait without end
        late.start()
        assert program.stdout.readline() == "go\n"
        time.sleep(4.0)
        program.send_signal(signal.SIGINT)
        sent = time.perf_counter()
        assert program.stdout.readline() == "interrupted True\n"
        assert time.perf_counter() - sent < 2.0  # one second, on a machine that others use too
        assert program.wait(timeout=20) == 0
        late.cancel()
    assert not [path for path in tmp_path.rglob("*") if "tmp" in path.name or path.name.startswith(".")]


def test_chains_start_where_the_density_has_a_slope():
    """With W a million times as long, a standard normal point is where the rate is beyond float64."""
    found = mode(target(*_counts()))
    far = replace(found, W=1e6 * found.W)
    for seed in range(20):
        value, slope = far.at(Walk(far, 50, 60).beginning(seed))
        assert np.isfinite(value)
        assert np.isfinite(slope).all()


def test_a_density_that_is_flat_at_its_mode_has_no_chains(capfd):
    found = mode(target(*_counts()))
    with pytest.raises(st.ConvergenceError, match="next to its mode the density is flat"):
        sampler.nuts(replace(found, W=0.0 * found.W), draws=20, chains=2, tune=50, seed=0)
    assert "panicked" not in capfd.readouterr().err


def _counts():
    model = st.poisson([4, 3, 0, 2, 1], [-0.8, -1.3, 0.4, 0.1, 0.9])
    return model, assign(model, st.Normal(0, 1))
