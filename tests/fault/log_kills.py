#!/usr/bin/env python3
"""SIGKILLs under pushes of log lines while day parts are rewritten.

Usage: log_kills.py [--kills N] [--seed N]. Three writers push lines: one without positions, one with
a source's positions, one that sends every batch again cut differently. The lines are of two days ago,
so that what lies there is rewritten after every start, and large, so that memory is written to parts
all the time. After every kill and restart all that was acknowledged must be there once, and nothing
that was never sent, and `vedette logs verify` finds nothing. Ends with 'N passed, N failed'.
"""

import json
import random
import time

import store_kills
import harness as h

BATCH = 40
STEP_NS = 1_000_000  # between two lines of a writer
PAD = random.Random(7).randbytes(1 << 16).hex()
PAGE = 5000
WHOLE_EVERY = 50  # kills: then every line is read


def line(number, i):
    """Known from its number; a few KB that do not compress, and a shape among a few."""
    size = 1000 + i * 2654435761 % 5000
    start = i * 40503 % (len(PAD) - 6000)
    shape = ('{"n":%d,"pad":"%s"}', "n=%d pad=%s", "%d %s")[i % 3]
    return "%s " % number + shape % (i, PAD[start:start + size])


def index_of(text):
    return int("".join(c for c in text.split(" ", 1)[1][:14].split(",")[0] if c.isdigit()))


class Writer(store_kills.Writer):
    """Of one stream, a batch of lines after another."""

    AGAIN = (*store_kills.Writer.AGAIN, 429)  # memory is full until parts are written

    def __init__(self, number, first_ns, url):
        super().__init__(number, url)
        self.first_ns = first_ns

    def offer(self):
        first, end = self.batch()
        return self.body(first, end), self.headers(first, end), end

    def batch(self):
        """First line and the one after the last: the third writer goes back a little each time."""
        back = 7 if self.number == 2 and self.acknowledged >= 7 else 0
        return self.acknowledged - back, self.acknowledged + BATCH

    def body(self, first, end):
        values = [[str(self.first_ns + i * STEP_NS), line(self.number, i)] for i in range(first, end)]
        return json.dumps({"streams": [{"stream": {"writer": str(self.number)}, "values": values}]}).encode()

    def headers(self, first, end):
        headers = {"Content-Type": "application/json"}
        if self.number > 0:
            deltas = f"0,1x{end - first - 1}"
            headers["X-Vedette-Source"] = f"file:{self.number};{first + 1};{end};{deltas}"
        return headers


class Kills(store_kills.StoreKills):
    TOOL = "logs"
    FLAGS = ("--collector.parts=logs", "--storage.logs.retention.time=30d")
    LOAD = (0.1, 2.0)
    START = 0.3

    def __init__(self, t, args):
        super().__init__(t, args)
        day_ns = 86_400 * 10**9
        first_ns = int(time.time() * 1e9) // day_ns * day_ns - 2 * day_ns
        self.writers = [Writer(i, first_ns + i, self.base + "/loki/api/v1/push") for i in range(3)]
        self.seen = [0] * 3  # lines of a writer below it were found by an earlier check
        self.looked = 0      # kills at the last check of every line
        self.rewritten = 0

    def found(self, writer, since):
        """Lines of a writer from its line `since` on, page by page; they have times of their own."""
        lines, start = [], writer.first_ns + since * STEP_NS
        end = writer.first_ns + (writer.offered + 1) * STEP_NS
        while True:
            reply = h.get(self.base + "/loki/api/v1/query_range", {
                "query": f'{{writer="{writer.number}"}}', "start": start, "end": end,
                "limit": PAGE, "direction": "forward"}, timeout=60)
            values = [v for s in reply.json()["data"]["result"] for v in s["values"]]
            values.sort(key=lambda v: int(v[0]))
            lines += values
            if len(values) < PAGE:
                return lines
            start = int(values[-1][0]) + 1

    def problem(self, writer, since):
        found = self.found(writer, since)
        got = []
        for time_ns, text in found:
            i = (int(time_ns) - writer.first_ns) // STEP_NS
            if i >= writer.offered or text != line(writer.number, i):
                return f"writer {writer.number}: line {i} of {writer.offered} is not what was sent"
            got.append(i)
        if len(set(got)) != len(got):
            return f"writer {writer.number}: {len(got) - len(set(got))} lines are there twice"
        missing = sorted(set(range(since, writer.acknowledged)) - set(got))
        return f"writer {writer.number}: lost {len(missing)} of {writer.acknowledged}: {missing[:20]}" if missing else ""

    def check(self, kill):
        """New lines after every kill, all of them now and then: there are GBs of them at the end."""
        time.sleep(self.random.uniform(0, 1.0))  # for a rewrite to get under way
        whole = kill // WHOLE_EVERY > self.looked // WHOLE_EVERY
        self.looked = kill
        return self.look(f"kill {kill}", whole)

    def check_last(self):
        self.look("the last", whole=True)
        self.t.check(self.rewritten > 0, "day parts were made meanwhile", "there was none")

    def look(self, name, whole):
        problems = [p for w in self.writers
                    if (p := self.problem(w, 0 if whole else max(0, self.seen[w.number] - 200)))]
        problems += self.refused() + (self.verify() if whole else [])
        self.seen = [w.acknowledged for w in self.writers]
        parts = sorted(p.suffix for p in (self.t.dir / "store" / "logs" / "parts").iterdir())
        self.rewritten += parts.count(".cols") > 0
        return self.t.check(not problems, f"{name}: {sum(self.seen):,} lines acknowledged, all there, once "
                            f"({parts.count('.rows')} parts of rows, {parts.count('.cols')} of columns)",
                            "; ".join(problems))


if __name__ == "__main__":
    store_kills.main(__doc__, Kills)
