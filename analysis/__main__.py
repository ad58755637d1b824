"""The one command line: ``python -m analysis check | build | reconstruct | readings | row-orders``."""

import argparse
import sys
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


def reconstruct(given: argparse.Namespace) -> int:
    """Make members that are not stored yet."""
    from analysis.reconstruction import command

    return command.run(given.seed, given.members, given.jobs, given.data, given.out)


def readings(given: argparse.Namespace) -> int:
    """Store which readings of the Methods reach which line, on the stored members."""
    from analysis.reconstruction import models, store  # only needed here, and slow without numba

    path = paths.RECONSTRUCTION / "model-readings.csv"
    members = list(store.load_all().values())[: models.COURSES]
    models.write(path, members, data.load().claims, given.seed)
    print(f"Written: {path}")
    return 0


def row_orders(given: argparse.Namespace) -> int:
    """Store how Table 3 hangs on the order of the rows."""
    from analysis.reconstruction import fragility

    fragility.make(data.load().claims, orders=given.orders, seed=given.seed, anew=given.anew)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="validate all data; exit code 1 if anything is wrong")
    checking.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")
    checking.add_argument("--members", action="store_true", help="also recompute every number of the synthetic cohorts")
    checking.set_defaults(run=check)
    commands.add_parser("build", help="build the site into _build/html").set_defaults(run=build)
    making = commands.add_parser("reconstruct", help="make members of the synthetic cohort; minutes each")
    making.add_argument("--seed", type=int, default=1, help="of the first member; the next ones count on")
    making.add_argument("--members", type=int, default=1, help="how many")
    making.add_argument("--jobs", type=int, default=-1, help="members at a time; -1: one a processor")
    making.add_argument("--data", type=Path, default=paths.DATA, help="folder with the ledger")
    making.add_argument("--out", type=Path, default=paths.RECONSTRUCTION, help="folder of the members")
    making.set_defaults(run=reconstruct)
    reading = commands.add_parser("readings", help="which model can have given each line of Tables 2 and 3; minutes")
    reading.add_argument("--seed", type=int, default=1, help="of the random choices")
    reading.set_defaults(run=readings)
    ordering = commands.add_parser("row-orders", help="Table 3 of the stored members over random orders of their rows")
    ordering.add_argument("--orders", type=int, default=500, help="random orders of each member")
    ordering.add_argument("--seed", type=int, default=1, help="of the orders")
    ordering.add_argument("--anew", action="store_true", help="also for members for which it is there")
    ordering.set_defaults(run=row_orders)
    given = parser.parse_args(arguments)
    return given.run(given)


if __name__ == "__main__":
    sys.exit(main())
