"""A changed table changes the pages that show it, also with a warm cache; a broken one stops the build."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from analysis import paths

pytestmark = pytest.mark.xdist_group("site")
FOLDERS = ("analysis", "benchmarks", "chapters", "data", "tests/reference", "_static", "public", "_build")
FILES = ("_config.yml", "_toc.yml", "CITATION.cff", "CHANGELOG.md", "requirements.txt")


@pytest.fixture(scope="module")
def copy(site, tmp_path_factory):
    """A copy of the project with its built site and its cache of executed chapters."""
    root = tmp_path_factory.mktemp("project")
    for name in FOLDERS:
        shutil.copytree(paths.ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(paths.ROOT / name, root / name)
    return root


def build(root):
    """Build the copy."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "analysis", "build"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def change(root, report, old, new):
    """Change one row of the ledger."""
    file = root / "data" / "claims" / f"{report}.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def drawn(page, name):
    """The block of a figure."""
    return page.split(f'<figure class="fig" id="{name}">')[1].split("</figure>")[0]


def values(page):
    """What doors to the claim show; some are named by it, as those of the audit's findings."""
    found = re.findall(rf'data-claim="{re.escape(CLAIM)}"[^>]*><span class="v">([^<]+)</span>', page)
    return [words for words in found if words != CLAIM]


CLAIM = "belhabri-2023.all.survival"  # not of the reconstructed cohort: there a change asks for new synthetic cohorts
ROW = f"{CLAIM},belhabri-2023,belhabri-2023/all,number,abstract,overall survival after t-MN,median,,,,9,9,"


def test_a_changed_value_changes_every_place_where_it_is_shown(copy):
    before = {p.name: p.read_text(encoding="utf-8") for p in copy.glob("_build/html/chapters/*.html")}
    assert ">11</text>" not in drawn(before["tmn-characteristics.html"], "fig-survival")
    change(copy, "belhabri-2023", ROW, ROW.replace(",9,9,", ",11,11,"))
    run = build(copy)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    shown = 0
    for name, old in before.items():
        new = (copy / "_build" / "html" / "chapters" / name).read_text(encoding="utf-8")
        assert set(values(new)) <= {"11\xa0months", "11"}
        assert len(values(new)) == len(values(old))
        shown += len(values(new))
    assert shown > 0
    csv = (copy / "_build" / "html" / "files" / "fig-survival.csv").read_text(encoding="utf-8")
    assert '"t-AML, all",112,11,' in csv
    assert '"t-AML, all",112,9,' not in csv
    page = (copy / "_build" / "html" / "chapters" / "tmn-characteristics.html").read_text(encoding="utf-8")
    assert ">11</text>" in drawn(page, "fig-survival")


def test_a_broken_row_stops_the_build(copy):
    text = (copy / "data" / "claims" / "gazeau-2025.csv").read_text(encoding="utf-8")
    broken = re.sub(r"^(G083,.*?,24,)4\.5,4\.5,", r"\g<1>4.5,high,", text, flags=re.M)
    assert broken != text
    (copy / "data" / "claims" / "gazeau-2025.csv").write_text(broken, encoding="utf-8")
    run = build(copy)
    assert run.returncode != 0
    assert "column value: found 'high'; allowed: a number" in run.stdout + run.stderr
