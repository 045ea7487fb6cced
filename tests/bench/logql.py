#!/usr/bin/env python3
"""What log queries cost: the table of the goals, beside what VictoriaLogs and Loki took.

    logql.py [--dir=FOLDER] [--lgen=PROGRAM] [--slices=N] [--runs=N] [--only=WORD]

FOLDER is filled with data set L (--slices=288 is 24 hours) where it holds no store yet, and kept,
so that the next run begins with the queries; without it the store is made anew and thrown away.
"""

import os
import pathlib
import sys
import tempfile

import logs


def measure(folder, options):
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "store"
    done = folder / "filled"
    if not done.exists():
        logs.fill_l(folder, options.get("lgen"), int(options.get("slices", 288)))
        done.touch()
    # Time on a machine that others use is long: who reads a figure must know.
    print("load average: {:.2f} {:.2f} {:.2f}".format(*os.getloadavg()), flush=True)
    extra = [f"--{name}={options[name]}" for name in ("runs", "only") if name in options]
    logs.run(logs.PROGRAMS / "logql_queries", f"--dir={store}", *extra)


def main(arguments):
    options = dict(a[2:].split("=", 1) for a in arguments if a.startswith("--") and "=" in a)
    known = {"dir", "lgen", "slices", "runs", "only"}
    if len(options) != len(arguments) or not set(options) <= known:
        print(__doc__, file=sys.stderr)
        return 2
    if "dir" in options:
        measure(pathlib.Path(options["dir"]), options)
        return 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        measure(pathlib.Path(name), options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
