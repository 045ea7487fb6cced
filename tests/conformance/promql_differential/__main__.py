"""Random queries over random samples, asked of ours and of Prometheus 3.5.3.

Usage: python3 promql_differential [--queries N] [--seed N] [--threads N] [--only N] [--floats]
                                   [--plain] [--parts] [--itself]
Each query is answered to the last bit, the same warnings and errors included, or it has failed.
`--only N` repeats query N of that seed alone; `--floats` leaves native histograms out, `--plain` what
is experimental in 3.5; `--parts` lets ours write half of the samples to disk before the rest comes; `--itself`
holds ours against itself with all that is newer than 3.5. Ends with 'N passed, N failed'.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
if __package__ in (None, ""):  # run as a folder
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    __package__ = "promql_differential"
    import promql_differential  # noqa: F401

import harness as h  # noqa: E402

from . import pair  # noqa: E402
from .dataset import dataset, halves, requests  # noqa: E402
from .itself import Itself  # noqa: E402
from .judge import Judge  # noqa: E402
from .question import question  # noqa: E402
from .run import Run  # noqa: E402

FLUSH = "4s"  # with --parts: how long samples stay in memory


def arguments():
    parser = argparse.ArgumentParser(prog="promql_differential")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--threads", type=int, default=3)
    parser.add_argument("--only", type=int, help="this query of the seed alone")
    parser.add_argument("--floats", action="store_true", help="without native histograms")
    parser.add_argument("--plain", action="store_true", help="without what is experimental in 3.5")
    parser.add_argument("--parts", action="store_true", help="ours has parts on disk, not memory alone")
    parser.add_argument("--itself", action="store_true", help="ours against itself")
    return parser.parse_args()


def against_prometheus(t, options):
    peers = h.unpack_peers(t.dir, "prometheus")
    if peers is None:
        h.skip("no ../shared/peers on this machine")
    features = () if options.plain or not pair.takes_features() else (pair.EXPERIMENTAL,)
    all_series = dataset(options.seed, not options.floats)
    ours = pair.start_ours(t, features, FLUSH if options.parts else "30m")
    theirs = pair.start_prometheus(t, peers, features)
    for number, series in enumerate(halves(all_series) if options.parts else [all_series]):
        bodies = list(requests(series))
        for server in (ours, theirs):
            pair.fill(server, bodies)
        if options.parts and number == 0:
            pair.await_parts(t, 1)

    def make(number):
        at = number if options.only is None else options.only
        return question(options.seed, at, native=not options.floats, experimental=bool(features))
    total = options.queries if options.only is None else 1
    return Run(Judge(ours, theirs, one_order=not options.parts), make, total, options.threads)


def against_itself(t, options):
    features = pair.NEWER if pair.takes_features() else ()
    ours = pair.start_ours(t, features)
    pair.fill(ours, requests(dataset(options.seed, not options.floats)))

    def make(number):
        at = number if options.only is None else options.only
        return question(options.seed, at, slips=False, native=not options.floats,
                        experimental=bool(features), newer=bool(features), query_bounds=False)
    total = options.queries if options.only is None else 1
    return Run(Itself(ours), make, total, options.threads)


def main():
    options = arguments()
    with h.running() as t:
        run = against_itself(t, options) if options.itself else against_prometheus(t, options)
        print(f"seed {options.seed}", flush=True)
        run.run()
        differ, summary = run.summary()
        print(summary, flush=True)
        t.passed, t.failed = sum(run.counts.values()) - differ, differ


if __name__ == "__main__":
    main()
