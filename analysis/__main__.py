"""The one command line: ``python -m analysis check | build | import | new-report | release | …``."""

import argparse
import sys
from datetime import date
from pathlib import Path

from analysis import data, paths


def check(given: argparse.Namespace) -> int:
    """Validate all tables, and the synthetic cohorts if asked; print what was read, or every problem."""
    tables, problems = data.read(given.data)
    if given.members and not problems:
        from analysis.reconstruction import regenerated, store

        folder = given.data / paths.RECONSTRUCTION.name
        problems = regenerated.problems(tables, folder)
        count = len(store.index(folder))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem(s); nothing was built.", file=sys.stderr)
        return 1
    print("Data sound: " + ", ".join(f"{len(frame)} {name}" for name, frame in tables._asdict().items()))
    if given.members:
        print(f"Cohorts sound: {count}, each gives every printed number that is not set aside")
    return 0


def build(_: argparse.Namespace) -> int:
    """Build the site."""
    from analysis.site import build  # Sphinx is only needed to build

    return build.book()


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


def draft_quality(given: argparse.Namespace) -> int:
    """Append the rule's judgements for groups of patients that have none yet."""
    from analysis import evidence
    from analysis.review import append, quality

    tables = data.load(given.data)
    arms = evidence.arm_table(tables)
    rows = quality.draft(tables, arms.index[arms.at_risk & ~arms.index.isin(tables.quality.arm)])
    append.append(given.data, {"quality": rows})
    print(f"{rows.arm.nunique()} group(s) of patients drafted, {len(rows)} rows added to quality.csv.")
    return 0


def new_report(given: argparse.Namespace) -> int:
    """An empty form for a report; what a filled one would change; its rows, if they are to be kept."""
    from analysis.new_report import command

    try:
        print(*command.run(given.report, given.data, keep=given.keep), sep="\n")
    except (ValueError, OSError) as error:
        print(f"{error}\nNothing was written.", file=sys.stderr)
        return 1
    return 0


def release(given: argparse.Namespace) -> int:
    """Publish a version; print what was written, or why it was refused."""
    from analysis.site import build  # Sphinx is only needed to build
    from analysis.versions import release as releasing

    try:
        told = releasing.make(paths.ROOT, given.version, given.on, None if given.no_site else build.book)
    except ValueError as error:
        print(f"{error}\nNothing was released.", file=sys.stderr)
        return 1
    print(*told, sep="\n")
    return 0


def reconstruct(given: argparse.Namespace) -> int:
    """Make members that are not stored yet."""
    from analysis.reconstruction import command

    return command.run(given.seed, given.members, given.jobs, given.data, given.out)


def readings(given: argparse.Namespace) -> int:
    """Store which readings of the Methods reach which line, on the stored members."""
    from analysis.reconstruction import models, store, targets  # only needed here, and slow without numba

    path = paths.RECONSTRUCTION / "synthetic-model-readings.csv"
    members = list(store.load_all().values())[: models.COURSES]
    models.write(path, members, targets.reachable(data.load()), given.seed, given.jobs)
    print(f"Written: {path}")
    return 0


def row_orders(given: argparse.Namespace) -> int:
    """Store how Table 3 hangs on the order of the rows."""
    from analysis.reconstruction import fragility

    fragility.make(data.load().claims, orders=given.orders, seed=given.seed, anew=given.anew)
    return 0


def at_risk(given: argparse.Namespace) -> int:
    """Search for courses in which relapsed patients stay at risk of t-MN, and store them."""
    from analysis.reconstruction import at_risk

    return at_risk.run(given.seed, given.data, given.out)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _of_the_review(commands)
    _of_the_reconstruction(commands)
    given = parser.parse_args(arguments)
    return given.run(given)


def _of_the_review(commands) -> None:
    """Commands on the tables and the site."""
    checking = commands.add_parser("check", help="validate all data; exit code 1 if anything is wrong")
    checking.add_argument("--members", action="store_true", help="also recompute every number of the synthetic cohorts")
    checking.set_defaults(run=check)
    commands.add_parser("build", help="build the site into _build/html").set_defaults(run=build)
    adding = commands.add_parser("import", help="add search exports (RIS, PubMed/NBIB, CSV) to the records")
    adding.add_argument("files", type=Path, nargs="+", metavar="FILE", help="exports of one search in one database")
    adding.add_argument("--database", default="not stated", help="where they come from, such as PubMed")
    adding.add_argument("--strategy", help="search string that was run: a name in review/strategies.csv")
    adding.add_argument("--on", default=f"{date.today()}", help="day of the search, as 2026-12-01; today if not given")
    adding.add_argument("--note", help="remark for the log of searches")
    adding.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
    adding.set_defaults(run=import_exports)
    drafting = commands.add_parser("draft-quality", help="append the rule's judgements for new groups of patients")
    drafting.set_defaults(run=draft_quality)
    proposing = commands.add_parser("new-report", help="a form for a new study; what it would change; its rows")
    proposing.add_argument("report", help="a new name, such as doe-2026, or the filled form, doe-2026.yml")
    proposing.add_argument("--keep", action="store_true", help="add the rows; without it nothing is written")
    proposing.set_defaults(run=new_report)
    releasing = commands.add_parser("release", help="publish a version: store its results, build and pack the site")
    releasing.add_argument("version", help="MAJOR.MINOR.PATCH: a new search, corrected data or methods, words only")
    releasing.add_argument("--on", default=f"{date.today()}", help="day of the release; today if not given")
    releasing.add_argument("--no-site", action="store_true", help="store the results only")
    releasing.set_defaults(run=release)
    for command in (checking, adding, drafting, proposing):
        command.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")


def _of_the_reconstruction(commands) -> None:
    """Commands that take minutes, and store what they find."""
    making = commands.add_parser("reconstruct", help="make members of the synthetic cohort; minutes each")
    making.add_argument("--seed", type=int, default=1, help="of the first member; the next ones count on")
    making.add_argument("--members", type=int, default=1, help="how many")
    making.add_argument("--jobs", type=int, default=-1, help="members at a time; -1: one a processor")
    making.set_defaults(run=reconstruct)
    reading = commands.add_parser("readings", help="which model can have given each line of Tables 2 and 3; minutes")
    reading.add_argument("--seed", type=int, default=1, help="of the random choices")
    reading.add_argument("--jobs", type=int, default=1, help="rows at a time; -1 for one a processor")
    reading.set_defaults(run=readings)
    staying = commands.add_parser("at-risk", help="courses in which a relapse does not compete with t-MN; minutes")
    staying.add_argument("--seed", type=int, default=1, help="of the random choices")
    staying.set_defaults(run=at_risk)
    for command in (making, staying):
        command.add_argument("--data", type=Path, default=paths.DATA, help="folder with the ledger")
        command.add_argument("--out", type=Path, default=paths.RECONSTRUCTION, help="folder of what is made")
    ordering = commands.add_parser("row-orders", help="Table 3 of the stored members over random orders of their rows")
    ordering.add_argument("--orders", type=int, default=500, help="random orders of each member")
    ordering.add_argument("--seed", type=int, default=1, help="of the orders")
    ordering.add_argument("--anew", action="store_true", help="also for members for which it is there")
    ordering.set_defaults(run=row_orders)


if __name__ == "__main__":
    sys.exit(main())
