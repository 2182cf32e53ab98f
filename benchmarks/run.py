"""Times the statistics at growing numbers of patients, beside R in the same run where R is present.

Writes benchmarks/results.md (`make benchmark`): medians of several runs, as ratios to R, and the growth between sizes.
"""

from __future__ import annotations

import gc
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.statistics import comparison, fine_gray, incidence, regression, survival

HERE = Path(__file__).parent
RUNS = 5

#: Rows of each function. Two kinds of data: times in whole days of ten years, as registries have, and all different.
SIZES = {
    "kaplan_meier": (10_000, 100_000, 1_000_000),
    "cumulative_incidence": (10_000, 100_000, 1_000_000),
    "log_rank": (10_000, 100_000, 1_000_000),
    "gray": (1_000, 10_000),
    "cox": (1_000, 10_000),
    "fine_gray": (1_000, 4_000),
}
FUNCTIONS: dict[str, Callable[[pd.DataFrame], object]] = {
    "kaplan_meier": lambda p: survival.estimate_kaplan_meier(p["time"], p["code"] > 0),
    "cumulative_incidence": lambda p: incidence.estimate_cumulative_incidence(p["time"], p["code"]),
    "log_rank": lambda p: comparison.compare_survival(p["time"], p["code"] > 0, p["group"]),
    "gray": lambda p: comparison.compare_incidence(p["time"], p["code"], p["group"]),
    "cox": lambda p: regression.estimate_cox(p["time"], p["code"] > 0, p[["group", "x"]]),
    "fine_gray": lambda p: fine_gray.estimate_fine_gray(p["time"], p["code"], p[["group", "x"]]),
}
R_FUNCTIONS = dict(zip(FUNCTIONS, ("survfit", "cuminc", "survdiff", "cuminc", "coxph", "crr"), strict=True))


@dataclass(frozen=True)
class Timing:
    """Median seconds of one function on n patients; `theirs` is None without R."""

    name: str
    n: int
    ours: float
    theirs: float | None


def make_patients(n: int, days: bool) -> pd.DataFrame:
    """Make n patients with two causes, censoring, two groups and a number; times in whole days, or all different."""
    random = np.random.default_rng(n)
    followed = np.minimum(random.exponential(1500.0, n), random.uniform(0.0, 3650.0, n))
    return pd.DataFrame(
        {
            "time": np.floor(followed) if days else followed,
            "code": random.choice([0, 1, 2], n, p=[0.4, 0.3, 0.3]),
            "group": random.integers(0, 2, n),
            "x": random.normal(size=n).round(3),
        }
    )


def time_ours(function: Callable[[pd.DataFrame], object], patients: pd.DataFrame) -> float:
    """Return the median seconds of several runs, after one that warms up."""
    function(patients)
    seconds = []
    for _ in range(RUNS):
        gc.collect()
        start = time.perf_counter()
        function(patients)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def time_r(patients: pd.DataFrame, names: list[str]) -> dict[str, float]:
    """Return R's median seconds by function; empty without R or its packages."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "patients.csv"
        patients.to_csv(file, index=False)
        command = ["Rscript", str(HERE / "time_r.R"), str(file), str(RUNS), *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {}
    rows = [line.split() for line in done.stdout.splitlines()]
    return {name: float(np.median([float(s) for key, s in rows if key == name])) for name in names}


def measure(days: bool) -> list[Timing]:
    """Time every function at its sizes."""
    if shutil.which("Rscript") is None:
        print("R is not installed: only ours is timed.")  # noqa: T201
    timings = []
    for n in sorted({n for sizes in SIZES.values() for n in sizes}):
        names = [name for name, sizes in SIZES.items() if n in sizes]
        patients = make_patients(n, days)
        theirs = time_r(patients, names)
        timings += [Timing(name, n, time_ours(FUNCTIONS[name], patients), theirs.get(name)) for name in names]
    return sorted(timings, key=lambda timing: (list(SIZES).index(timing.name), timing.n))


def format_timings(timings: list[Timing]) -> list[str]:
    """Return a Markdown table: ratio to R, seconds, and the exponents of the growth since the size before."""
    lines = [
        "| function | R | rows | ours / R | ours, s | R, s | growth | R's growth | n log n |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    before: Timing | None = None
    for now in timings:
        ratio, seconds, growth, growth_r, bound = "", "", "", "", ""
        if now.theirs is not None:
            ratio, seconds = f"{now.ours / max(now.theirs, 1e-3):.2f}", f"{now.theirs:.3f}"
        if before is not None and before.name == now.name:
            steps = np.log(now.n / before.n)
            bound = f"{1 + np.log(np.log(now.n) / np.log(before.n)) / steps:.2f}"
            growth = f"{np.log(now.ours / before.ours) / steps:.2f}"
            if now.theirs and before.theirs:
                growth_r = f"{np.log(now.theirs / before.theirs) / steps:.2f}"
        name, r_name = now.name.replace("_", " "), f"`{R_FUNCTIONS[now.name]}`"
        cells = (name, r_name, f"{now.n:,}", ratio, f"{now.ours:.3f}", seconds, growth, growth_r, bound)
        lines.append(f"| {' | '.join(cells)} |")
        before = now
    return lines


def describe_r() -> str:
    """Name the versions of R and its packages, or say that there is no R."""
    code = 'cat(paste("R", getRversion()), paste(c("survival", "cmprsk"), sapply(c("survival", "cmprsk"), function(p) '
    code += 'as.character(packageVersion(p)))), sep = ", ")'
    if shutil.which("Rscript") is None:
        return "R is not installed: its columns are empty"
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else "R lacks survival or cmprsk: its columns are empty"


def main() -> None:
    """Measure and write the page."""
    lines = [
        "# Benchmarks of the statistics",
        "",
        f"Medians of {RUNS} runs, ours and R's on the same patients in the same run (`make benchmark`). *ours / R*",
        "below 1 means faster than R. *growth* is the exponent b in seconds ~ rows^b since the size before, ours and",
        "R's, and *n log n* the one that n log n has there: growth at or below it is no worse than n log n.",
        "",
        f"Machine: {os.cpu_count()} cores, shared with other work; {platform.system()}, Python",
        f"{platform.python_version()}, NumPy {np.__version__}; {describe_r()}.",
    ]
    for title, days in (("Times in whole days of ten years", True), ("Times that all differ", False)):
        lines += ["", f"## {title}", "", *format_timings(measure(days))]
    notes = (HERE / "notes.md").read_text(encoding="utf-8")
    (HERE / "results.md").write_text("\n".join([*lines, "", notes]), encoding="utf-8")


if __name__ == "__main__":
    main()
