"""The one command line: ``python -m analysis check | build | row-orders``."""

import argparse
import sys
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


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="validate all data; exit code 1 if anything is wrong")
    checking.add_argument("--data", type=Path, default=paths.DATA, help="folder with dictionary.yml and the tables")
    commands.add_parser("build", help="build the site into _build/html")
    ordering = commands.add_parser("row-orders", help="Table 3 of the stored members over random orders of their rows")
    ordering.add_argument("--orders", type=int, default=500, help="random orders of each member")
    ordering.add_argument("--seed", type=int, default=1, help="of the orders")
    ordering.add_argument("--anew", action="store_true", help="also for members for which it is there")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return check(given.data)
    if given.command == "row-orders":
        from analysis.reconstruction import fragility

        fragility.make(data.load().claims, orders=given.orders, seed=given.seed, anew=given.anew)
        return 0
    from analysis.site import build  # Sphinx is only needed to build

    return build.book()


if __name__ == "__main__":
    sys.exit(main())
