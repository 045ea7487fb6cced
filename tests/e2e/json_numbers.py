"""Prometheus and we write the same 1,000 edge values in the same letters, and the same times."""

import struct

import harness as h

LIST = h.ROOT / "tests/testdata/api/json_numbers.tsv"
TIMES = ["0", "0.001", "0.01", "0.1", "1.5", "4", "-0.5", "-1.001", "-2", "1435781430.781", "1435781430.7",
         "1435781430.70", "1435781430.7815", "9000000000.999", "1e3", "2026-11-21T01:56:42.304Z"]


def literal(bits):
    """A PromQL literal of the value; nothing for those that have none."""
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    return "%r" % value if value == value and abs(value) != float("inf") else \
        {True: "NaN"}.get(value != value, "Inf" if value > 0 else "-Inf")


def ask(base, query, time):
    """The only point's text as it stands in the answer."""
    body = h.get(base + "/api/v1/query", {"query": query, "time": time}).text()
    key = '"value":' if '"value":' in body else '"result":'
    return body[body.find(key) + len(key):body.find("]") + 1]


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        port = h.free_port()
        ours = f"http://127.0.0.1:{port}"
        t.collector("ours", port, f"--config.file={t.write('empty.yml', 'scrape_configs: []')}")
        bases = [("ours", ours)]
        if peers is None:
            print("no ../shared/peers on this machine: ours alone")
        else:
            other = h.free_port()
            theirs = f"http://127.0.0.1:{other}"
            prometheus = t.start([peers / "prometheus", f"--config.file={t.dir / 'empty.yml'}",
                                  f"--storage.tsdb.path={t.dir / 'theirs'}",
                                  f"--web.listen-address=127.0.0.1:{other}"], "prometheus")
            t.wait_ready(prometheus, theirs + "/-/ready", "prometheus")
            bases.append(("Prometheus", theirs))
        lines = [line.split("\t") for line in LIST.read_text().splitlines()]
        t.equal(len(lines), 1000, "the list has 1,000 values")
        for name, base in bases:
            wrong = []
            for bits, text in lines:
                found = ask(base, f"vector({literal(bits)})", "4")
                # PromQL's minus zero is a unary minus of zero.
                if found != f'[4,"{text}"]':
                    wrong.append((bits, found, text))
            t.check(not wrong, f"{name}: all values are written as the list says", wrong[:5])
        if peers is not None:
            for bits, _ in lines[::20]:  # scalars have a layout of their own, without exponents
                t.equal(ask(ours, literal(bits), "4"), ask(theirs, literal(bits), "4"), f"scalar {literal(bits)}")
            for time in TIMES:
                t.equal(ask(ours, "1", time), ask(theirs, "1", time), f"time={time}")


if __name__ == "__main__":
    main()
