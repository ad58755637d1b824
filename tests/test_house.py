"""The layout keeps its promises: who may import what, what a chapter may hold, how long a module may be."""

import ast
import re

import pytest

from analysis import paths

MODULES = sorted((paths.ROOT / "analysis").rglob("*.py"))
CHAPTERS = sorted(paths.CHAPTERS.glob("*.md"))
CELL = re.compile(r"```\{code-cell\}[^\n]*\n(.*?)```", re.S)
OPENS_FILES = {"open", "read_csv", "read_text", "write_text", "read_json", "urlopen", "to_csv", "exec", "eval"}
LINES_OF_A_MODULE, LINES_OF_A_CHAPTER = 350, 280
TYPED = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?\s?%|\b(?:HR|OR|RR|p)\s?[=<]\s?\d|\b\d+\.\d+\b")
NOT_PROSE = re.compile(
    r"\{[a-z:_-]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|\$\$.*?\$\$|\$[^$]*\$|https?://\S+|\b95\s?%\s?(?:CI|confidence|interval|limit)\w*",
    re.S,
)


def name(path):
    return str(path.relative_to(paths.ROOT))


def imports(path):
    """Top-level names of all imported modules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def code(chapter):
    """All code of a chapter, options of the cells left out."""
    cells = CELL.findall(chapter.read_text(encoding="utf-8"))
    return "\n".join(re.sub(r"^:[a-z][\w-]*:.*$", "", cell, flags=re.M) for cell in cells)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_plots_draw(path):
    if "plots" not in path.parts:
        assert not [m for m in imports(path) if m.split(".")[0] in ("matplotlib", "seaborn")]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_site_knows_sphinx(path):
    if "site" not in path.parts:
        assert not [m for m in imports(path) if m.split(".")[0] in ("sphinx", "docutils", "myst_nb")]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_MODULE


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_chapters_define_no_functions_and_open_no_files(path):
    tree = ast.parse(code(path))
    kinds = [type(node).__name__ for node in ast.walk(tree)]
    assert not {"FunctionDef", "Lambda", "ClassDef", "AsyncFunctionDef"} & set(kinds)
    called = {ast.unparse(node.func).split(".")[-1] for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & OPENS_FILES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_CHAPTER


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_no_result_is_typed_into_prose(path):
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
    prose = NOT_PROSE.sub("", CELL.sub("", text))
    assert TYPED.findall(prose) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_no_result_is_typed_into_the_texts_of_figures_and_tables(path):
    constants = [node.value for node in ast.walk(ast.parse(code(path))) if isinstance(node, ast.Constant)]
    strings = [value for value in constants if isinstance(value, str)]
    prose = "\n".join(re.sub(r"\{[a-z-]+:[^{}]*\}", "", NOT_PROSE.sub("", text)) for text in strings)
    assert TYPED.findall(prose) == []


def test_claims_named_in_chapters_are_listed_in_the_toc():
    toc = (paths.ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert [c.stem for c in CHAPTERS if f"chapters/{c.stem}\n" not in toc + "\n"] == []
