"""The one command line: ``python -m analysis check | build | import | draft-quality``."""

import argparse
import sys
from datetime import date
from pathlib import Path

from analysis import data, paths


def check(folder: Path) -> int:
    """Validate all tables; print what was read, or every problem."""
    tables, problems = data.read(folder)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem(s); nothing was built.", file=sys.stderr)
        return 1
    print("Data sound: " + ", ".join(f"{len(frame)} {name}" for name, frame in tables._asdict().items()))
    return 0


def import_exports(given: argparse.Namespace) -> int:
    """Add the references of search exports to the records; print what was done, or why nothing was."""
    from analysis.review import append, exports, importing

    try:
        entries = [entry for file in given.files for entry in exports.read(file)]
        words = {"database": given.database, "on": given.on, "strategy": given.strategy, "note": given.note}
        plan = importing.plan(data.load(given.data), entries, **words)
        if not given.dry_run:
            append.append(given.data, {"searches": plan.searches, "records": plan.records})
    except (ValueError, LookupError, OSError) as error:
        print(f"{error}\nNothing was imported.", file=sys.stderr)
        return 1
    print(*plan.lines, sep="\n")
    print("Dry run: nothing was written." if given.dry_run else "Added to review/records.csv and review/searches.csv.")
    return 0


def draft_quality(folder: Path) -> int:
    """Append the rule's judgements for groups of patients that have none yet."""
    from analysis import evidence
    from analysis.review import append, quality

    tables = data.load(folder)
    arms = evidence.arm_table(tables)
    rows = quality.draft(tables, arms.index[arms.at_risk & ~arms.index.isin(tables.quality.arm)])
    append.append(folder, {"quality": rows})
    print(f"{rows.arm.nunique()} group(s) of patients drafted, {len(rows)} rows added to quality.csv.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="validate all data; exit code 1 if anything is wrong")
    checking.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")
    commands.add_parser("build", help="build the site into _build/html")
    adding = commands.add_parser("import", help="add search exports (RIS, PubMed/NBIB, CSV) to the records")
    adding.add_argument("files", type=Path, nargs="+", metavar="FILE", help="exports of one search in one database")
    adding.add_argument("--database", default="not stated", help="where they come from, such as PubMed")
    adding.add_argument("--strategy", help="search string that was run: a name in review/strategies.csv")
    adding.add_argument("--on", default=f"{date.today()}", help="day of the search, as 2026-12-01; today if not given")
    adding.add_argument("--note", help="remark for the log of searches")
    adding.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
    drafting = commands.add_parser("draft-quality", help="append the rule's judgements for new groups of patients")
    for command in (adding, drafting):
        command.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return check(given.data)
    if given.command == "import":
        return import_exports(given)
    if given.command == "draft-quality":
        return draft_quality(given.data)
    from analysis.site import build  # Sphinx is only needed to build

    return build.book()


if __name__ == "__main__":
    sys.exit(main())
