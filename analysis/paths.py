"""The one place for paths."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RECONSTRUCTION = DATA / "reconstruction"
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
REFERENCE = ROOT / "tests" / "reference"
BENCHMARKS = ROOT / "benchmarks"
RELEASES = ROOT / "releases"
