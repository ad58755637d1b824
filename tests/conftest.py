"""What the tests share: the data, a copy to break, the built site, a browser."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading

import pytest
from hypothesis import settings

from analysis import data, paths

# The same examples in every run, and no time limit for one of them: a busy machine must not fail a test.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [f"--{flag}" for flag in ("no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync")]
NO_BROWSER = "no Chromium was found, so the site was not tested in a browser; install Debian's package 'chromium'"


@pytest.fixture(scope="session")
def tables():
    """The tables of the review."""
    return data.load()


@pytest.fixture(scope="session")
def claims(tables):
    """The printed numbers of the report that the recipes are about."""
    return tables.claims[tables.claims.report == "gazeau-2025"]


@pytest.fixture(scope="session")
def reachable_claims(tables):
    """The claims as a search has to meet them, without the fields that are set aside."""
    from analysis.reconstruction.targets import reachable  # loads much that most tests do not need

    return reachable(tables)


@pytest.fixture
def copied_data(tmp_path):
    """A copy of the data that a test may break."""
    return shutil.copytree(paths.DATA, tmp_path / "data")


@pytest.fixture(scope="session")
def site():
    """Folder of the built site; built now if it is not up to date."""
    run = subprocess.run([sys.executable, "-m", "analysis", "build"], cwd=paths.ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return paths.HTML


class _Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site):
    """Address of the site, served from this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/chapters"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """The Chromium that is installed; without one, a loud skip, and a failure where CI=true."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()


def pytest_terminal_summary(terminalreporter):
    """Say in one line that nobody can miss when the browser was missing."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"ATTENTION: {NO_BROWSER}", red=True, bold=True)
