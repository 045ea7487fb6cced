"""A real collector that takes L over HTTP: CPU by /proc, memory as peaks of RssAnon + RssShmem."""

import os
import pathlib
import subprocess
import threading
import time

import harness

LINES_MB_A_SLICE = 2100.5 / 288  # of L
TICK = os.sysconf("SC_CLK_TCK")
START = 1_795_132_800  # of L: 2026-11-20T00:00:00Z


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = dict(line.split(":", 1) for line in status.splitlines())
    return sum(int(found[name].split()[0]) for name in ("RssAnon", "RssShmem")) / 1024


class Peak:
    """The most memory of a process while the block runs."""

    def __init__(self, pid):
        self.pid, self.mib, self.done = pid, 0, threading.Event()

    def watch(self):
        while not self.done.wait(0.2):
            self.mib = max(self.mib, memory_mib(self.pid))

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def settle(pid, seconds=600):
    """Until the process has used next to no CPU for 5 s."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = cpu_seconds(pid)
        time.sleep(5)
        if cpu_seconds(pid) - before < 0.1:
            return


def ask(base, pid, what, path, params):
    """A query three times: the least CPU and wall."""
    cpu, wall = [], []
    for _ in range(3):
        before, start = cpu_seconds(pid), time.monotonic()
        reply = harness.get(base + path, params, timeout=300)
        wall.append(time.monotonic() - start)
        cpu.append(cpu_seconds(pid) - before)
        if reply.status != 200:
            print(f"| {what} | {reply.status} {reply.text()[:200]} |")
            return
    print(f"| {what} | {min(wall) * 1e3:.0f} ms wall, {min(cpu) * 1e3:.0f} ms CPU |")


def bench(lgen, slices):
    end = START + 300 * slices
    with harness.running() as t:
        port = harness.free_port()
        collector = t.collector("store", port, "--collector.parts=logs")
        base, pid = f"http://127.0.0.1:{port}", collector.popen.pid
        raw = LINES_MB_A_SLICE * slices
        print(f"\n| over HTTP, {slices} slices of L, {raw:.0f} MB | load {os.getloadavg()[0]:.1f} |\n| --- | --- |")
        before = cpu_seconds(pid)
        with Peak(pid) as peak:
            subprocess.run([lgen, "-slices", str(slices), "-target", base + "/loki/api/v1/push"],
                           check=True, stdout=subprocess.DEVNULL)
            pushed = cpu_seconds(pid) - before
            settle(pid)
        all_cpu = cpu_seconds(pid) - before
        print(f"| pushed, with what was flushed and rewritten meanwhile | {raw / pushed:.1f} MB a CPU second |")
        print(f"| until all was rewritten | {raw / all_cpu:.1f} MB a CPU second |")
        print(f"| memory while pushing | {peak.mib:.0f} MiB |")
        stored = sum(f.stat().st_size for f in (t.dir / "store").rglob("*") if f.is_file())
        print(f"| folder | {stored / 1e6:.1f} MB, {100 * stored / 1e6 / raw:.2f} % of raw |")
        api, window = "/loki/api/v1/", {"start": START, "end": end}
        with Peak(pid) as peak:
            ask(base, pid, "volume by job", api + "index/volume", {"query": '{job=~".+"}', **window})
            ask(base, pid, "volume_range by unit, 30 min", api + "index/volume_range",
                {"query": '{job=~".+"}', "targetLabels": "unit", "step": 1800, **window})
            ask(base, pid, "stats", api + "index/stats", {"query": '{job=~".+"}', **window})
            ask(base, pid, "sum by (unit) (rate({job=\"journal\"}[5m]))", api + "query_range",
                {"query": 'sum by (unit) (rate({job="journal"}[5m]))', "step": 300, **window})
            ask(base, pid, "count by detected_level", api + "query_range",
                {"query": 'sum by (detected_level) (count_over_time({job=~".+"}[5m]))', "step": 300, **window})
            ask(base, pid, "rare words", api + "query_range",
                {"query": '{job="journal"} |= "NEEDLE-7f3a9c2e"', **window})
        print(f"| memory while asked | {peak.mib:.0f} MiB |")
        time.sleep(30)
        print(f"| memory idle | {memory_mib(pid):.0f} MiB |")
