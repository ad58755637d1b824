"""Speed side by side with what a user would pick instead: ``make bench``.

Every tool gets the same simulated patients and starts from the same unsorted columns; sorting and set-up count. Times
are medians in one process on one thread; R runs through ``bench.R`` where it is installed and times itself. Tools that
are not installed are left out and named. Writes ``results.csv``, ``environment.csv`` and ``results.svg`` here.
"""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

SEED = 20261121
SIZES = (539, 10_000, 100_000, 1_000_000)
SECONDS = 1.5  # measured for about so long, at least three times
ONCE = 3.0  # a run longer than this is measured once
COVARIATES = 7
R_FINE_GRAY = 1_000  # rows; R's are quadratic and take a minute at ten thousand


def patients(n: int) -> pd.DataFrame:
    """Simulated patients: times in months, three causes, two groups, covariates; the seed is in view."""
    draw = np.random.default_rng(SEED + n)
    x = draw.normal(size=(n, COVARIATES))
    hazard = {"tmn": 0.002 * np.exp(0.3 * x[:, 0]), "relapse": np.full(n, 0.03), "death": np.full(n, 0.008)}
    times = np.column_stack([draw.exponential(1 / rate, size=n) for rate in hazard.values()])
    end = draw.uniform(6, 72, size=n)
    first = times.argmin(axis=1)
    event = np.where(times.min(axis=1) < end, np.array(list(hazard))[first], "censored")
    table = pd.DataFrame(x, columns=[f"x{k + 1}" for k in range(COVARIATES)])
    table.insert(0, "time", np.minimum(times.min(axis=1), end))
    table.insert(1, "event", pd.Categorical(event, categories=["censored", *hazard]))
    table.insert(2, "group", pd.Categorical(np.where(draw.random(n) < 0.65, "CD28", "4-1BB")))
    return table


def to_match(n: int) -> pd.DataFrame:
    """Simulated propensity scores, one treated patient in ten."""
    draw = np.random.default_rng(SEED + n)
    score = draw.beta(2, 8, size=n)
    return pd.DataFrame({"score": score, "treated": draw.random(n) < score / score.mean() * 0.1})


def median_ms(call: Callable[[], object]) -> tuple[float, int]:
    """Median time of a call in milliseconds, and how often it ran (one warm-up is not counted)."""
    begin = time.perf_counter()
    call()
    first = time.perf_counter() - begin
    if first > ONCE:
        return 1e3 * first, 1
    runs = []
    while len(runs) < 3 or (sum(runs) < SECONDS and len(runs) < 200):
        begin = time.perf_counter()
        call()
        runs.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(runs)), len(runs)


def ours(task: str, d: pd.DataFrame) -> Callable[[], object]:
    """Function of this project for a task."""
    from analysis import hazards, incidence, matching

    if task == "cumulative incidence":
        return lambda: incidence.cumulative_incidence(d.time, d.event, cause="tmn")
    if task == "Gray's test":
        return lambda: incidence.gray_test(d.time, d.event, d.group, cause="tmn")
    if task == "1:2 matching":
        return lambda: matching.match_nearest(d.score, d.treated, ratio=2)
    columns = [f"x{k + 1}" for k in range(_width(task))]
    return lambda: hazards.fine_gray(d.time, d.event, d[columns], cause="tmn")


def _width(task: str) -> int:
    """Number of covariates named in a task."""
    return int(task.rsplit(", ", 1)[1].split()[0])


def statsmodels(task: str, d: pd.DataFrame) -> Callable[[], object] | None:
    """Statsmodels: cumulative incidence with standard errors, no interval."""
    if task != "cumulative incidence":
        return None
    from statsmodels.duration.survfunc import CumIncidenceRight

    return lambda: CumIncidenceRight(d.time.to_numpy(), d.event.cat.codes.to_numpy())


def lifelines(task: str, d: pd.DataFrame) -> Callable[[], object] | None:
    """Lifelines: cumulative incidence, quadratic variance; not beyond ten thousand rows."""
    if task != "cumulative incidence" or len(d) > 10_000:
        return None
    from lifelines import AalenJohansenFitter

    return lambda: AalenJohansenFitter(seed=1).fit(d.time, d.event.cat.codes, event_of_interest=1)


def sksurv(task: str, d: pd.DataFrame) -> Callable[[], object] | None:
    """scikit-survival: cumulative incidence with interval; not beyond ten thousand rows."""
    if task != "cumulative incidence" or len(d) > 10_000:
        return None
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    codes = d.event.cat.codes.to_numpy().astype(int)
    return lambda: cumulative_incidence_competing_risks(codes, d.time.to_numpy(), conf_type="log-log")


def comprisk(task: str, d: pd.DataFrame) -> Callable[[], object] | None:
    """comprisk: cumulative incidence, Gray's test, Fine-Gray with its robust variance."""
    import comprisk as package

    if task == "1:2 matching":
        return None
    time, event = d.time.to_numpy(), d.event.cat.codes.to_numpy().astype(int)
    if task == "cumulative incidence":
        return lambda: package.CumulativeIncidence().fit(time=time, event=event)
    if task == "Gray's test":
        if len(d) > 100_000:  # more than a minute
            return None
        group = d.group.cat.codes.to_numpy()
        return lambda: package.gray_test(time, event, group)
    x = d[[f"x{k + 1}" for k in range(_width(task))]].to_numpy()
    return lambda: package.FineGrayRegression(cause=1, robust_se=True).fit(x, time=time, event=event)


def surpyval(task: str, d: pd.DataFrame) -> Callable[[], object] | None:
    """surpyval: Fine-Gray with naive standard errors; not beyond ten thousand rows."""
    if not task.startswith("Fine-Gray") or len(d) > 10_000:
        return None
    from surpyval import FineGray

    codes = d.event.cat.codes.to_numpy().astype(int)
    event = np.where(codes == 0, None, codes)
    x = d[[f"x{k + 1}" for k in range(_width(task))]].to_numpy()
    return lambda: FineGray.fit(d.time.to_numpy(), x, e=event, c=(codes == 0).astype(int), event=1)


TOOLS = {  # name: module, adapter
    "this project": ("numpy", ours),
    "statsmodels": ("statsmodels", statsmodels),
    "lifelines": ("lifelines", lifelines),
    "scikit-survival": ("sksurv", sksurv),
    "comprisk": ("comprisk", comprisk),
    "surpyval": ("surpyval", surpyval),
}
TASKS = ("cumulative incidence", "Gray's test", "Fine-Gray, 1 covariate", "Fine-Gray, 7 covariates", "1:2 matching")


def measure(task: str, n: int) -> list[dict]:
    """All Python tools on one task and size."""
    data = to_match(n) if task == "1:2 matching" else patients(n)
    column = data.score if task == "1:2 matching" else data.time
    floor, _ = median_ms(lambda: np.argsort(column.to_numpy()))
    rows = []
    for tool, (module, adapter) in TOOLS.items():
        if importlib.util.find_spec(module) is None:
            continue
        try:
            call = adapter(task, data)
            if call is None:
                continue
            ms, runs = median_ms(call)
        except Exception as error:  # a tool that cannot do this is a result, not a failure of the benchmark
            print(f"  {tool} could not: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        version = "" if tool == "this project" else importlib.metadata.version(tool)
        rows.append(
            {
                "task": task,
                "size": n,
                "tool": tool,
                "version": version,
                "median_ms": ms,
                "runs": runs,
                "floor_ms": floor,
            }
        )
        print(f"  {task}, n = {n:,}: {tool} {ms:,.2f} ms ({ms / floor:.1f} x argsort)")
    return rows


def measure_r(task: str, n: int) -> list[dict]:
    """R's packages on the same data, timed inside R."""
    if shutil.which("Rscript") is None or (task.startswith("Fine-Gray") and n > R_FINE_GRAY):
        return []
    data = to_match(n) if task == "1:2 matching" else patients(n)
    if not task.startswith("Fine-Gray"):
        data = data.drop(columns=[c for c in data if c.startswith("x")])
    column = data.score if task == "1:2 matching" else data.time
    floor, _ = median_ms(lambda: np.argsort(column.to_numpy()))
    with tempfile.TemporaryDirectory() as folder:
        data.to_csv(Path(folder) / "data.csv", index=False)
        command = ["Rscript", "--vanilla", str(HERE / "bench.R"), task, folder]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        answer = Path(folder) / "times.csv"
        if not answer.exists():
            print(f"  R could not: {run.stderr.strip()[-200:]}", file=sys.stderr)
            return []
        times = pd.read_csv(answer, dtype={"version": str})
    for row in times.itertuples():
        print(f"  {task}, n = {n:,}: {row.tool} {row.median_ms:,.2f} ms")
    return times.assign(task=task, size=n, floor_ms=floor).to_dict("records")


def memory() -> dict[str, str]:
    """Peak memory of Fine-Gray, in arrays of n numbers."""
    n, peaks = 200_000, {}
    d = patients(n)
    for width in (1, COVARIATES):
        call = ours(f"Fine-Gray, {width} covariates", d)
        tracemalloc.start()
        call()
        peaks[f"peak memory of Fine-Gray, {width} covariate(s), arrays of n"] = (
            f"{tracemalloc.get_traced_memory()[1] / 8 / n:.1f}"
        )
        tracemalloc.stop()
    return peaks


def environment() -> dict[str, str]:
    """Where and with what it was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    processor = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    has_r = shutil.which("Rscript") is not None
    r = subprocess.run(["Rscript", "--version"], capture_output=True, text=True, check=False) if has_r else None
    absent = [tool for tool, (module, _) in TOOLS.items() if importlib.util.find_spec(module) is None]
    return {
        "measured on": time.strftime("%Y-%m-%d"),
        "processor": processor,
        "threads": os.environ.get("OMP_NUM_THREADS", "not limited"),
        "Python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "R": (r.stdout + r.stderr).strip() if r else "not installed",
        "left out, not installed": ", ".join(absent) or "none",
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--tasks", nargs="*", default=TASKS, choices=TASKS)
    given = parser.parse_args()
    rows = []
    for task in given.tasks:
        for n in given.sizes:
            if task == "1:2 matching" and n > 100_000:
                continue
            rows += measure(task, n) + measure_r(task, n)
    table = pd.DataFrame(rows)[["task", "size", "tool", "version", "median_ms", "runs", "floor_ms"]]
    table.round({"median_ms": 4, "floor_ms": 4}).to_csv(HERE / "results.csv", index=False)
    facts = environment() | memory()
    pd.DataFrame(facts.items(), columns=["key", "value"]).to_csv(HERE / "environment.csv", index=False)
    from analysis.plots import speed

    speed.panels(pd.read_csv(HERE / "results.csv")).savefig(HERE / "results.svg")


if __name__ == "__main__":
    main()
