#!/usr/bin/env python3
"""SIGKILLs under load: the collector is killed again and again while samples arrive.

Usage: kills.py [--kills N] [--seed N]. Two writers send remote-write requests and note which were
acknowledged; after every kill and restart all that was acknowledged must be there to the bit, and
nothing that was never sent, and `vedette tsdb verify` finds nothing. One kill in four comes while
the start before it still replays the log. Ends with 'N passed, N failed'.
"""

import argparse
import pathlib
import random
import struct
import subprocess
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / d) for d in ("e2e", "bench")]
sys.dont_write_bytecode = True
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


class Writer:
    """Sends step after step of one target; a step that was not acknowledged is sent again."""

    def __init__(self, number, first_ms, url):
        self.number, self.first_ms, self.url = number, first_ms, url
        self.acknowledged = 0  # steps below it
        self.offered = 0       # steps below it may be there
        self.stop = threading.Event()
        self.refused = []

    def body(self, step):
        ms = self.first_ms + step * STEP_MS
        # A series that comes and goes: the group changes under load.
        there = [s for s in range(SERIES) if s != 7 or step // 50 % 2 == 0]
        return remote_write.snappy(b"".join(
            remote_write.series([("__name__", "m"), ("series", f"{s:03}"), ("writer", str(self.number))],
                                [(ms, value(self.number, s, step))]) for s in there))

    def run(self):
        while not self.stop.is_set():
            self.offered = self.acknowledged + 1
            reply = h.request(self.url, self.body(self.acknowledged), remote_write.HEADERS, timeout=5)
            if reply.status // 100 == 2:
                self.acknowledged += 1
            elif reply.status != 0 and reply.status != 503:
                self.refused.append((self.acknowledged, reply.status, reply.text()[:300]))
                return
            else:
                time.sleep(0.01)


class Kills:
    def __init__(self, t, args):
        self.t, self.args, self.random = t, args, random.Random(args.seed)
        self.port = h.free_port()
        first_ms = int(time.time() - 3 * 3600) * 1000
        self.base = f"http://127.0.0.1:{self.port}"
        self.writers = [Writer(i, first_ms, self.base + "/api/v1/write") for i in range(2)]
        self.end_s = first_ms / 1000 + 4 * 3600
        self.start()

    def start(self, ready=True):
        self.process = self.t.collector("store", self.port, "--collector.parts=tsdb",
                                        "--web.enable-remote-write-receiver",
                                        "--storage.tsdb.min-block-duration=2s", ready=ready)

    def kill_while_starting(self):
        self.start(ready=False)
        time.sleep(self.random.uniform(0, 0.15))
        self.process.kill()

    def load(self, seconds):
        threads = [threading.Thread(target=w.run) for w in self.writers]
        for w in self.writers:
            w.stop.clear()
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.process.kill()
        for w in self.writers:
            w.stop.set()
        for thread in threads:
            thread.join()

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
        problems += [f"refused: {r}" for w in self.writers for r in w.refused]
        problems += self.verify()
        return self.t.check(not problems, f"kill {kill}: {sum(w.acknowledged for w in self.writers):,} requests "
                            f"acknowledged, all there", "; ".join(problems))

    def verify(self):
        """What `vedette tsdb verify` finds, beside the running collector."""
        verify = subprocess.run([h.vedette(), "tsdb", "verify", str(self.t.dir / "store")],
                                capture_output=True, text=True)
        return [] if verify.returncode == 0 else [verify.stdout + verify.stderr]

    def run(self):
        kill = 0
        while kill < self.args.kills:
            self.load(self.random.uniform(0.05, 1.5))
            kill += 1
            while kill < self.args.kills and self.random.random() < 0.25:
                self.kill_while_starting()
                kill += 1
            self.start()
            if not self.check(kill):
                return
        self.check("last, every series", [s for s in range(SERIES) if s != 7])
        status, seconds = self.process.stop(timeout=60)
        self.t.check(status == 0 and seconds < 5, "ends within 5 s of SIGTERM", f"{status} in {seconds:.1f} s")
        self.t.check(not (found := self.verify()), "vedette tsdb verify finds nothing", found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with h.running() as t:
        print(f"{args.kills} kills, seed {args.seed}")
        Kills(t, args).run()


if __name__ == "__main__":
    main()
