#!/usr/bin/env python3
"""Scraping beside Prometheus, vmagent and VictoriaMetrics: the same targets in the same run.

Usage: scrape.py [OPTIONS] [PART...]
  fifty     50 targets of 1,600 series each 15 s, all scrapers at once: CPU a scrape, memory
  thousand  ours alone: 1,000 such targets, and how many scrapes came late
  away      ours alone: the fifty targets sent on to a receiver that is away for --seconds, then there

`mgen -serve` plays the targets, as plain text. CPU is what the kernel accounts to the scraper,
over whole intervals after the first three. A scrape is late when its sample's time is not a
whole interval after the one before, to 2 ms: so far times are aligned. `store alone` is ours with the
same series and scrapes by remote write: what of its memory is not scraping. vmagent keeps nothing and
sends to a sink that throws away. Prints tables, asserts nothing.
"""

import argparse
import http.server
import pathlib
import socketserver
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.dont_write_bytecode = True
import account  # noqa: E402
import harness as h  # noqa: E402
import metrics  # noqa: E402

INTERVAL = 15
SERIES = 1600
WARM_UP = 3 * INTERVAL


class Sink(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Takes what is sent and keeps nothing."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/api/v1/write"


class Prometheus(metrics.Prometheus):
    """Without the configuration that the store's benchmark gives it."""

    def command(self):
        return [flag for flag in super().command() if not str(flag).startswith("--config.file")]


def scraper(kind, flags, bench, run):
    """A server of `kind` with further flags."""

    class Scraping(kind):
        def command(self):
            return [*super().command(), *flags]

    return Scraping(bench, run)


class VmAgent(metrics.Server):
    name = "vmagent"
    ready_path = "/health"

    def command(self):
        return [self.bench.peer("vmagent"), f"-httpListenAddr=127.0.0.1:{self.port}",
                f"-remoteWrite.tmpDataPath={self.dir}", f"-remoteWrite.url={self.bench.sink.url()}"]


class Bench(metrics.Bench):
    def __init__(self, t, args):
        super().__init__(t, args)
        self.sink = Sink()

    def targets(self, count):
        """Starts `count` stand-ins; returns the text of a configuration that scrapes them."""
        port = h.free_port()
        process = self.t.start([self.peer("mgen"), f"-serve=127.0.0.1:{port}", f"-instances={count}"],
                               f"targets{count}")
        while h.get(f"http://127.0.0.1:{port}/t000/metrics", timeout=2).status != 200:
            if not process.alive():
                raise RuntimeError(process.output())
            time.sleep(0.05)
        jobs = "\n".join(
            f"  - {{job_name: t{i:03d}, metrics_path: /t{i:03d}/metrics, "
            f'static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}' for i in range(count))
        return process, f"global: {{scrape_interval: {INTERVAL}s}}\nscrape_configs:\n{jobs}\n"

    def scrapers(self, text):
        config = self.t.write("scrape.yml", text)
        ours = [f"--config.file={config}"]
        theirs = [f"-promscrape.config={config}"]
        kinds = [(metrics.Vedette, ours), (Prometheus, ours), (VmAgent, theirs),
                 (metrics.VictoriaMetrics, theirs)]
        wanted = self.args.scrapers.split(",")
        return [scraper(kind, flags, self, "scrape") for kind, flags in kinds if kind.name in wanted]

    def whole_intervals(self):
        return max(1, round(self.args.seconds / INTERVAL))

    def run(self, servers):
        """[(CPU seconds, most anonymous MiB, most resident MiB)] of each over the whole intervals."""
        time.sleep(WARM_UP)
        peaks = [account.Peak(s.pid()) for s in servers]
        before = [account.cpu_s(s.pid()) for s in servers]
        for i in range(self.whole_intervals()):
            time.sleep(INTERVAL)
            if i % 4 == 3:
                print(f"  {(i + 1) * INTERVAL} of {self.whole_intervals() * INTERVAL} s", file=sys.stderr, flush=True)
        spent = [account.cpu_s(s.pid()) - b for s, b in zip(servers, before)]
        return [(cpu, p.stop().anon, p.rss) for cpu, p in zip(spent, peaks)]

    def fifty(self):
        targets, text = self.targets(50)
        servers = self.scrapers(text)
        results = self.run(servers)
        scrapes = 50 * self.whole_intervals()
        print(f"50 targets, {scrapes} scrapes")
        print(f"{'':18} {'ms/scrape':>10} {'% of a core':>12} {'anon MiB':>9} {'rss MiB':>8}")
        for server, (cpu, anon, rss) in zip(servers, results):
            print(f"{server.name:18} {cpu / scrapes * 1e3:10.3f} {cpu / scrapes * 50 / INTERVAL * 100:12.2f} "
                  f"{anon:9.1f} {rss:8.1f}", flush=True)
        for server in servers:
            server.stop()
        targets.stop()
        self.store_alone(self.whole_intervals() + WARM_UP // INTERVAL)

    def store_alone(self, steps):
        """As long as the scrapes took: the newest of its samples are of now."""
        server = metrics.Vedette(self, "alone")
        peak = account.Peak(server.pid(), every=0.2)
        self.mgen(server, 50, steps, int(time.time()) - steps * INTERVAL)
        time.sleep(2)
        peak.stop()
        print(f"{'store alone':18} {'':10} {'':12} {peak.anon:9.1f} {peak.rss:8.1f}", flush=True)
        server.stop()

    def thousand(self):
        count = self.args.targets
        targets, text = self.targets(count)
        config = self.t.write("scrape.yml", text)
        server = scraper(metrics.Vedette, [f"--config.file={config}"], self, "thousand")
        (cpu, anon, rss), = self.run([server])
        intervals = self.whole_intervals()
        print(f"{count} targets: {cpu / (count * intervals) * 1e3:.3f} ms of CPU a scrape, "
              f"{cpu / intervals / INTERVAL * 100:.1f} % of a core, {anon:.0f} MiB anon, {rss:.0f} MiB rss")
        self.print_memory(server, count)
        self.print_lateness(server, intervals * INTERVAL)
        server.stop()
        targets.stop()

    def print_memory(self, server, count):
        cache = self.own_metric(server, "vedette_scrape_cache_bytes")
        head = self.own_metric(server, "vedette_tsdb_head_bytes")
        refused = self.own_metric(server, 'vedette_scrape_samples_rejected_total{reason="refused"}')
        print(f"pages: {cache / 2**20:.0f} MiB, {cache / count / SERIES:.0f} bytes a series; "
              f"metrics store's head: {head / 2**20:.0f} MiB; samples refused: {refused:.0f}")

    def print_lateness(self, server, seconds):
        got = h.get(server.url("/api/v1/query"), {"query": f"up[{seconds}s]"}, timeout=60).json()
        late, total, down = [], 0, 0
        for series in got["data"]["result"]:
            times = [round(float(t) * 1000) for t, _ in series["values"]]
            down += sum(v != "1" for _, v in series["values"])
            for a, b in zip(times, times[1:]):
                total += 1
                if abs(b - a - INTERVAL * 1000) > 2:
                    late.append(b - a - INTERVAL * 1000)
        print(f"intervals: {total}, not of {INTERVAL} s: {len(late)}"
              + (f", the farthest by {max(late, key=abs)} ms" if late else "") + f"; failed scrapes: {down}")
        took = h.get(server.url("/api/v1/query"), {"query": "max_over_time(scrape_duration_seconds[5m])"}).json()
        took = [float(s["value"][1]) for s in took["data"]["result"]]
        print(f"longest scrape of a target: median {statistics.median(took) * 1e3:.1f} ms, "
              f"most {max(took) * 1e3:.1f} ms", flush=True)

    def away(self):
        targets, text = self.targets(50)
        port = h.free_port()
        text += f"remote_write: [{{url: 'http://127.0.0.1:{port}/api/v1/write'}}]\n"
        config = self.t.write("away.yml", text)
        server = scraper(metrics.Vedette, [f"--config.file={config}"], self, "away")
        print("minute  anon MiB  rss MiB  folder MB  CPU s", flush=True)
        began = time.time()
        for minute in range(1, self.args.seconds // 60 + 1):
            time.sleep(max(0, began + 60 * minute - time.time()))
            anon, rss = account.memory_mib(server.pid())
            print(f"{minute:6} {anon:9.1f} {rss:8.1f} {server.data_bytes() / 1e6:10.1f} "
                  f"{account.cpu_s(server.pid()):6.1f}", flush=True)
        self.drain(server, port)
        server.stop()
        targets.stop()

    def drain(self, server, port):
        """The receiver comes back: how long what waited takes to go."""
        Sink(port)
        cpu, began = account.cpu_ns(server.pid()), time.monotonic()
        while self.seconds_behind(server) > 2 * INTERVAL and time.monotonic() - began < 600:
            time.sleep(0.2)
        print(f"the receiver is back: sent all after {time.monotonic() - began:.1f} s and "
              f"{(account.cpu_ns(server.pid()) - cpu) / 1e9:.1f} s of CPU, "
              f"{self.own_metric(server, 'prometheus_remote_storage_samples_total'):,.0f} samples, "
              f"anon {account.memory_mib(server.pid())[0]:.1f} MiB", flush=True)

    def seconds_behind(self, server):
        return time.time() - self.own_metric(server, "prometheus_remote_storage_queue_highest_sent_timestamp_seconds")

    def own_metric(self, server, name):
        lines = h.get(server.url("/metrics")).text().splitlines()
        prefixes = (name + "{", name + " ")
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(prefixes)), 0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--seconds", type=int, default=180, help="of each part; 3600 for `away` as users meet it")
    parser.add_argument("--targets", type=int, default=1000)
    parser.add_argument("--scrapers", default="vedette,prometheus,vmagent,victoria-metrics")
    parser.add_argument("--servers", default="vedette", help=argparse.SUPPRESS)
    parser.add_argument("--flag", action="append", default=[], help="a further flag for our collector")
    args = parser.parse_args()
    with h.running() as t:
        bench = Bench(t, args)
        for part in args.parts or ["fifty", "thousand", "away"]:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
