"""Build the site: clean when it must be, quick when it can be."""

import os
import shutil
import subprocess
import sys
import time

from analysis import paths
from analysis.site.cache import fingerprint

INPUTS = (
    "analysis/**/*",
    "data/**/*",
    "chapters/**/*",
    "tests/reference/**/*",
    "benchmarks/*.csv",
    "releases/*/results.json",
    "_static/**/*",
    "public/**/*",
    "*.yml",
    "CITATION.cff",
    "CHANGELOG.md",
    "requirements.txt",
)
OUTSIDE_CHAPTERS = tuple(pattern for pattern in INPUTS if not pattern.startswith("chapters"))
NOISE = (
    "Kernel is running over TCP",  # on this machine only, and as long as a chapter runs
    "ParserConfig(",
    "Using cached notebook",
    "Using jupyter-cache",
    "reading sources...",
    "writing output...",
)
MARK = paths.BUILD / ".built"


def book() -> int:
    """Build ``_build/html``; warnings are errors. Returns the exit code.

    Nothing is done when no input has changed. Sphinx follows changes of chapters by itself; anything else that
    changed, or a build that failed, leads to a build from the start (executed chapters are kept, see
    `analysis.site.cache`), since an incremental build after a failed one would pass.
    """
    start = time.monotonic()
    everything, outside = fingerprint(paths.ROOT, INPUTS), fingerprint(paths.ROOT, OUTSIDE_CHAPTERS)
    last = MARK.read_text(encoding="utf-8").split() if MARK.exists() else ["", ""]
    if last[0] == everything and (paths.HTML / "index.html").exists():
        print("Nothing has changed since the last build.")
        return 0
    if last[1] != outside:
        shutil.rmtree(paths.HTML, ignore_errors=True)
        shutil.rmtree(paths.BUILD / ".doctrees", ignore_errors=True)
    MARK.unlink(missing_ok=True)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(paths.ROOT)}
    run = "from jupyter_book.cli.main import main; main()"  # the package has no __main__
    command = [sys.executable, "-c", run, "build", str(paths.ROOT), "-W", "-n", "--keep-going"]
    code = _run(command, environment)
    if code == 0:
        MARK.write_text(f"{everything} {outside}", encoding="utf-8")
    print(f"{'Built' if code == 0 else 'Build failed'} after {time.monotonic() - start:.0f} s.")
    return code


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run with its output shown line by line, without the lines that tell nothing; returns the exit code."""
    run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in run.stdout:
        if not any(words in line for words in NOISE):
            print(line, end="", flush=True)
    return run.wait()
