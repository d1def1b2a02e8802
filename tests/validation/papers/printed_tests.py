"""Results as papers print them, from simulated tests: right ones, rounded at random, in many styles."""

import numpy as np
from scipy import stats

STYLES = {
    "plain": lambda name, df, value, p: (f"{name}({df})" if df else name) + f" = {value}, p {p}",
    "markdown": lambda name, df, value, p: (f"*{name}*({df})" if df else f"*{name}*") + f" = {value}, *p* {p}",
    "latex": lambda name, df, value, p: (
        f"${name.replace('χ2', chr(92) + 'chi^2')}{f'({df})' if df else ''} = {value}$, $p {p}$"
    ),
    "html": lambda name, df, value, p: (
        f"<em>{name.replace('2', '<sup>2</sup>')}</em>{f'({df})' if df else ''} = {value.replace('-', '&minus;')}, "
        f"<i>p</i>&nbsp;{p.replace('<', '&lt;').replace('>', '&gt;')}"
    ),
    "PDF": lambda name, df, value, p: (
        f"{name} {f'({df})' if df else ''}\n¼ {value.replace('-', chr(0x2212))}, 𝑝 {p.replace('=', '¼')}"
    ),
    "German": lambda name, df, value, p: (
        (f"{name}({df.replace(', ', '; ').replace('.', ',')})" if df else name)
        + f" = {value.replace('.', ',')}; p {p.replace('.', ',')}"
    ),
}


def p_text(p, rng, factor=1.0):
    """A p-value as papers print it: as a number, or below or above a level; `factor` falsifies it."""
    digits, zero = rng.integers(3, 5), rng.random() < 0.5
    if p < 10.0**-digits or (rng.random() < 0.3 and factor == 1.0):
        level = next((level for level in (0.001, 0.01, 0.05) if p < level), None)
        text = f"< {level}" if level else "> 0.05"
    else:
        text = f"= {min(p * factor, 1.0):.{digits}f}"
    return text if zero else text.replace(" 0.", " .")


def statistic(rng):
    """The name of a statistic, its degrees of freedom and value as text, and its p-value before rounding."""
    kind, digits = rng.choice(["t", "F", "χ2", "z", "r", "Welch"]), int(rng.integers(2, 4))
    first, second = int(rng.integers(1, 6)), int(rng.integers(8, 200))
    if kind == "F":
        value = stats.f.rvs(first, second, random_state=rng) * rng.uniform(1, 3)
        return "F", f"{first}, {second}", f"{value:.{digits}f}", stats.f.sf(value, first, second)
    if kind == "χ2":
        value = stats.chi2.rvs(first, random_state=rng) * rng.uniform(1, 3)
        return "χ2", f"{first}, N = {second}", f"{value:.{digits}f}", stats.chi2.sf(value, first)
    if kind == "z":
        value = rng.normal(1.5, 1.5)
        return "z", "", f"{value:.{digits}f}", 2 * stats.norm.sf(abs(value))
    if kind == "r":
        value = float(np.clip(rng.normal(0.2, 0.2), -0.9, 0.9))
        p = 2 * stats.t.sf(abs(value) * np.sqrt(second / (1 - value * value)), second)
        return "r", f"{second}", f"{value:.{digits}f}".replace("0.", "."), p
    df = second if kind == "t" else float(f"{second + rng.random():.2f}")
    value = rng.normal(1.5, 1.5)
    return "t", f"{df}", f"{value:.{digits}f}", 2 * stats.t.sf(abs(value), df)


def result(rng, style, factor=1.0):
    """A statistic and its p-value in a style; one that is falsified is neither very small nor very large before."""
    name, df, value, p = statistic(rng)
    while factor != 1.0 and not 0.004 < p < 0.3:
        name, df, value, p = statistic(rng)
    return STYLES[style](name, df, value, p_text(p, rng, factor))


def estimate(rng):
    """An estimate with what stands beside it, all of it right."""
    digits, df = int(rng.integers(2, 4)), int(rng.integers(20, 300))
    b, se = rng.normal() * 0.8, abs(rng.normal()) * 0.4 + 0.05
    q, t, z = stats.t.ppf(0.975, df), 2 * stats.t.sf(abs(b / se), df), 2 * stats.norm.sf(abs(b / se))
    ends = f"{b - q * se:.{digits}f}, {b + q * se:.{digits}f}"
    ratio, low, high = (f"{np.exp(b + k * 1.959964 * se):.2f}" for k in (0, -1, 1))
    wald = f"{b - 1.96 * se:.{digits}f}, {b + 1.96 * se:.{digits}f}"
    number = f"{b:.{digits}f}, SE = {se:.{digits}f}"
    return rng.choice(
        [
            f"B = {number}, t({df}) = {b / se:.2f}, p {p_text(t, rng)}",
            f"b = {number}, 95% CI [{ends}], t({df}) = {b / se:.2f}, p {p_text(t, rng)}",
            f"b = {number}, p {p_text(t, rng)}",
            f"OR = {ratio}, 95% CI [{low}, {high}], p {p_text(z, rng)}",
            f"odds ratio {ratio} (95% CI {low} to {high}; P {p_text(z, rng)})",
            f"aHR {ratio} (95% CI: {low}\N{EN DASH}{high}, p {p_text(z, rng)})",
            f"b = {b:.{digits}f}, 95% CI [{wald}], z = {b / se:.2f}, p {p_text(z, rng)}",
        ]
    )
