"""An execution cache that cannot go stale.

jupyter-cache looks at the cells of a chapter only, so a changed table or module would still serve the old result.
Here the cache folder is named after everything a chapter can read; chapters missing from it are executed two at a
time before Sphinx starts to read.
"""

import hashlib
import importlib.metadata
import os
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig
from sphinx.util import logging

INPUTS = (
    "analysis/**/*.py",
    "data/**/*",
    "tests/reference/**/*",
    "benchmarks/*.csv",
    "releases/*/results.json",
    "CITATION.cff",
    "CHANGELOG.md",
    "requirements.txt",
)
KEPT = 3  # so that going back to the last state of the data is quick
LOGGER = logging.getLogger(__name__)


def fingerprint(root: Path, patterns: tuple[str, ...] = INPUTS) -> str:
    """SHA-256 over the named files, Python and the installed packages.

    Parameters
    ----------
    root : Path
        Folder of the project.
    patterns : tuple of str
        Which files count.

    Returns
    -------
    str
        The first 20 hexadecimal digits.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    packages = {f"{d.metadata['Name']}=={d.version}".lower() for d in importlib.metadata.distributions()}
    digest.update("\n".join(sorted(packages)).encode())
    for path in sorted({p for pattern in patterns for p in root.glob(pattern) if p.is_file()}):
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


def name_cache(app, config) -> None:
    """Name the cache after its inputs; drop the oldest ones."""
    base = Path(app.outdir).parent / ".executed"
    folder = base / fingerprint(Path(app.srcdir))
    config.nb_execution_cache_path = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in sorted(base.iterdir(), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def execute_chapters(app) -> None:
    """Execute the chapters that the cache does not hold, two at a time."""
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    _ = cache.db  # created before the threads start
    app.env.find_files(app.config, app.builder)
    missing = [(path, book) for path, book in _notebooks(app) if not _held(cache, book)]
    if not missing:
        return

    def run(item):
        path, book = item
        folder, limit = os.path.dirname(path), app.config.nb_execution_timeout
        return path, book, single_nb_execution(book, cwd=folder, allow_errors=False, timeout=limit, meta_override=True)

    LOGGER.info("executing %d chapter(s)", len(missing))
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for path, book, result in pool.map(run, missing):
            if result.err is None:  # a failing cell is left for Sphinx, which reports it with its place
                bundle = CacheBundleIn(book, str(path), data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
                LOGGER.info("executed %s in %.1f s", os.path.basename(path), result.time)


def _notebooks(app):
    """Path and content of each chapter with code."""
    for document in sorted(app.env.found_docs):
        path = app.env.doc2path(document)
        text = Path(path).read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
        if reader is not None:
            book = reader.read(text)
            if book.metadata.get("kernelspec"):
                yield path, book


def _held(cache, book) -> bool:
    """Whether the cache holds this notebook."""
    try:
        cache.match_cache_notebook(book)
    except KeyError:
        return False
    return True


def setup(app) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", name_cache)
    app.connect("builder-inited", execute_chapters, priority=900)
