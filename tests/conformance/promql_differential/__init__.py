"""PromQL held against Prometheus: the same samples in both, the same questions to both."""

import pathlib
import sys

# What other tests share: processes and HTTP of tests/e2e, remote write of tests/bench.
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / d) for d in ("e2e", "bench")]
