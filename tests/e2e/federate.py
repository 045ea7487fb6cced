"""/federate of ours and of Prometheus over the same samples: the same pages, in text and in protobuf,
to the byte; each scrapes the other's page, and has what the other has."""

import json
import math
import struct
import time

import harness as h
from import_prometheus import field, snappy
from native_histograms import STALE, double, histogram, whole

TEXT = ["", "text/plain", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "*/*",
        "application/openmetrics-text;version=1.0.0", "text/plain;version=1.0.0;escaping=allow-utf-8",
        "text/plain;version=0.0.4;escaping=values", "text/plain;escaping=dots",
        "text/plain;escaping=nonsense", "application/openmetrics-text;escaping=values;q=0.9,"
        "text/plain;q=0.5", "text/plain;q=0.2,application/vnd.google.protobuf;encoding=delimited;q=0.9"]
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
ACCEPTS = TEXT + [
    PROTOBUF, PROTOBUF + ";q=0.3,text/plain;q=0.2", PROTOBUF + ";escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2",
]
SELECTORS = [
    ["up"], ["{job=\"a\"}"], ["up", "up{job=\"a\"}"], ["{__name__=~\".+\"}"], ["{}"], [],
    ["{__name__=~\".*\"}"], ["nothing_here"], ["{job=\"a\"}", "{job=\"b\"}"], ["int"], ["gauge", "up"],
    ["mixed"], ["ended"], ["old"], ["{\"dotted.name\"}"], ["{Upper!=\"\"}"],
    ["up["], ["up{"], ["rate(up[5m])"], ["{job=~\"(\"}"], ["up", "1 +"],
]


def series(labels, samples=(), histograms=()):
    body = b"".join(field(1, field(1, n.encode()) + field(2, v.encode()))
                    for n, v in sorted(labels.items()))
    body += b"".join(field(2, double(1, value) + whole(2, ms)) for ms, value in samples)
    return field(1, body + b"".join(field(4, one) for one in histograms))


def written(now):
    """What both hold: newest samples of every kind, ended series, and some too old to be there."""
    out = []
    for i in range(40):
        out.append(series({"__name__": "up", "job": "a" if i % 2 else "b", "instance": f"h{i:02}"},
                          [(now - 60_000, 1.0), (now - 1000 * i, i / 3)]))
    odd = [0.0, -0.0, 1e-7, 1e21, 123456789.0, math.inf, -math.inf, math.nan, 5e-324]
    for i, value in enumerate(odd):
        out.append(series({"__name__": "odd", "n": str(i)}, [(now - 5, value)]))
    out += [
        series({"__name__": "text", "a": "quo\"te", "b": "back\\slash", "c": "new\nline", "d": "ü"},
               [(now - 10, 1.0)]),
        series({"__name__": "dotted.name", "with.dot": "x"}, [(now - 10, 2.0)]),
        series({"__name__": "own", "site": "elsewhere", "instance": ""}, [(now - 10, 3.0)]),
        series({"__name__": "upper", "Upper": "1"}, [(now - 10, 4.0)]),
        series({"__name__": "another", "Upper": "2"}, [(now - 10, 5.0)]),
        series({"__name__": "ended"}, [(now - 9000, 1.0), (now - 8000, STALE)]),
        series({"__name__": "old"}, [(now - 400_000, 1.0)]),
        series({"__name__": "int"}, [], [histogram(now - 20, [3, 1, 2], [(-3, 1), (2, 2)], zero=1)]),
        series({"__name__": "floats"}, [], [histogram(now - 20, [0.5, 2.5], [(0, 2)], is_float=True)]),
        series({"__name__": "gauge"}, [], [histogram(now - 20, [4, 5], [(0, 2)], hint=3)]),
        series({"__name__": "both", "kind": "f"}, [(now - 20, 1.0)]),
        series({"__name__": "both", "kind": "h"}, [], [histogram(now - 20, [1], [(0, 1)])]),
        series({"__name__": "both", "kind": "z"}, [(now - 20, 2.0)]),
        series({"__name__": "negative"}, [], [histogram(now - 20, [1], [(1, 1)], negative=[2, 7])]),
        series({"__name__": "ended_histogram"}, [],
               [histogram(now - 9000, [1], [(0, 1)]), histogram(now - 20, [], [], stale=True)]),
    ]
    return b"".join(out)


def page(base, selectors, accept):
    headers = {"Accept": accept} if accept else {}
    return h.get(base + "/federate", {"match[]": selectors} if selectors else None, headers=headers)


def lines(body):
    """A page's lines, those of a family in the order of their letters: upstream leaves it open."""
    families, out = body.split(b"# TYPE "), []
    for family in families:
        head, *rest = family.split(b"\n")
        out.append((head, sorted(rest)))
    return out


def same(t, got, want, what):
    """The same page, to the byte or but for the order of lines in families."""
    ours, theirs = lines(got), lines(want)
    differing = [(a, b) for a, b in zip(ours, theirs) if a != b]
    t.check(got == want or ours == theirs, what, f"{len(ours)} and {len(theirs)} families: {differing}")


def compare(t, ours, theirs):
    for accept in ACCEPTS:
        got, want = page(ours, ["{__name__=~\".+\"}"], accept), page(theirs, ["{__name__=~\".+\"}"], accept)
        t.equal(got.headers["Content-Type"], want.headers["Content-Type"], f"type for {accept!r}")
        same(t, got.body, want.body, f"page for {accept!r}, {len(got.body)} bytes")
    for selectors in SELECTORS:
        for accept in ["", PROTOBUF]:
            got, want = page(ours, selectors, accept), page(theirs, selectors, accept)
            what = f"{selectors} {'protobuf' if accept else 'text'}"
            t.equal(got.status, want.status, f"status of {what}")
            if want.status == 200:
                same(t, got.body, want.body, f"page of {what}")
            else:
                t.check(b"parse error: " in got.body, f"says what is wrong with {what}", got.body)


def custom_buckets(t, ours, now):
    """Protobuf cannot say their bounds. Prometheus sends them without, and whoever scrapes that page
    refuses all of it; ours leaves them out."""
    one = series({"__name__": "custom"}, [],
                 [histogram(now, [1, 2], [(0, 2)], schema=-53, bounds=[0.5, 2.0])])
    t.equal(send(ours, one).status, 204, "custom buckets are written")
    t.equal(page(ours, ["custom"], PROTOBUF).body, b"", "and not federated")


def send(base, body):
    return h.request(base + "/api/v1/write", snappy(body),
                     {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                      "X-Prometheus-Remote-Write-Version": "0.1.0"})


def values(base, query):
    reply = h.get(base + "/api/v1/query", {"query": query}).json()
    return {json.dumps(s["metric"], sort_keys=True): s["value"][1] if "value" in s else s["histogram"][1]
            for s in reply["data"]["result"]}


def scraped(t, bases, scraper, source, what):
    """What `scraper` has by scraping the page of `source`."""
    wanted = "{__name__=~\"up|own|text|int|floats\", via=\"federate\"}"
    count = "count({__name__=~\"up|own|text|int|floats\", via=\"federate\"})"
    t.eventually(lambda: list(values(bases[scraper], count).values()) == ["44"], f"{what}: all arrived", 20)
    # What had no instance has got the target's.
    target = bases[source].removeprefix("http://")
    got = {key.replace(target, "TARGET"): value for key, value in values(bases[scraper], wanted).items()}
    t.check(any('"instance": "h03"' in key for key in got), f"{what}: labels are honoured", got)
    t.check(all('"site"' in key for key in got), f"{what}: external labels came along", got)
    t.check(any(isinstance(v, dict) for v in got.values()), f"{what}: native histograms too", got)
    return got


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        ports = {name: h.free_port() for name in ["ours", "theirs"]}
        bases = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        other = {"ours": "theirs", "theirs": "ours"}
        files = {}
        for name, port in ports.items():
            files[name] = t.write(name + ".yml", "global: {external_labels: {site: here, zone: z}, scrape_interval: 1s}\n")
        t.collector("ours", ports["ours"], "--web.enable-remote-write-receiver", "--web.enable-lifecycle",
                    f"--config.file={files['ours']}")
        prometheus = t.start([peers / "prometheus", f"--config.file={files['theirs']}",
                              f"--storage.tsdb.path={t.dir / 'theirs'}", "--web.enable-lifecycle",
                              "--web.enable-remote-write-receiver", "--enable-feature=native-histograms",
                              f"--web.listen-address=127.0.0.1:{ports['theirs']}"], "theirs")
        t.wait_ready(prometheus, bases["theirs"] + "/-/ready", "theirs")
        now = int(time.time() * 1000)
        for name, base in bases.items():
            t.equal(send(base, written(now)).status, 204, f"written to {name}")
        compare(t, bases["ours"], bases["theirs"])
        custom_buckets(t, bases["ours"], now)

        for name, file in files.items():
            target = f"127.0.0.1:{ports[other[name]]}"
            with open(file, "a") as out:
                out.write(f"""scrape_configs:
- job_name: federate
  honor_labels: true
  scrape_native_histograms: true
  scrape_protocols: [PrometheusProto]
  metrics_path: /federate
  params: {{'match[]': ['{{__name__=~"up|own|text|int|floats", via="", job!="federate"}}']}}
  metric_relabel_configs: [{{target_label: via, replacement: federate}}]
  static_configs: [{{targets: ['{target}']}}]
""" if name == "ours" else f"""scrape_configs:
- job_name: federate
  honor_labels: true
  scrape_protocols: [PrometheusProto]
  metrics_path: /federate
  params: {{'match[]': ['{{__name__=~"up|own|text|int|floats", via="", job!="federate"}}']}}
  metric_relabel_configs: [{{target_label: via, replacement: federate}}]
  static_configs: [{{targets: ['{target}']}}]
""")
            t.equal(h.request(bases[name] + "/-/reload", method="POST").status, 200, f"{name} reloads")
        a = scraped(t, bases, "ours", "theirs", "ours scrapes Prometheus")
        b = scraped(t, bases, "theirs", "ours", "Prometheus scrapes ours")
        differing = {key: (a.get(key), b.get(key)) for key in {*a, *b} if a.get(key) != b.get(key)}
        t.equal(differing, {}, "both have the same")


if __name__ == "__main__":
    main()
