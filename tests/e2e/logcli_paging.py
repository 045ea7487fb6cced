"""A client that pages as logcli does: it asks for a batch, then again from the last timestamp that it saw, and leaves
out what it printed of that time. Nothing may be lost or come twice, however many lines share a timestamp."""

import random
import time

import harness as h

LINES = 600
SECOND = 1_000_000_000


def fill(t, base, begin_ns, rng):
    """Lines of four streams, most of them at a few timestamps."""
    streams, all_lines = {}, []
    for i in range(LINES):
        at = begin_ns + rng.choice([rng.randrange(12) * SECOND, rng.randrange(60 * SECOND), 7 * SECOND])
        line = f"line {i}" + rng.choice(["", " error"])
        streams.setdefault(str(rng.randrange(4)), []).append([str(at), line])
        all_lines.append((at, line))
    for pod, values in streams.items():
        for at in range(0, len(values), 37):
            reply = h.post_json(base + "/loki/api/v1/push",
                                {"streams": [{"stream": {"app": "a", "pod": pod}, "values": values[at:at + 37]}]})
            t.equal(reply.status, 204, "lines are taken")
    return all_lines


def batch(base, query, limit, start, end, direction):
    """The entries of one answer in the order of the direction, as logcli sorts them."""
    reply = h.get(base + "/loki/api/v1/query_range", {"query": query, "limit": limit, "start": start, "end": end,
                                                      "direction": direction})
    entries = [(int(at), line) for s in reply.json()["data"]["result"] for at, line, *_ in s["values"]]
    return sorted(entries, key=lambda entry: entry[0], reverse=direction == "BACKWARD")


def paged(base, query, size, start, end, direction):
    printed, last = [], []
    while True:
        entries = batch(base, query, size, start, end, direction)
        fresh = [entry for entry in entries if entry not in last]
        printed += fresh
        if not fresh or len(entries) < size:
            return printed
        at = entries[-1][0]
        last = [entry for entry in entries if entry[0] == at]
        if len(last) >= size:
            return printed + [("more lines at one time than a batch has", at)]
        if direction == "FORWARD":
            start = at
        else:
            end = at + 1


def main():
    rng = random.Random(4)
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        t.collector("paging", port, f"--config.file={t.write('empty.yml', 'scrape_configs: []')}")
        begin = (time.time_ns() // SECOND - 300) * SECOND
        lines = fill(t, base, begin, rng)
        most = max(sum(1 for other in lines if other[0] == at) for at, _ in lines)
        t.check(most > 100, "many lines share a timestamp", most)
        for query, want in [('{app="a"}', lines), ('{app="a"} |= "error"', [e for e in lines if "error" in e[1]]),
                            ('{app="a"} | pattern "<_> <n>" | n != "7"', [e for e in lines if e[1] != "line 7"])]:
            for direction in ("FORWARD", "BACKWARD"):
                for size in (most + 1, most + 50, 5000):
                    got = paged(base, query, size, begin, begin + 3600 * SECOND, direction)
                    t.equal(sorted(got), sorted(want), f"{query} {direction} by {size}: every line once")


if __name__ == "__main__":
    main()
