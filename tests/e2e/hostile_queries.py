"""Queries that want to hurt: deep nesting, huge regular expressions, wide joins, 11,000 steps, garbage.
Each gets an answer or an error, and the server goes on answering others: probes, pushes, small queries.

hostile_queries.py [COUNT [SEED]]: 300 and a fixed seed unless given; the long runs take 10,000."""

import json
import random
import time

import harness as h
import siege
from import_prometheus import field, snappy
from native_histograms import double, whole

CLIENTS = 8
SERIES, SAMPLES, STEP = 1000, 40, 15

ALLOWED = {200, 400, 422, 503}


def fill(t, base, begin_ms):
    """Series that joins and aggregations have something to do with."""
    for at in range(0, SERIES, 200):
        message = b""
        for i in range(at, at + 200):
            labels = {"__name__": "wide", "i": str(i), "ten": str(i % 10), "name": "x" * (i % 50)}
            body = b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels.items()))
            for s in range(SAMPLES):
                body += field(2, double(1, float(i * s % 97)) + whole(2, begin_ms + s * STEP * 1000))
            message += field(1, body)
        reply = h.request(base + "/api/v1/write", snappy(message),
                          {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                           "X-Prometheus-Remote-Write-Version": "0.1.0"})
        if reply.status not in (200, 204):
            t.check(False, "the series are taken", reply.text())


class Hostile:
    """Makes hostile calls of the API: (path, parameters)."""

    def __init__(self, seed, now):
        self.rng, self.now = random.Random(seed), now
        self.kinds = [self.nested, self.long, self.regex, self.join, self.steps, self.garbage, self.mangled,
                      self.parameters, self.lookups, self.labels, self.subqueries]

    def call(self):
        path, params = self.rng.choice(self.kinds)()
        return path, params

    def ask(self, query):
        """As an instant query, or a range of up to 11,000 steps."""
        if self.rng.random() < 0.6:
            return "query", {"query": query, "time": self.now}
        steps = self.rng.choice([1, 10, 1000, 11_000])
        step = self.rng.choice([0.001, 0.05, 1, 15])
        return "query_range", {"query": query, "start": self.now - steps * step, "end": self.now, "step": step}

    def nested(self):
        depth = self.rng.choice([10, 100, 499, 500, 501, 5000, 50_000])
        before, after = self.rng.choice([("(", ")"), ("-", ""), ("sum(", ")"), ("abs(", ")"), ("((-", "))"),
                                         ("1+(", ")"), ("topk(1,", ")"), ("{", "}"), ("[", "]"), ("wide[1m:", "]")])
        return self.ask(before * depth + self.rng.choice(["wide", "1", ""]) + after * depth)

    def long(self):
        count = self.rng.choice([100, 2000, 20_000])
        op = self.rng.choice(["+", "or", "and", "unless", "*", "==", "^"])
        operand = self.rng.choice(["1", "wide", "vector(1)", "wide{i=\"1\"}"])
        return self.ask(f" {op} ".join([operand] * count))

    def regex(self):
        n = self.rng.choice([10, 500, 5000])
        pattern = self.rng.choice([
            "(" * n + "a" + ")" * n, "(a|b|ab)*" * n, "|".join(f"x{i}" for i in range(n)), ".*" * n + "y",
            "(x{1000}){1000}", "[^a]{1,1000}" * 10, "(?i)" + "a?" * n + "a" * n, "\\p{L}+" * n, "(", "x**", "[z-a]",
            "(.*)(.*)(.*)(.*)(.*)(.*)x", "^" * n, "\\x{10FFFF}" * n])
        query = self.rng.choice(["wide{name=~\"%s\"}", "{__name__=~\"%s\"}", "sum(wide{name!~\"%s\"})",
                                 "label_replace(wide, \"z\", \"$1\", \"name\", \"%s\")"])
        return self.ask(query % pattern.replace("\\", "\\\\"))

    def join(self):
        return self.ask(self.rng.choice([
            "wide * on() group_left() wide", "wide * on(ten) wide", "wide * on(ten) group_right(name) wide",
            "wide * ignoring(i, name, ten) group_left wide", "{__name__=~\".+\"} == on(i) {__name__=~\".+\"}",
            "wide or wide offset 15s or wide offset 30s or wide offset 45s", "wide and on() wide unless on() wide",
            "count_values(\"v\", wide)", "count_values without() (\"i\", wide)", "topk(1e18, wide)", "topk(NaN, wide)",
            "quantile(-1, wide) by (i, ten, name)", "sum by (i) (wide) * on(i) group_left wide",
            "label_join(wide, \"z\", \"" + "-" * 1000 + "\", " + ",".join(["\"name\""] * 50) + ")",
            "label_replace(wide, \"i\", \"\", \"i\", \".*\")", "absent(wide) * wide", "wide ^ wide ^ wide ^ wide",
            "sort_desc(wide) > bool 1e308 * 1e308", "group(wide) by (__name__, i, ten, name)", "limitk(5, wide)"]))

    def steps(self):
        function = self.rng.choice(["rate", "quantile_over_time", "stddev_over_time", "predict_linear", "deriv",
                                    "changes", "double_exponential_smoothing", "avg_over_time", "irate"])
        window = self.rng.choice(["15s", "10m", "1y", "290y"])
        selector = self.rng.choice(["wide", "wide{ten=\"1\"}", "wide{i=\"7\"}"])
        extra = {"quantile_over_time": ("0.9, ", ""), "predict_linear": ("", ", 60"),
                 "double_exponential_smoothing": ("", ", 0.5, 0.5")}.get(function, ("", ""))
        query = f"sum by (ten) ({function}({extra[0]}{selector}[{window}]{extra[1]}))"
        return "query_range", {"query": query, "start": self.now - 600, "end": self.now,
                               "step": self.rng.choice([600 / 11_000, 1, 0.06])}

    def subqueries(self):
        inner = "wide{i=\"3\"}"
        for _ in range(self.rng.randrange(1, 6)):
            inner = f"max_over_time({inner}[{self.rng.choice(['10m', '1h', '30d'])}:{self.rng.choice(['1ms', '1s', '1m'])}])"
        return self.ask(inner)

    def garbage(self):
        size = self.rng.choice([0, 1, 10, 1000, 100_000])
        return self.ask(self.rng.choice([
            bytes(self.rng.randrange(256) for _ in range(min(size, 1000))).decode("latin-1"),
            "".join(self.rng.choice("(){}[]\"'`+-*/%^=!~<>,:@ \n\0#abc019.") for _ in range(size)),
            "\0" * size, "\u00e9" * size, "\"" + "\\" * size, "#" + "x" * size, "1e" + "9" * size, "0x" + "f" * size,
            "1" * size, "[" * size]))

    def mangled(self):
        query = list(self.rng.choice(["sum by (ten) (rate(wide{i=~\"1.*\"}[5m] offset 1m)) > bool 3",
                                      "wide @ end() - on(i) group_left(name) wide{ten!=\"1\"}[1m:5s]",
                                      "histogram_quantile(0.9, sum(rate(wide[1m])) by (le))"]))
        for _ in range(self.rng.randrange(1, 8)):
            at = self.rng.randrange(len(query))
            query[at] = self.rng.choice(["", query[at] * 2, "(", ")", "[", "]", "\"", "5m", "@", "by", "\x80"])
        return self.ask("".join(query))

    def parameters(self):
        odd = ["", "0", "-1", "NaN", "Inf", "-Inf", "1e300", "-1e300", "9" * 400, "abc", "1e-300", "0x10", "1h", "\0",
               "9223372036854775807", "2026-13-01T00:00:00Z", str(self.now), "292277025-08-18T07:12:54.999999999Z"]
        params = {"query": self.rng.choice(["up", "wide", "wide[5m]", "time()"])}
        for name in self.rng.sample(["start", "end", "step", "time", "timeout", "limit", "lookback_delta", "stats"], 5):
            params[name] = self.rng.choice(odd)
        return self.rng.choice(["query", "query_range", "query_exemplars", "format_query", "parse_query"]), params

    def lookups(self):
        match = self.rng.choice(["{", "wide", "{__name__=~\".*\"}", "{__name__=~\".+\"}", "wide{name=~\"" + "x?" * 2000 + "\"}",
                                 "wide[5m]", "1", "\0", "{i!~\"[0-9]+\"}"])
        return self.rng.choice(["series", "labels", "label/i/values", "label/%00/values", "label/U__x_/values",
                                "metadata", "rules", "targets", "status/tsdb"]), {
            "match[]": [match] * self.rng.choice([1, 3, 300]), "limit": self.rng.choice(["", "1", "999999999999", "-5"])}

    def labels(self):
        names = ",".join(f"l{i}" for i in range(self.rng.choice([10, 5000])))
        return self.ask(self.rng.choice(["sum by (%s) (wide)", "wide * on (%s) group_left wide", "sum without (%s) (wide)",
                                         "wide + ignoring (%s) wide"]) % names)


def send(base, path, params):
    data = siege.form_of(params)
    if path.startswith(("label/", "metadata", "rules", "targets", "status")):
        if len(data) > 60_000:
            data = data[:60_000].rsplit(b"&", 1)[0]
        return h.request(f"{base}/api/v1/{path}?{data.decode()}", timeout=60)
    return h.request(f"{base}/api/v1/{path}", data, siege.FORM, timeout=60)


def status_of(body):
    """Of long answers by their ends: to parse hundreds of MB lets nobody else of this process go on, and the server
    gives up who reads nothing for a minute."""
    if len(body) > 4 << 20:
        return "success" if body.startswith(b'{"status":"success"') and body.endswith(b"}") else "cut"
    return json.loads(body)["status"]


def is_answer(reply):
    return reply.status in ALLOWED and status_of(reply.body) in ("success", "error")


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        collector = t.collector("hostile", port, f"--config.file={t.write('empty.yml', 'scrape_configs: []')}",
                                "--web.enable-remote-write-receiver", "--query.timeout=3s")
        now = int(time.time())
        fill(t, base, (now - SAMPLES * STEP) * 1000)
        hostiles = [Hostile(siege.SEED * 1000 + i, now) for i in range(CLIENTS)]
        siege.besiege(t, collector, port, "/api/v1/", hostiles,
                      lambda path, params: send(base, path, params), is_answer)
        t.eventually(lambda: h.get(base + "/api/v1/query", {"query": "count(wide)", "time": now}).status == 200,
                     "and answers others")
        t.eventually(lambda: "vedette_queries_running 0" in h.get(base + "/metrics").text(),
                     "nothing of them still runs")


if __name__ == "__main__":
    main()
