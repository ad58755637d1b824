"""``python -m analysis new-report``: an empty form for a name, a trial for a form, rows with ``--keep``."""

from pathlib import Path

from analysis import data
from analysis.new_report import entry as filled
from analysis.new_report import form, trial


def run(what: str, folder: Path, *, keep: bool) -> list[str]:
    """Write an empty form, or try a filled one, or keep it.

    Parameters
    ----------
    what : str
        Name of a report (``doe-2026``), or a form (``doe-2026.yml``).
    folder : Path
        Of the data.
    keep : bool
        Whether to add the rows.

    Returns
    -------
    list of str
        What was done.

    Raises
    ------
    DataError, OSError
        If the form is not there or not sound; nothing is changed then.
    """
    words = data.dictionary(folder)
    if not what.endswith((".yml", ".yaml")):
        path = Path(f"{what}.yml")
        with path.open("x", encoding="utf-8") as handle:  # never over a form that is there
            handle.write(form.text(words, what))
        return [f"Written: {path}. Fill it in, then: python -m analysis new-report {path}"]
    path = Path(what)
    tables = data.load(folder)
    rows = filled.read(path, tables, words)
    outcome = trial.run(tables, words, rows, path.name, folder)
    if not keep:
        return [*outcome.lines, "", f"Nothing was written. To add it: python -m analysis new-report {path} --keep"]
    targets = trial.files(folder, words, rows)
    with trial.put_back(list(targets.values())):
        trial.add(folder, words, rows, path.name)
    names = ", ".join(sorted(target.relative_to(folder).as_posix() for target in targets.values()))
    return [*outcome.lines, "", f"Added to {names}. Read the drafted judgements in quality.csv; then make book."]
