"""Fifty targets scraped by a collector and by Prometheus 3.5.3: what each series said, sample by sample and stale
markers among them, is the same in both stores.

Usage: scrape_peers.py [SECONDS]   how long the targets live, 40 unless given

What a target says depends on the series and on how often that scraper has asked: each counts for itself. Among them
are targets that restart, series that come and go, targets that are down, slow, empty or not understood for some scrapes,
such that say a sample twice, and some that file discovery takes away and brings back.

One thing differs, and is counted apart: a page that fails halfway (a line that is no sample, sample_limit). A failed
scrape ends all series; Prometheus, which means to, spares those that it had read by then and ends them, and such as
were never stored, a scrape later.
"""

import collections
import http.server
import json
import math
import re
import subprocess
import sys
import threading
import time

import harness as h

TARGETS = 50
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
TEXT = "text/plain; version=0.0.4"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# Synthetic series that say how long something took, which no two scrapers share.
TIMED = {"scrape_duration_seconds"}


def steady(i, n):
    return [f"# TYPE c counter\n# HELP c What counts.\nc {n * 100 + i}\n# TYPE g gauge\n",
            *(f'g{{k="{k}"}} {(n * 31 + k * 7 + i) % 101 / 8}\n' for k in range(20)),
            'constant{a="\\"quoted\\"",b="back\\\\slash"} 1e-3\n'], TEXT


def restarts(i, n):
    alive = n % (7 + i % 5)
    return [f"start_time {n - alive}\n", *(f'c_total{{k="{k}"}} {alive * (k + 1)}\n' for k in range(10))], TEXT


def comes_and_goes(i, n):
    return ["always 1\n", *(f'sometimes{{k="{k}"}} {n}\n' for k in range(30) if (n // (k + 1) + i) % 3)], TEXT


def is_down(i, n):
    if (n + i) % 9 in (3, 4):
        return 503
    if (n + i) % 9 == 6:
        return ["fine 1\n", "no number\n"], TEXT
    if (n + i) % 13 == 8:
        return ["a 1\n"], "text/html"
    return [f"fine {n}\n", f"other {n * 2}\n"], TEXT


def is_empty(i, n):
    return ([] if (n + i) % 4 == 1 else [f'e{{k="{k}"}} {n + k}\n' for k in range(5)]), TEXT


def repeats(i, n):
    return [f"twice {n}\n", f"twice {n}\n", f'order{{b="1",a="2"}} {n}\n' if n % 2 else f'order{{a="2",b="1"}} {n}\n'], TEXT


def open_metrics(i, n):
    # The families change places each time.
    families = [f"# TYPE o counter\n# UNIT o \no_total {n}\no_created 5\n",
                f'# TYPE h histogram\nh_bucket{{le="1"}} {n}\nh_bucket{{le="+Inf"}} {2 * n}\nh_sum {n / 3}\nh_count {2 * n}\n',
                f"# TYPE i info\ni_info{{v=\"{n // 5}\"}} 1\n"]
    return [families[(n + k) % 3] for k in range(3)] + ["# EOF\n"], OPEN_METRICS


def too_many(i, n):
    return [f'many{{k="{k}"}} {n}\n' for k in range(150 if n % 5 == 3 else 90)], TEXT


KINDS = [steady, steady, restarts, comes_and_goes, is_down, is_empty, repeats, open_metrics, too_many, comes_and_goes]


def can_be_read(i, n):
    """Whether that page makes a good scrape."""
    page = KINDS[i % len(KINDS)](i, n)
    return not isinstance(page, int) and page[1] != "text/html" and "no number\n" not in page[0] and len(page[0]) < 150


def undisturbed(number, up):
    """How many scrapes came to the end that their page says: then this machine was too busy for a timeout."""
    n = 0
    for at, value in enumerate(up):
        if value == "stale":
            continue
        n += 1
        if value != can_be_read(number, n):
            return at
    return len(up)


class Targets:
    """All of them; /SCRAPER/NUMBER is the page of one for one scraper."""

    def __init__(self):
        targets = self
        self.lock = threading.Lock()
        self.asked = collections.Counter()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                scraper, number = self.path.split("?")[0].strip("/").split("/")
                with targets.lock:
                    targets.asked[scraper, number] += 1
                    n = targets.asked[scraper, number]
                page = KINDS[int(number) % len(KINDS)](int(number), n)
                if isinstance(page, int):
                    self.answer(page, b"not now", "text/plain")
                else:
                    self.answer(200, "".join(page[0]).encode(), page[1])

            def answer(self, status, body, kind):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def config(self, scraper, folder):
        def job(name, targets, more=""):
            return (f"- job_name: {name}\n  {targets}\n{more}"
                    "  relabel_configs:\n"
                    f"  - {{source_labels: [number], target_label: __metrics_path__, replacement: /{scraper}/$1}}\n"
                    "  - {source_labels: [number], target_label: instance}\n"
                    "  - {regex: number, action: labeldrop}\n"
                    "  sample_limit: 100\n"
                    "  metric_relabel_configs:\n"
                    "  - {source_labels: [__name__, k], regex: 'sometimes;2.', action: drop}\n")

        groups = [f'{{targets: ["127.0.0.1:{self.port}"], labels: {{number: "{i}"}}}}' for i in range(TARGETS - 5)]
        return ("global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n"
                + job("all", f"static_configs: [{', '.join(groups)}]")
                + job("found", f"file_sd_configs: [{{files: ['{folder}/found.json'], refresh_interval: 1s}}]"))

    def write_found(self, folder, numbers):
        """Whole, as who writes such files does."""
        groups = [{"targets": [f"127.0.0.1:{self.port}"], "labels": {"number": str(i)}} for i in numbers]
        (folder / "found.tmp").write_text(json.dumps(groups))
        (folder / "found.tmp").rename(folder / "found.json")


def read_dump(lines):
    """{series: [(time, value)]}; a stale marker is the only NaN that is ever stored here."""
    series = collections.defaultdict(list)
    for line in lines:
        if not line.strip() or line[0] == "#":
            continue
        name, rest = line.split("{", 1)
        labels, value, time_ms = re.fullmatch(r"(.*)\} (\S+) (\d+)", rest).groups()
        found = dict(LABEL.findall(labels))
        found.setdefault("__name__", name)
        value = float(value)
        series[tuple(sorted(found.items()))].append((int(time_ms), "stale" if math.isnan(value) else value))
    return {key: sorted(samples, key=lambda sample: sample[0]) for key, samples in series.items()}


def by_scrape(dump):
    """{series: {number of the scrape: value}}: each target's scrapes are counted by its `up`."""
    numbers = {}
    for key, samples in dump.items():
        labels = dict(key)
        if labels["__name__"] == "up":
            numbers[labels["job"], labels["instance"]] = {t: n for n, (t, _) in enumerate(samples)}
    out = {}
    for key, samples in dump.items():
        labels = dict(key)
        of = numbers[labels["job"], labels["instance"]]
        out[key] = {of.get(t, f"not at a scrape: {t}"): value for t, value in samples}
    return out, {target: len(of) for target, of in numbers.items()}


def up_of(dump, target):
    """What `up` said, scrape by scrape."""
    key = tuple(sorted({"__name__": "up", "job": target[0], "instance": target[1]}.items()))
    return [value for _, value in sorted(dump.get(key, {}).items())]


def shown(samples, upto):
    return {n: v for n, v in samples.items() if not isinstance(n, int) or n < upto}


def is_late_end(n, got, want, failed):
    """Whether at scrape `n` ours has ended a series that Prometheus spares, or the other way round a scrape later."""
    if not isinstance(n, int):
        return False
    return ((got, want) == ("stale", None) and n in failed) or ((got, want) == (None, "stale") and n - 1 in failed)


def compare(t, ours, theirs):
    ours, our_counts = by_scrape(ours)
    theirs, their_counts = by_scrape(theirs)
    t.equal(sorted(our_counts), sorted(their_counts), "both have scraped the same targets")
    keys = [k for k in sorted(set(ours) | set(theirs)) if dict(k)["__name__"] not in TIMED]
    failed = {target: {n for n, value in enumerate(up_of(ours, target)) if value == 0} for target in our_counts}
    # The last scrape of one may have been under way when it ended.
    judged = {target: min(undisturbed(int(target[1]), up_of(dump, target)) - 1 for dump in (ours, theirs))
              for target in our_counts}
    whole = sum(min(our_counts[target], their_counts.get(target, 0)) - 1 for target in our_counts)
    t.check(sum(judged.values()) > whole / 10, f"of {whole} scrapes {sum(judged.values())} came before a target was late")
    wrong, samples, stale, late = [], 0, 0, 0
    for key in keys:
        target = dict(key)["job"], dict(key)["instance"]
        upto = judged.get(target, 0)
        got, want = shown(ours.get(key, {}), upto), shown(theirs.get(key, {}), upto)
        samples += len(want)
        stale += sum(value == "stale" for value in want.values())
        for n in sorted(set(got) | set(want), key=str):
            if got.get(n) == want.get(n):
                continue
            # Lines of a page that failed halfway are new once more: upstream has kept them.
            if dict(key)["__name__"] == "scrape_series_added" and n - 1 in failed[target]:
                continue
            if is_late_end(n, got.get(n), want.get(n), failed[target]):
                late += 1
            else:
                wrong.append(f"{dict(key)} at scrape {n}: got {got.get(n)}, want {want.get(n)}")
    t.check(not wrong, f"{len(keys)} series say the same in {samples} samples, {stale} stale markers among them",
            f"{len(wrong)} differ:\n" + "\n".join(wrong[:12]))
    fewest = min(min(our_counts.values()), min(their_counts.values()))
    print(f"        scrapes of a target: {fewest} at least; ends that Prometheus puts off: {late}")
    return stale


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        targets = Targets()
        found = range(TARGETS - 5, TARGETS)
        targets.write_found(t.dir, found)
        ours, theirs = h.free_port(), h.free_port()
        our_config = t.write("ours.yml", targets.config("ours", t.dir))
        their_config = t.write("theirs.yml", targets.config("theirs", t.dir))
        collector = t.collector("ours", ours, f"--config.file={our_config}", "--collector.parts=tsdb")
        prometheus = t.start([peers / "prometheus", f"--config.file={their_config}",
                              f"--storage.tsdb.path={t.dir / 'theirs'}", f"--web.listen-address=127.0.0.1:{theirs}"],
                             "theirs")
        t.wait_ready(prometheus, f"http://127.0.0.1:{theirs}/-/ready", "theirs")
        # Targets that go and come back, long enough apart that upstream has marked the end of their series.
        time.sleep(seconds / 4)
        targets.write_found(t.dir, list(found)[:3])
        time.sleep(seconds / 2)
        targets.write_found(t.dir, found)
        time.sleep(seconds / 4)
        prometheus.stop(timeout=60)
        collector.stop(timeout=60)
        mine = subprocess.run([h.vedette(), "tsdb", "dump", str(t.dir / "ours")], capture_output=True, text=True)
        t.equal(mine.returncode, 0, "the collector's store can be dumped")
        other = subprocess.run([peers / "promtool", "tsdb", "dump", t.dir / "theirs"], capture_output=True, text=True)
        t.equal(other.returncode, 0, "and Prometheus'")
        stale = compare(t, read_dump(mine.stdout.splitlines()), read_dump(other.stdout.splitlines()))
        t.check(stale > 100, "there were stale markers to compare", stale)


if __name__ == "__main__":
    main()
