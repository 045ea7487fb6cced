#!/usr/bin/env python3
"""PromQL beside Prometheus and VictoriaMetrics: the same queries over the same data in the same run.

Usage: promql.py [OPTIONS] [head|parts]...
Feeds data set M to each server, asks every query of `QUERIES` from the head, then again from what
lies on disk (ours compacted, Prometheus' snapshot opened as its data, VictoriaMetrics merged). One
client, no concurrency; the servers are asked in turn. Prints medians, of each query over --repeats
calls; asserts nothing.

CPU is what the scheduler accounts to the server's threads, in nanoseconds. Memory is how far the
resident set rose above what it was before the query (VmHWM after clearing it). Answers are compared
with Prometheus' by value: `=` the same digits, `~` at most 1e-12 apart (the order of a sum is left
to the store), `!` otherwise; VictoriaMetrics extrapolates no rates, so most of its answers differ.

--steps 5760 makes a day; range queries then have its whole length at --points points; host queries ask
for host050, or the last host of fewer. For 30 days of ten instances: --instances 10 --steps 172800
(2.8 billion samples: Prometheus takes two hours to be fed). With --pause a file the bench waits, once
all are fed, until that file is there: feeding does not mind a busy machine, figures do.
"""

import argparse
import http.client
import json
import math
import os
import pathlib
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.dont_write_bytecode = True
import account  # noqa: E402
import harness as h  # noqa: E402
import metrics  # noqa: E402

STEP = 15
BUSY = 'mode!="idle"'
NODE = 'instance="host050:9100",job="node"'
DISK = 'device=~"[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+"'

# (short name, instant or range, query). The first sixteen are those of the peers' baselines, the
# others are panels and alerts of public dashboards with their variables filled in. A range has the
# whole hour at steps of 15 s, or the part of it that is named.
QUERIES = [
    ("busy-instant", "instant", f"sum by(instance)(rate(node_cpu_seconds_total{{{BUSY}}}[5m]))"),
    ("cpu-host", "range", 'sum by(mode)(rate(node_cpu_seconds_total{instance="host050:9100"}[1m]))'),
    ("idle", "range", '100 - avg by(instance)(rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100'),
    ("cpu-all", "range", "sum by(mode)(rate(node_cpu_seconds_total[5m]))"),
    ("cpu-all-30m", 1800, "sum by(mode)(rate(node_cpu_seconds_total[5m]))"),
    ("top-network", "instant",
     "topk(10,sum by(instance,device)(rate(node_network_receive_bytes_total[5m])))"),
    ("quantile", "range", "histogram_quantile(0.99,sum by(le,handler)"
                          "(rate(app_http_request_duration_seconds_bucket[5m])))"),
    ("quantile-instant", "instant", "histogram_quantile(0.99,sum by(le,handler)"
                                    "(rate(app_http_request_duration_seconds_bucket[5m])))"),
    ("memory", "range", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"),
    ("disks-full", 1800, "1 - node_filesystem_avail_bytes / node_filesystem_size_bytes"),
    ("disk-host", "range", 'rate(node_disk_io_time_seconds_total{instance="host050:9100"}[1m])'),
    ("units", "instant", "count by(state)(node_systemd_unit_state == 1)"),
    ("predict", "instant", "predict_linear(node_filesystem_free_bytes[1h],14400) < 0"),
    ("top-hot", "instant", "topk(5,max_over_time(node_hwmon_temp_celsius[1h]))"),
    ("names", "instant", '{instance=~"host00[1-5]:9100",__name__=~"node_memory_.*"}'),
    ("label-values", "label/instance/values", ""),
    # Node Exporter Full and the node mixin.
    ("busy-host", "range", f'100 * (1 - avg(rate(node_cpu_seconds_total{{mode="idle",{NODE}}}[5m])))'),
    ("load-host", "range", f"scalar(node_load1{{{NODE}}}) * 100 / "
                           f"count(count(node_cpu_seconds_total{{{NODE}}}) by (cpu))"),
    ("ram-host", "range", f"clamp_min((1 - (node_memory_MemAvailable_bytes{{{NODE}}} / "
                          f"node_memory_MemTotal_bytes{{{NODE}}})) * 100, 0)"),
    ("cpu-mode-host", "range", f'sum(rate(node_cpu_seconds_total{{mode="system",{NODE}}}[5m])) / '
                               f"scalar(count(count(node_cpu_seconds_total{{{NODE}}}) by (cpu)))"),
    ("disk-space-host", "range", f'((node_filesystem_size_bytes{{{NODE},device!~"rootfs"}} - '
                                 f'node_filesystem_avail_bytes{{{NODE},device!~"rootfs"}}) / '
                                 f'node_filesystem_size_bytes{{{NODE},device!~"rootfs"}}) * 100'),
    ("disk-writes-host", "range", f"rate(node_disk_written_bytes_total{{{NODE},{DISK}}}[5m])"),
    ("network-all", "range", 'sum without (device) (rate(node_network_receive_bytes_total'
                             '{job="node", device!~"lo|veth.+"}[5m]))'),
    ("network-errors", "instant", 'rate(node_network_transmit_errs_total{job="node"}[2m]) / '
                                  'rate(node_network_transmit_packets_total{job="node"}[2m]) > 0.01'),
    ("cpu-alert", "instant", 'sum without(mode) (avg without (cpu) (rate(node_cpu_seconds_total'
                             '{job="node", mode!~"idle|iowait"}[2m]))) * 100 > 90'),
    ("guest", "range", f"sum by(instance) (rate(node_cpu_guest_seconds_total{{{NODE}}}[5m])) / "
                       "on(instance) group_left sum by (instance)"
                       f"((rate(node_cpu_seconds_total{{{NODE}}}[5m]))) > 0"),
]


def status_kib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)


class Client:
    """One kept connection to a server under test."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)

    def ask(self, path):
        self.connection.request("GET", path)
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{self.server.name}: {path}: {reply.status} {body[:300]}")
        return body


class Measured:
    def __init__(self):
        self.wall, self.cpu, self.peak, self.body = [], [], 0.0, b""

    def add(self, client, path):
        pid = client.server.pid()
        before, began = account.cpu_ns(pid), time.perf_counter()
        self.body = client.ask(path)
        self.wall.append((time.perf_counter() - began) * 1e3)
        self.cpu.append((account.cpu_ns(pid) - before) / 1e6)

    def add_peak(self, client, path):
        pid = client.server.pid()
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = status_kib(pid, "VmRSS")
        client.ask(path)
        self.peak = max(self.peak, (status_kib(pid, "VmHWM") - before) / 1024)

    def medians(self):
        return statistics.median(self.wall), statistics.median(self.cpu)


def elements(body):
    """{labels: [(time, text of the value)]}, or the answer itself where it has no series."""
    data = json.loads(body)["data"]
    if isinstance(data, list):
        # Our collector watches itself and this host beside what it was fed.
        return {"": [(0, value) for value in data if value.startswith("host")]}
    if data["resultType"] in ("scalar", "string"):
        return {"": [tuple(data["result"])]}
    return {json.dumps(s["metric"], sort_keys=True): [tuple(p) for p in s.get("values") or [s["value"]]]
            for s in data["result"]}


def difference(ours, theirs):
    """How two answers differ: "=", "~" or "!" and what."""
    a, b = elements(ours), elements(theirs)
    if a.keys() != b.keys():
        return f"! {len(a)} and {len(b)} series"
    worst = 0.0
    for key, points in a.items():
        if [t for t, _ in points] != [t for t, _ in b[key]]:
            return "! other times"
        for (_, x), (_, y) in zip(points, b[key]):
            if x == y:
                continue
            try:
                x, y = float(x), float(y)
            except ValueError:
                return "! other texts"
            if not (math.isnan(x) and math.isnan(y)):
                worst = max(worst, abs(x - y) / max(abs(x), abs(y), 1e-300))
    return "=" if worst == 0 else ("~" if worst <= 1e-12 else "!") + f" {worst:.0e}"


class Comparison:
    def __init__(self, bench, args):
        self.bench, self.args = bench, args
        self.host = f"host{min(50, args.instances):03}"
        self.start = bench.start_time(args.steps * STEP)
        self.end = self.start + (args.steps - 1) * STEP

    def path(self, kind, query, server):
        query = query.replace("host050", self.host)
        nocache = {"nocache": 1} if server.name == "victoria-metrics" else {}
        if kind == "instant":
            params = {"query": query, "time": self.end, **nocache}
            return "/api/v1/query?" + urllib.parse.urlencode(params)
        if isinstance(kind, str) and kind != "range":
            return f"/api/v1/{kind}?" + urllib.parse.urlencode(
                {"start": self.start, "end": self.end, **nocache})
        span = self.args.steps * STEP if kind == "range" else kind * self.args.steps / 240
        step = max(STEP, int(span / self.args.points) // STEP * STEP)
        params = {"query": query, "start": self.end + STEP - span, "end": self.end + STEP, "step": step,
                  **nocache}
        return "/api/v1/query_range?" + urllib.parse.urlencode(params)

    def run(self, title, servers):
        clients = [Client(server) for server in servers]
        wanted = self.args.queries.split(",") if self.args.queries else None
        print(f"\n{title}: median wall ms / CPU ms / MiB")
        print(f"{'':18}" + "".join(f"{s.name:>26}" for s in servers) + "   CPU against the better   answers")
        ratios = []
        for name, kind, query in QUERIES:
            if wanted and name not in wanted:
                continue
            ratio = self.one(name, kind, query, clients)
            if ratio:
                ratios.append((ratio, name))
        if ratios:
            ratios.sort()
            print(f"median {statistics.median(r for r, _ in ratios):.1f} x less CPU than the better peer, "
                  f"least {ratios[0][0]:.1f} x ({ratios[0][1]})", flush=True)

    def one(self, name, kind, query, clients):
        results = [Measured() for _ in clients]
        paths = [self.path(kind, query, client.server) for client in clients]
        for client, path in zip(clients, paths):
            client.ask(path)  # opens files, fills caches of the kernel
        began = time.monotonic()
        for turn in range(self.args.repeats):
            for result, client, path in zip(results, clients, paths):
                result.add(client, path)
            if turn >= 6 and time.monotonic() - began > self.args.seconds:
                break
        for result, client, path in zip(results, clients, paths):
            result.add_peak(client, path)
        cells = ""
        cpu = {}
        for result, client in zip(results, clients):
            wall, cpu[client.server.name] = result.medians()
            cells += f"{wall:9.2f} /{cpu[client.server.name]:8.2f} /{result.peak:5.0f}"
        bodies = {client.server.name: result.body for result, client in zip(results, clients)}
        ours = cpu.pop("vedette", None)
        better = min(cpu.values(), default=None)
        ratio = better / ours if ours and better else None
        answers = ""
        if "prometheus" in bodies:
            answers = "  ".join(f"{other} {difference(bodies[other], bodies['prometheus'])}"
                                for other in bodies if other != "prometheus")
        print(f"{name:18}{cells}   {f'1/{ratio:.1f}' if ratio else '':>8}   {answers}", flush=True)
        return ratio


def on_disk(server):
    """The server again, with all that it was fed in merged files and nothing in its head."""
    server.settle()
    if server.name == "prometheus":
        snapshots = server.dir / "snapshots"
        server.process.stop(timeout=60)
        server.dir = snapshots / sorted(os.listdir(snapshots))[-1]
    if not server.process.alive():
        server.log += "-parts"
        server.start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="head|parts")
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--points", type=int, default=240, help="of range queries longer than an hour")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=20, help="of one query, after seven turns")
    parser.add_argument("--queries", help="names of queries, by commas")
    parser.add_argument("--servers", default=",".join(s.name for s in metrics.SERVERS))
    parser.add_argument("--flag", action="append", default=[], help="a further flag for our collector")
    parser.add_argument("--pause", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--serve", action="store_true", help="then wait, for profilers; prints pids and ports")
    args = parser.parse_args()
    with h.running() as t:
        bench = metrics.Bench(t, args)
        comparison = Comparison(bench, args)
        servers = [kind(bench, "promql") for kind in bench.servers]
        for server in servers:
            began = time.monotonic()
            samples = bench.mgen(server, args.instances, args.steps, comparison.start)
            print(f"{server.name}: {samples:,} samples in {time.monotonic() - began:.0f} s", flush=True)
        if args.pause:
            print(f"waiting for {args.pause}: {[s.pid() for s in servers]}", flush=True)
            while not args.pause.exists():
                time.sleep(1)
        for part in args.parts or ["head", "parts"]:
            if part == "parts":
                for server in servers:
                    on_disk(server)
            comparison.run(f"from the {part}", servers)
        if args.serve:
            print({s.name: (s.pid(), s.port) for s in servers}, comparison.start, flush=True)
            time.sleep(3600)


if __name__ == "__main__":
    main()
