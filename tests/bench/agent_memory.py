#!/usr/bin/env python3
"""How much memory the agent takes with every exporter and the shipper on.

The agent runs as on a server that has everything: a PostgreSQL, a Redis, a Caddy whose access log
grows, recorded Proxmox replies and a journald that is written to, all pushed to a collector that
also scrapes each exporter every 15 s. Once a second RssAnon + RssShmem is read from the kernel: what
the agent alone has, and the figure that the goal of 15 MiB is set for. VmRSS, which counts the
pages of the program and its libraries too, is printed beside it. The journal is a persistent one,
as Debian has it; the pages of one in /run, mapped to be read, would count as RssShmem.

Usage: agent_memory.py [SECONDS], an hour when not said. Prints a line a minute and the peaks;
asserts nothing. Needs root: it runs in namespaces of its own.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.dont_write_bytecode = True
import account  # noqa: E402
import harness as h  # noqa: E402
import parts  # noqa: E402

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
REQUESTS_A_SECOND, JOURNAL_LINES_A_SECOND = 10, 20


def scrape_config(lab):
    jobs = [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
             "metrics_path": path, "params": params}
            for name, port, path, params in lab.pages()]
    return json.dumps({"global": {"scrape_interval": "15s"}, "scrape_configs": jobs})


def start_persistent_journald(t):
    """journald stores in /var/log/journal once the flag file of its flush is there."""
    folder = t.dir / "journal"
    folder.mkdir()
    os.makedirs("/var/log/journal", exist_ok=True)
    subprocess.run(["mount", "--bind", folder, "/var/log/journal"], check=True)
    os.makedirs("/run/systemd/journal", exist_ok=True)
    pathlib.Path("/run/systemd/journal/flushed").touch()
    h.start_journald(t)


def write_journal(stop):
    number = 0
    while not stop.wait(1 / JOURNAL_LINES_A_SECOND):
        number += 1
        h.journal_send({"MESSAGE": f"request {number} answered in {number % 97} ms", "PRIORITY": 6,
                        "SYSLOG_IDENTIFIER": f"service-{number % 7}"})


def visit_site(lab, stop):
    number = 0
    while not stop.wait(1 / REQUESTS_A_SECOND):
        number += 1
        h.request(f"http://127.0.0.1:{lab.site}/page/{number % 50}",
                  headers={"Host": f"site-{number % 5}.example"})


class Peaks:
    """The highest seen of each figure, and the last."""

    def __init__(self):
        self.high, self.last, self.when = {}, {}, 0

    def add(self, second, usage):
        if usage["own"] > self.high.get("own", 0):
            self.when = second
        self.last = usage
        for name, value in usage.items():
            self.high[name] = max(value, self.high.get(name, 0))

    def line(self, label):
        return (f"{label:>8} {self.last['own']:8.2f} {self.high['own']:8.2f} {self.last['shmem']:8.2f} "
                f"{self.last['rss']:8.2f} {self.high['rss']:8.2f} {self.last['fds']:5d} {self.last['threads']:8d}")


def watch(pid, began):
    peaks = Peaks()
    print(f"{'minute':>8} {'own':>8} {'peak':>8} {'of shmem':>8} {'rss':>8} {'peak':>8} {'fds':>5} "
          f"{'threads':>8}   (MiB)")
    for second in range(1, SECONDS + 1):
        time.sleep(max(0.0, began + second - time.monotonic()))
        peaks.add(second, account.usage(pid))
        if second % 60 == 0:
            print(peaks.line(str(second // 60)), flush=True)
    return peaks


def main():
    h.enter_private_host()
    with h.running() as t:
        start_persistent_journald(t)
        lab = parts.WholeAgent(t)
        collector = h.free_port()
        t.collector("collector", collector, f"--config.file={t.write('prometheus.yml', scrape_config(lab))}")
        agent = lab.start(f"--push.url=http://127.0.0.1:{collector}", "--journal.directory=/var/log/journal",
                          f"--logs.file={lab.access_log}")
        stop, began = threading.Event(), time.monotonic()
        for work in (lambda: write_journal(stop), lambda: visit_site(lab, stop)):
            threading.Thread(target=work, daemon=True).start()
        peaks = watch(agent.popen.pid, began)
        stop.set()
        up = h.get(f"http://127.0.0.1:{collector}/api/v1/query", {"query": "sum(up)"}).json()
        print("exporters up:", up["data"]["result"][0]["value"][1], "of", len(lab.pages()))
        lines = h.get(f"http://127.0.0.1:{collector}/loki/api/v1/query",
                      {"query": f"sum by (job) (count_over_time({{job=~\".+\"}}[{SECONDS}s]))"}).json()
        for series in lines["data"]["result"]:
            print("log lines:", series["metric"], series["value"][1])
        print(f"CPU of the agent: {account.cpu_s(agent.popen.pid):.1f} s in {SECONDS} s")
        print(f"peak of RssAnon + RssShmem: {peaks.high['own']:.2f} MiB at second {peaks.when}; "
              f"peak of RSS: {peaks.high['rss']:.2f} MiB")


if __name__ == "__main__":
    main()
