"""Scrapes make nothing grow: every exporter of a running agent is scraped over one connection, with
gzip, as Prometheus does, while the agent's own memory, open files and threads are watched.

Usage: no_growth.py [SCRAPES [EXPORTER...]]. When not said, 90 of each exporter, or 40 of a build whose
memory says nothing; the long runs take 10,000.
"""

import gzip
import http.client
import sys
import urllib.parse

import account
import harness as h
import parts

INSTRUMENTED = h.is_instrumented()
SCRAPES = int(sys.argv[1]) if len(sys.argv) > 1 else 40 if INSTRUMENTED else 90
ONLY = sys.argv[2:]
WARM_UP = max(SCRAPES // 10, min(SCRAPES // 2, 45))  # caches, pools and the like are made here
EVERY = max(SCRAPES // 20, 10)
# Room for a log line's buffer and a page that is longer for once; 10,000 scrapes that lost 128 bytes
# each would exceed it.
MEMORY_MIB, FILES, THREADS = 1.0, 8, 4


class Page:
    """One kept connection to one exporter."""

    def __init__(self, port, path, params):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.target = path + ("?" + urllib.parse.urlencode(params, doseq=True) if params else "")

    def scrape(self):
        """The page; raises where there is none."""
        self.connection.request("GET", self.target, headers={"Accept-Encoding": "gzip"})
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{self.target}: {reply.status} {body[:200]}")
        return gzip.decompress(body) if reply.headers.get("Content-Encoding") == "gzip" else body


def series_of(page):
    return sum(1 for line in page.splitlines() if line and not line.startswith(b"#"))


def watch(pid, name, page):
    """Scrapes and samples; returns the samples as (scrapes so far, usage)."""
    samples, cpu = [], account.cpu_s(pid)
    for done in range(1, SCRAPES + 1):
        body = page.scrape()
        if done % EVERY and done != SCRAPES and done != WARM_UP:
            continue
        now = account.usage(pid)
        samples.append((done, now))
        spent = (account.cpu_s(pid) - cpu) * 1000 / done
        print(f"{name:>9} {done:7d} {now['own']:9.2f} {now['fds']:6d} {now['threads']:8d} "
              f"{series_of(body):7d} {spent:9.2f}", flush=True)
    return samples


def grew(samples, what):
    """How much more there is at the end than at the most while it warmed up. What is above that only
    for a moment, as a connection that closes, is no growth: the lowest of the last samples counts."""
    before = max(usage[what] for done, usage in samples if done <= WARM_UP)
    return min(usage[what] for _, usage in samples[-3:]) - before


def main():
    h.enter_private_host(processes=True)  # each process that is watched has a file open
    with h.running() as t:
        lab = parts.WholeAgent(t)
        agent = lab.start("--no-ship")
        pid = agent.popen.pid
        print(f"{'exporter':>9} {'scrapes':>7} {'own MiB':>9} {'files':>6} {'threads':>8} {'series':>7} {'ms CPU':>9}")
        for name, port, path, params in lab.pages():
            if ONLY and name not in ONLY:
                continue
            page = Page(port, path, params)
            samples = watch(pid, name, page)
            page.connection.close()
            t.check(grew(samples, "fds") <= FILES, f"{name}: no open file stays", grew(samples, "fds"))
            t.check(grew(samples, "threads") <= THREADS, f"{name}: no thread stays", grew(samples, "threads"))
            if not INSTRUMENTED:
                t.check(grew(samples, "own") <= MEMORY_MIB, f"{name}: memory stays", grew(samples, "own"))
        t.equal(agent.stop()[0], 0, "the agent ends cleanly")


if __name__ == "__main__":
    main()
