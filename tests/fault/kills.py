#!/usr/bin/env python3
"""SIGKILLs under load: the collector is killed again and again while samples arrive.

Usage: kills.py [--kills N] [--seed N]. Two writers send remote-write requests and note which were
acknowledged; after every kill and restart all that was acknowledged must be there to the bit, and
nothing that was never sent, and `vedette tsdb verify` finds nothing. One kill in four comes while
the start before it still replays the log. Ends with 'N passed, N failed'.
"""

import pathlib
import struct
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "bench")]
sys.dont_write_bytecode = True
import store_kills  # noqa: E402
import harness as h  # noqa: E402
import remote_write  # noqa: E402

SERIES = 60
STEP_MS = 100  # 100,000 steps until the writers reach the present
CHECKED = (0, 1, 2, 3, SERIES - 1)  # a constant, a counter, a decimal, a full-precision one, the last


def value(writer, series, step):
    """What the series holds at the step: known without having been kept."""
    if series % 4 == 0:
        return float(series)
    if series % 4 == 1:
        return float(step * (series + writer))
    if series % 4 == 2:
        return round(step * 0.1 * series, 1)
    return (step * 2654435761 % 4294967291) / 4294967291.0


class Writer(store_kills.Writer):
    """Of one target, step after step."""

    def __init__(self, number, first_ms, url):
        super().__init__(number, url)
        self.first_ms = first_ms

    def offer(self):
        return self.body(self.acknowledged), remote_write.HEADERS, self.acknowledged + 1

    def body(self, step):
        ms = self.first_ms + step * STEP_MS
        # A series that comes and goes: the group changes under load.
        there = [s for s in range(SERIES) if s != 7 or step // 50 % 2 == 0]
        return remote_write.snappy(b"".join(
            remote_write.series([("__name__", "m"), ("series", f"{s:03}"), ("writer", str(self.number))],
                                [(ms, value(self.number, s, step))]) for s in there))


class Kills(store_kills.StoreKills):
    TOOL = "tsdb"
    FLAGS = ("--collector.parts=tsdb", "--web.enable-remote-write-receiver",
             "--storage.tsdb.min-block-duration=2s")
    LOAD = (0.05, 1.5)
    START = 0.15

    def __init__(self, t, args):
        super().__init__(t, args)
        first_ms = int(time.time() - 3 * 3600) * 1000
        self.writers = [Writer(i, first_ms, self.base + "/api/v1/write") for i in range(2)]
        self.end_s = first_ms / 1000 + 4 * 3600

    def found(self, writer, series):
        reply = h.get(self.base + "/api/v1/query", {
            "query": f'm{{writer="{writer}",series="{series:03}"}}[5h]', "time": self.end_s}, timeout=30)
        result = reply.json()["data"]["result"]
        return [(round(float(t) * 1000), float(v)) for t, v in result[0]["values"]] if result else []

    def problem(self, writer, series):
        """What is wrong with one series, or nothing."""
        found = self.found(writer.number, series)
        steps = [(ms - writer.first_ms) // STEP_MS for ms, _ in found]
        for (ms, got), step in zip(found, steps):
            want = value(writer.number, series, step)
            if step >= writer.offered or struct.pack("<d", got) != struct.pack("<d", want):
                return f"series {series} step {step} of {writer.offered}: {got!r}, sent was {want!r}"
        missing = sorted(set(range(writer.acknowledged)) - set(steps))
        return f"series {series}: lost {len(missing)} of {writer.acknowledged}: {missing[:20]}" if missing else ""

    def check(self, kill, checked=CHECKED):
        problems = [p for w in self.writers for s in checked if (p := self.problem(w, s))]
        problems += self.refused() + self.verify()
        return self.t.check(not problems, f"kill {kill}: {sum(w.acknowledged for w in self.writers):,} requests "
                            f"acknowledged, all there", "; ".join(problems))

    def check_last(self):
        self.check("last, every series", [s for s in range(SERIES) if s != 7])


if __name__ == "__main__":
    store_kills.main(__doc__, Kills)
