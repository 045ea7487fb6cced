#!/usr/bin/env python3
"""What a scrape costs: our exporters beside the upstream ones, in one run on this machine.

CPU is the kernel's account of the process (utime + stime of /proc/PID/stat, ticks of 10 ms) over
SCRAPES scrapes with gzip, as Prometheus asks. Usage: exporters.py [SCRAPES]. Prints a table; asserts
nothing. Peers come from ../shared/peers; without them only ours are measured.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.dont_write_bytecode = True
import account  # noqa: E402
import harness as h  # noqa: E402
import parts  # noqa: E402

SCRAPES = int(sys.argv[1]) if len(sys.argv) > 1 else 100


def scrape(url):
    reply = h.get(url, headers={"Accept-Encoding": "gzip"}, timeout=30)
    if reply.status != 200:
        raise RuntimeError(f"{url}: {reply.status} {reply.text()[:200]}")
    return reply.body


def measure(process, url):
    for _ in range(3):
        page = scrape(url)
    before = account.cpu_s(process.popen.pid)
    for _ in range(SCRAPES):
        page = scrape(url)
    spent = (account.cpu_s(process.popen.pid) - before) * 1000 / SCRAPES
    series = sum(1 for line in page.splitlines() if line and not line.startswith(b"#"))
    return spent, series, *account.memory_mib(process.popen.pid)


class Bench:
    def __init__(self, t):
        self.t = t
        self.peers = h.unpack_peers(t.dir, "exporters")

    def run(self, label, args, path="/metrics", env=None, flag="--web.listen-address"):
        port = h.free_port()
        process = self.t.start([*args, f"{flag}=127.0.0.1:{port}"], label.replace(" ", "-"), env)
        parts.wait_port(process, port, label)
        result = measure(process, f"http://127.0.0.1:{port}{path}")
        process.stop()
        return result

    def pair(self, name, goal, ours, theirs, env=None, flag="--web.listen-address"):
        mine = self.run("our " + name, [h.vedette(), "exporter", *ours], env=env)
        line = f"{name:28} {mine[0]:8.2f} {mine[1]:7d} {mine[2]:8.1f} {mine[3]:7.1f}"
        if self.peers is not None:
            peer = self.run("peer " + name, [self.peers / theirs[0], *theirs[1:]], env=env, flag=flag)
            ratio = f"1/{peer[0] / mine[0]:.1f}" if mine[0] else "-"
            line += f" | {peer[0]:8.2f} {peer[1]:7d} {peer[3]:7.1f} | {ratio:>7} (goal {goal})"
        print(line, flush=True)


def main():
    with h.running() as t:
        bench = Bench(t)
        print(f"{SCRAPES} scrapes each; CPU in ms a scrape, memory in MiB")
        print(f"{'':28} {'ours':>8} {'series':>7} {'anon':>8} {'rss':>7} | {'upstream':>8} {'series':>7} {'rss':>7} |")
        # Debian's build of the peer changes some defaults: the same collectors on both sides.
        bench.pair("node", "1/8", ["node", "--no-collector.processes"],
                   ["prometheus-node-exporter", "--no-collector.systemd"])
        bench.pair("node with processes", "1/8", ["node"],
                   ["prometheus-node-exporter", "--no-collector.systemd", "--collector.processes"])
        bench.pair("process", "1/10", ["process", "--procnames=bash,python3,sshd,postgres,vedette"],
                   ["prometheus-process-exporter", "-procnames=bash,python3,sshd,postgres,vedette"],
                   flag="-web.listen-address")
        redis = h.free_port()
        parts.start_redis(t, redis)
        address = f"redis://127.0.0.1:{redis}"
        bench.pair("redis", "1/4", ["redis", f"--redis.addr={address}"],
                   ["prometheus-redis-exporter", f"-redis.addr={address}"], flag="-web.listen-address")
        postgres = parts.Postgres(t, h.free_port())
        dsn = f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres?sslmode=disable"
        bench.pair("postgres", "1/4", ["postgres"], ["prometheus-postgres-exporter"],
                   env={"DATA_SOURCE_NAME": dsn})


if __name__ == "__main__":
    main()
