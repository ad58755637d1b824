"""The one command line: ``python -m analysis check | build | readings | row-orders``."""

import argparse
import sys
from pathlib import Path

from analysis import data, paths


def check(folder: Path, members: bool = False) -> int:
    """Validate all tables, and the synthetic cohorts if asked; print what was read, or every problem."""
    tables, problems = data.read(folder)
    if members and not problems:
        from analysis.reconstruction import regenerated, store

        problems = regenerated.problems(tables, folder / paths.RECONSTRUCTION.name)
        count = len(store.index(folder / paths.RECONSTRUCTION.name))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem(s); nothing was built.", file=sys.stderr)
        return 1
    print("Data sound: " + ", ".join(f"{len(frame)} {name}" for name, frame in tables._asdict().items()))
    if members:
        print(f"Cohorts sound: {count}, each gives every printed number that is not set aside")
    return 0


def readings(seed: int) -> int:
    """Store which readings of the Methods reach which line, on the stored members."""
    from analysis.reconstruction import models, store  # only needed here, and slow without numba

    path = paths.RECONSTRUCTION / "model-readings.csv"
    models.write(path, store.load_all().values(), data.load().claims, seed)
    print(f"Written: {path}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="validate all data; exit code 1 if anything is wrong")
    checking.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")
    checking.add_argument("--members", action="store_true", help="also recompute every number of the synthetic cohorts")
    commands.add_parser("build", help="build the site into _build/html")
    reading = commands.add_parser("readings", help="which model can have given each line of Tables 2 and 3; minutes")
    reading.add_argument("--seed", type=int, default=1, help="of the random choices")
    ordering = commands.add_parser("row-orders", help="Table 3 of the stored members over random orders of their rows")
    ordering.add_argument("--orders", type=int, default=500, help="random orders of each member")
    ordering.add_argument("--seed", type=int, default=1, help="of the orders")
    ordering.add_argument("--anew", action="store_true", help="also for members for which it is there")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return check(given.data, given.members)
    if given.command == "readings":
        return readings(given.seed)
    if given.command == "row-orders":
        from analysis.reconstruction import fragility

        fragility.make(data.load().claims, orders=given.orders, seed=given.seed, anew=given.anew)
        return 0
    from analysis.site import build  # Sphinx is only needed to build

    return build.book()


if __name__ == "__main__":
    sys.exit(main())
