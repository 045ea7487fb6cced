#!/usr/bin/env python3
"""The metrics store beside VictoriaMetrics and Prometheus, fed the same bytes in the same run.

Usage: metrics.py [OPTIONS] [PART...]
  m        data set M by remote write: CPU, memory a series, bytes a sample
  real     a real node scraped each second for --seconds, written at 15 s steps as 4 instances
  restart  SIGKILL after 30 minutes of M, then start again
  growth   CPU a sample from 10,000 to 1,000,000 series (a plot in --out)
  days     ours alone: --days days of data, a day's cost at a time (a table and a plot in --out)
  churn    ours alone: a month of 100,000 short series an hour (the same, and whether it stays bounded)

CPU and memory are the kernel's accounts of the server's process; the generator's are not in them.
Bytes on disk are of all that a server keeps, but for our reserve file of 32 MiB (collector/tsdb).
Prints tables, asserts nothing. Peers and generator come from ../shared/peers.
"""

import argparse
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.dont_write_bytecode = True
import account  # noqa: E402
import harness as h  # noqa: E402
import parts  # noqa: E402
import plot  # noqa: E402
import remote_write  # noqa: E402

SERIES_OF_INSTANCE = 1604


class Server:
    """One store under test: how it is started, written to, merged and counted."""

    name = ""
    write_path = "/api/v1/write"

    def __init__(self, bench, run):
        self.bench = bench
        self.port = h.free_port()
        self.dir = bench.t.dir / f"{self.name}-{run}"
        self.log = f"{self.name}-{run}"
        self.start()

    def start(self):
        self.process = self.bench.t.start(self.command(), self.log)
        self.wait_ready()

    def wait_ready(self, seconds=120):
        end = time.monotonic() + seconds
        while h.get(self.url(self.ready_path), timeout=2).status != 200:
            if time.monotonic() > end or not self.process.alive():
                raise RuntimeError(f"{self.name}:\n{self.process.output()[-2000:]}")
            time.sleep(0.01)

    ready_path = "/-/ready"

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def pid(self):
        return self.process.popen.pid

    def settle(self):
        """Merges all there is; returns (bytes on disk, of these the index where known)."""
        raise NotImplementedError

    def stop(self):
        if self.process.alive():
            self.process.stop(timeout=60)
        shutil.rmtree(self.dir, ignore_errors=True)

    def data_bytes(self):
        return account.folder_bytes(self.dir)


class Vedette(Server):
    name = "vedette"

    def command(self):
        return [h.vedette(), "collector", f"--storage.tsdb.path={self.dir}", "--collector.parts=tsdb",
                f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver",
                "--query.cache-bytes=0",  # who asks again asks the store
                *self.bench.args.flag]

    def settle(self):
        self.process.stop(timeout=60)
        subprocess.run([h.vedette(), "tsdb", "compact", str(self.dir)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.data_bytes()

    # Without the reserve file: room kept free for a full disk, of one size whatever the data.
    def data_bytes(self):
        return account.folder_bytes(self.dir) - (self.dir / "metrics/reserve").stat().st_size


class VictoriaMetrics(Server):
    name = "victoria-metrics"
    ready_path = "/health"

    def command(self):
        return [self.bench.peer("victoria-metrics"), f"-storageDataPath={self.dir}",
                f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=1y"]

    def settle(self):
        h.get(self.url("/internal/force_flush"), timeout=120)
        h.get(self.url("/internal/force_merge"), timeout=600)
        before = -1
        while (now := account.folder_bytes(self.dir)) != before:  # it merges on after its answer
            before = now
            time.sleep(3)
        return now


class Prometheus(Server):
    name = "prometheus"

    def command(self):
        config = self.bench.t.write("prometheus.yml", "global: {scrape_interval: 1h}\n")
        return [self.bench.peer("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.dir}",
                f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver",
                "--web.enable-admin-api", "--storage.tsdb.retention.time=1y"]

    def settle(self):
        reply = h.request(self.url("/api/v1/admin/tsdb/snapshot"), data=b"", timeout=600)
        return account.folder_bytes(self.dir / "snapshots" / reply.json()["data"]["name"])


SERVERS = [Vedette, VictoriaMetrics, Prometheus]


class Bench:
    def __init__(self, t, args):
        self.t, self.args = t, args
        self.folders = {name: h.unpack_peers(t.dir, name)
                        for name in ("prometheus", "victoria-metrics", "generators")}
        if self.folders["generators"] is None:
            h.skip("needs the generator and the peers of ../shared/peers")
        self.servers = [s for s in SERVERS if s.name in args.servers.split(",")]

    def peer(self, binary):
        for folder in self.folders.values():
            if (folder / binary).exists():
                return folder / binary
        raise RuntimeError(f"no {binary} among the peers")

    def mgen(self, server, instances, steps, start):
        """Sends it; returns (samples, bytes sent refused) and raises when some were not taken."""
        done = subprocess.run(
            [self.peer("mgen"), f"-target={server.url(server.write_path)}", f"-instances={instances}",
             f"-steps={steps}", f"-start={start}"], capture_output=True, text=True, check=True)
        samples, errors = re.search(r"samples=(\d+) .*errs=(\d+)", done.stdout).groups()
        if errors != "0":
            raise RuntimeError(f"{server.name}: {errors} requests failed: {done.stderr[-1000:]}")
        return int(samples)

    # Whole days ago, so that they are closed and their parts may be merged.
    def start_time(self, seconds=86400):
        return (int(time.time()) // 86400 - math.ceil(seconds / 86400)) * 86400

    def m(self):
        instances, steps = self.args.instances, self.args.steps
        series = instances * SERIES_OF_INSTANCE
        print(f"M: {instances} instances x {SERIES_OF_INSTANCE} series x {steps} steps by remote write")
        print(f"{'':18} {'CPU s':>7} {'samples/CPU s':>14} {'wall s':>7} {'peak anon':>10} {'kB/series':>10} "
              f"{'peak rss':>9} {'disk after':>11} {'merged':>9} {'B/sample':>9}")
        for kind in self.servers:
            server = kind(self, "m")
            peak = account.Peak(server.pid())
            began = time.monotonic()
            spent, samples = self.cpu_of(server, instances, steps, self.start_time())
            wall = time.monotonic() - began
            peak.stop()
            right_after = server.data_bytes()
            merged = server.settle()
            print(f"{server.name:18} {spent:7.1f} {samples / spent:14,.0f} {wall:7.1f} {peak.anon:7.1f}MiB "
                  f"{peak.anon * 1024 * 1.024 / series:10.2f} {peak.rss:6.1f}MiB {right_after / 1e6:8.1f}MB "
                  f"{merged / 1e6:7.2f}MB {merged / samples:9.3f}", flush=True)
            server.stop()

    def scrape_node(self):
        """[(seconds' number, {series text: value})] of a real node_exporter."""
        if self.args.node and os.path.exists(self.args.node):
            return json.loads(pathlib.Path(self.args.node).read_text())
        peers = h.unpack_peers(self.t.dir, "exporters")
        port = h.free_port()
        node = self.t.start([peers / "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"], "node")
        parts.wait_port(node, port, "node_exporter")
        pages = []
        for second in range(self.args.seconds):
            page = h.get(f"http://127.0.0.1:{port}/metrics").text()
            pages.append(dict(line.rsplit(" ", 1) for line in page.splitlines() if line and line[0] != "#"))
            time.sleep(1 - time.time() % 1)
            if second % 60 == 59:
                print(f"  scraped {second + 1} of {self.args.seconds} s", file=sys.stderr, flush=True)
        node.stop()
        if self.args.node:
            pathlib.Path(self.args.node).write_text(json.dumps(pages))
        return pages

    def node_bodies(self, pages):
        for step, page in enumerate(pages):
            for instance in range(4):
                body = bytearray()
                ms = (self.start_time() + step * 15) * 1000 + instance * 150
                for text, value in page.items():
                    body += remote_write.series(node_labels(text, f"node{instance}:9100"),
                                                [(ms, float(value))])
                yield bytes(remote_write.snappy(body)), len(page)

    def real(self):
        bodies = list(self.node_bodies(self.scrape_node()))
        samples = sum(count for _, count in bodies)
        print(f"real node: {len(bodies) // 4} scrapes as 4 instances, {samples:,} samples")
        sizes = {}
        for kind in self.servers:
            server = kind(self, "real")
            for body, _ in bodies:
                reply = h.request(server.url(server.write_path), body, remote_write.HEADERS)
                if reply.status // 100 != 2:
                    raise RuntimeError(f"{server.name}: {reply.status} {reply.text()[:300]}")
            sizes[server.name] = server.settle()
            server.stop()
        for name, size in sizes.items():
            ratio = size / sizes.get("victoria-metrics", math.nan)
            print(f"{name:18} {size / samples:6.3f} B/sample, {ratio:.2f} x victoria-metrics", flush=True)

    def restart(self):
        """Ours alone: a killed collector, with a log of 30 minutes of M and older parts."""
        instances = self.args.instances
        server = Vedette(self, "restart")
        old, new = self.start_time(), self.start_time() + 3600
        self.mgen(server, instances, 20, old)
        server.process.stop(timeout=60)
        subprocess.run([h.vedette(), "tsdb", "compact", str(server.dir)], check=True, capture_output=True)
        server.start()
        self.mgen(server, instances, 120, new)
        server.process.kill()
        began = time.monotonic()
        server.process = self.t.start(server.command(), server.log)
        query = {"query": "count(node_load1)", "time": old + 200}
        first_data = ready = None
        while ready is None:
            reply = h.get(server.url("/api/v1/query"), query, timeout=5)
            now = time.monotonic() - began
            if first_data is None and reply.status == 200 and reply.json()["data"]["result"]:
                first_data = now
            if h.get(server.url("/-/ready"), timeout=5).status == 200:
                ready = time.monotonic() - began
            if now > 300 or not server.process.alive():
                raise RuntimeError("not ready:\n" + server.process.output()[-2000:])
            time.sleep(0.02)
        got = h.get(server.url("/api/v1/query"),
                    {"query": "sum(count_over_time(up[1h]))", "time": new + 1800}).json()["data"]["result"]
        print(f"restart after SIGKILL, log of {instances * SERIES_OF_INSTANCE * 120:,} samples: old data after "
              f"{first_data or ready:.2f} s, ready after {ready:.2f} s; samples of up that are there: "
              f"{got[0]['value'][1] if got else 0} of {instances * 120}", flush=True)
        server.stop()

    def growth(self):
        """The first step makes the series and is counted by itself: what a sample costs is asked."""
        lines = {}
        for kind in self.servers:
            for instances in (6, 19, 62, 187, 623):
                series = instances * SERIES_OF_INSTANCE
                steps = max(10, self.args.growth_samples // series)
                server = kind(self, f"growth{instances}")
                peak = account.Peak(server.pid())
                new, _ = self.cpu_of(server, instances, 1, self.start_time())
                spent, samples = self.cpu_of(server, instances, steps, self.start_time() + 15)
                peak.stop()
                lines.setdefault(server.name, []).append((series, spent / samples * 1e6))
                print(f"{server.name:18} {series:9,} series x {steps:5} steps: {spent / samples * 1e6:6.3f} us a sample, "
                      f"{new / series * 1e6:6.2f} us a new series, peak {peak.anon:.0f} MiB anon", flush=True)
                server.stop()
        out = pathlib.Path(self.args.out) / "cpu_a_sample.svg"
        plot.line_plot(out, "CPU a sample by number of series", "series", "microseconds", lines, log_x=True)
        print("plot:", out)

    def cpu_of(self, server, instances, steps, start):
        """(CPU seconds that the server took for them, samples)."""
        before = account.cpu_s(server.pid())
        samples = self.mgen(server, instances, steps, start)
        return account.cpu_s(server.pid()) - before, samples

    def days(self):
        self.simulate("days", f"--days={self.args.days}", "--series=5000")

    def churn(self):
        columns = self.simulate("churn", "--days=30", "--series=500", "--churn=100000",
                                "--retention-days=10")
        print_verdict(columns, 12)

    def simulate(self, name, *flags):
        """Runs tests/bench/store_days.cc, which steps a clock of its own."""
        program = pathlib.Path(h.vedette()).resolve().parent / "tests/store_days"
        out = pathlib.Path(self.args.out)
        rows = []
        with subprocess.Popen([program, f"--dir={self.t.dir / name}", *flags], stdout=subprocess.PIPE,
                              text=True) as run, open(out / f"{name}.tsv", "w") as table:
            for line in run.stdout:
                print(line, end="", flush=True)
                table.write(line)
                rows.append(line.rstrip("\n").split("\t"))
        if run.returncode != 0:
            raise RuntimeError(f"store_days ended with {run.returncode}")
        columns = {field: [(float(row[0]), float(row[k])) for row in rows[1:]]
                   for k, field in enumerate(rows[0])}
        for title, unit, fields in [("CPU of a day", "seconds", ["ingest_cpu_s", "maintain_cpu_s"]),
                                    ("Memory", "MiB", ["anon_mib", "peak_mib"]),
                                    ("Bytes on disk", "MB", ["folder_mb"])]:
            plot_file = out / f"{name}_{fields[0]}.svg"
            plot.line_plot(plot_file, f"{title} by days of data", "days", unit,
                           {field: columns[field] for field in fields})
            print("plot:", plot_file)
        return columns


# Held to be bounded: the most of the later days is no more than this of the most of the days before.
GROWTH_ALLOWED = 1.1


def print_verdict(columns, settled):
    """From day `settled` on retention drops as much as comes: what grows still grows without end."""
    last = int(columns["day"][-1][0])
    half = (settled + last) // 2
    print(f"{'':28} {'most of days':>14} {'most of days':>14}")
    print(f"{'':28} {f'{settled} to {half}':>14} {f'{half + 1} to {last}':>14} {'ratio':>7}")
    bounded = last > half >= settled
    for what, field in [("bytes on disk, MB", "folder_mb"), ("files", "files"),
                        ("series in the registry", "most_head_series"),
                        ("registry and samples, MiB", "most_head_mib"),
                        ("anonymous memory, MiB", "anon_mib"), ("peak memory, MiB", "peak_mib")]:
        before = max((value for day, value in columns[field] if settled <= day <= half), default=0)
        after = max((value for day, value in columns[field] if day > half), default=0)
        ratio = after / before if before else math.inf
        bounded = bounded and ratio <= GROWTH_ALLOWED
        print(f"{what:28} {before:14,.1f} {after:14,.1f} {ratio:7.3f}")
    print("verdict:", "bounded" if bounded else "NOT bounded", flush=True)


LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def node_labels(text, instance):
    name, _, rest = text.partition("{")
    labels = [(n, v.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\"))
              for n, v in LABEL.findall(rest)]
    return sorted([("__name__", name), ("instance", instance), ("job", "node"), *labels])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--instances", type=int, default=100)
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--seconds", type=int, default=420)
    parser.add_argument("--growth-samples", type=int, default=12_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--servers", default=",".join(s.name for s in SERVERS))
    parser.add_argument("--node", help="file that keeps the real node's pages between runs")
    parser.add_argument("--flag", action="append", default=[], help="a further flag for our collector")
    parser.add_argument("--out", default=".", help="folder for the plots")
    args = parser.parse_args()
    pathlib.Path(args.out).mkdir(parents=True, exist_ok=True)
    with h.running() as t:
        bench = Bench(t, args)
        for part in args.parts or ["m", "real", "restart", "growth", "days", "churn"]:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
