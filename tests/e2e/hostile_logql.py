"""Log queries that want to hurt: templates that loop, regular expressions that explode elsewhere, labels by the
thousand, nesting, garbage, the whole store read for one answer. Each gets an answer or an error, and the server goes
on answering others: probes, pushes, alerts.

hostile_logql.py [COUNT [SEED]]: 300 and a fixed seed unless given; the long runs take 10,000."""

import json
import random
import time

import account
import harness as h
import siege

CLIENTS = 8
LINES = 20_000
# What Loki answers: text where it fails; too long is 504, too busy 429 or 503.
ALLOWED = {200, 400, 404, 429, 503, 504}


def fill(t, base, now_ns):
    """Lines of each kind, and some made to hurt."""
    rng = random.Random(1)
    deep = '{"a":' * 20_000
    wide = '{"' + "A" * 100_000 + '":{' + ",".join(f'"a{i}":1' for i in range(10_000)) + "}}"
    odd = [deep, wide, "=" * 50_000, "k=v " * 20_000, "\x1b[31m" * 5_000, "1.1.1." * 9_000, "\u00e9" * 20_000]
    for begin in range(0, LINES, 2000):
        streams = {}
        for i in range(begin, begin + 2000):
            status = rng.choice([200, 404, 500, 503])
            line = rng.choice([
                f'{{"status":{status},"took":"{i % 90}ms","request":{{"method":"GET","uri":"/x/{i}"}}}}',
                f"level=info status={status} took={i % 90} msg=\"request {i}\"",
                f"plain words and 10.0.{i % 256}.{i % 7} number {i}"])
            streams.setdefault(i % 40, []).append([str(now_ns - i * 50_000_000), line])
        if begin == 0:
            streams[40] = [[str(now_ns - i), line] for i, line in enumerate(odd)]
        reply = h.post_json(base + "/loki/api/v1/push", {"streams": [
            {"stream": {"app": "wide", "i": str(k), "ten": str(k % 10)}, "values": v} for k, v in streams.items()]})
        if reply.status != 204:
            t.check(False, "the lines are taken", reply.text())


class Hostile:
    """Makes hostile calls of the API: (path, parameters)."""

    def __init__(self, seed, now_ns):
        self.rng, self.now_ns = random.Random(seed), now_ns
        self.kinds = [self.garbage, self.mangled, self.nested, self.regex, self.template, self.labels, self.chain,
                      self.metric, self.replace, self.steps, self.parameters, self.lookups]

    def call(self):
        return self.rng.choice(self.kinds)()

    def ask(self, query):
        if self.rng.random() < 0.2:
            return "query", {"query": query, "time": self.now_ns}
        return "query_range", {"query": query, "start": self.now_ns - 2_000_000_000_000, "end": self.now_ns + 1,
                               "limit": self.rng.choice([1, 100, 5000]), "step": self.rng.choice([1, 15, 600]),
                               "direction": self.rng.choice(["forward", "BACKWARD"])}

    def selector(self):
        return self.rng.choice(['{app="wide"}', '{app=~".+"}', '{i="40"}', '{ten=~"1|2|3"}', '{app=~"(w|i|d|e)*"}'])

    def garbage(self):
        size = self.rng.choice([0, 1, 10, 1000, 100_000, 140_000])
        return self.ask(self.rng.choice([
            "".join(self.rng.choice("(){}[]\"'`+-*/%^=!~<>|,:# \n\0abc019.") for _ in range(size)),
            "\0" * size, "\"" + "\\" * size, "#" + "x" * size, "{a=\"" + "b" * size + "\"}", "1" * size, "|" * size,
            "`" * size, "{" * size, "\ufffd" * (size // 3)]))

    def mangled(self):
        query = list(self.rng.choice([
            'sum by (ten) (rate({app="wide"} |= "x" | json | status >= 500 | line_format "{{.took}}" [5m] offset 1m))',
            'quantile_over_time(0.9, {app="wide"} | logfmt | unwrap duration(took) | __error__="" [1m]) by (i) > bool 3',
            'label_replace(topk(3, count_over_time({app="wide"} | pattern "<a> <_>" [1m])), "x", "$1", "i", "(.*)")']))
        for _ in range(self.rng.randrange(1, 8)):
            at = self.rng.randrange(len(query))
            query[at] = self.rng.choice(["", query[at] * 2, "(", ")", "[", "]", '"', "5m", "|", "by", "\x80", "{{"])
        return self.ask("".join(query))

    def nested(self):
        depth = self.rng.choice([10, 100, 129, 1000, 20_000])
        before, after = self.rng.choice([("(", ")"), ("sum(", ")"), ("sort(", ")"), ("topk(1,", ")"), ("-(", ")"),
                                         ("1+(", ")"), ("label_replace(", ',"a","b","c","d")')])
        inner = self.rng.choice(["vector(1)", f"rate({self.selector()}[1m])", "1", ""])
        if self.rng.random() < 0.3:
            return self.ask(self.selector() + " | json | " + "(" * depth + "a=1" + ")" * depth)
        return self.ask(before * depth + inner + after * depth)

    def regex(self):
        n = self.rng.choice([10, 500, 5000])
        pattern = self.rng.choice([
            "(" * n + "a" + ")" * n, "(a|b|ab)*" * n, "|".join(f"x{i}" for i in range(n)), ".*" * n + "y", "(x+x+)+y",
            "((a{30}){30}){30}", "[^a]{1,1000}" * 10, "(?i)" + "a?" * n + "a" * n, "(", "x**", "[z-a]",
            "(.*)(.*)(.*)(.*)(.*)(.*)x", "(?P<g>.*)" * min(n, 50), "".join(f"(?P<g{i}>.*" for i in range(100)) + ")" * 100])
        stage = self.rng.choice(["|~ `%s`", "!~ `%s`", "| regexp `%s`", "| json | status=~`%s`", "| i!~`%s`",
                                 "|> `%s`", "| pattern `%s`", "| keep i=~`%s`"])
        return self.ask(self.selector() + " " + stage % pattern)

    def template(self):
        text = self.rng.choice([
            '{{ range $i := 999999999 }}x{{ end }}', '{{ repeat 1000000 "x" }}', '{{ repeat 999999999999 .took }}',
            '{{ regexReplaceAll "" (repeat 1000000 "a") (repeat 1000000 "b") }}',
            '{{ $l := fromJson (printf "[%s0]" (repeat 400000 "0,")) }}' + "{{ print $l $l $l $l }}" * 50,
            '{{ Trim (repeat 1000000 "a") (print (repeat 900000 "b") "a") }}',
            '{{ Replace (repeat 900000 "a") (print (repeat 400000 "a") "b") "c" -1 }}',
            '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}', "{{ if " * 2000 + "1",
            '{{ range $a, $b := . }}{{ range $c, $d := $ }}{{ $b }}{{ $d }}{{ end }}{{ end }}',
            '{{ toDateInZone "2006" "/dev/zero" "2020" }}', '{{ alignLeft 999999999 .took }}', '{{ .a.b.c.d }}',
            '{{ div 1 0 }}{{ mod 1 0 }}{{ divf 1 0 }}', '{{ indent 999999999 __line__ }}', '{{ printf "%999999999d" 1 }}',
            "{{" * 5000, '{{ slice __line__ 5 99999999 }}', '{{ index __line__ -1 }}', '{{ __line__ | b64enc | b64enc }}' * 100])
        stage = self.rng.choice(["line_format", "label_format x="])
        return self.ask(f"{self.selector()} | {self.rng.choice(['json', 'logfmt'])} | {stage} `{text}`".replace("= `", "=`"))

    def labels(self):
        names = ",".join(f"l{i}" for i in range(self.rng.choice([10, 3000])))
        return self.ask(self.rng.choice([
            f"{self.selector()} | drop {names}", f"{self.selector()} | json | keep {names}",
            f"sum by ({names}) (rate({self.selector()} | json [1m]))",
            f"{self.selector()} | json " + ",".join(f'l{i}="a.b[{i}].c"' for i in range(1000)),
            f"{self.selector()} | label_format " + ",".join(f"l{i}=`{{{{ repeat 1000 .took }}}}`" for i in range(2000))]))

    def chain(self):
        stage = self.rng.choice(["| json", "| logfmt", "|= `x`", "!= `zzz`", "| decolorize", "| unpack", "| status > 1",
                                 "| line_format `{{__line__}}{{__line__}}`", "| label_format a=i", "|= ip(`10.0.0.0/8`)",
                                 "| pattern `<a> <b>`", "| regexp `(?P<a>.)`"])
        return self.ask(self.selector() + f" {stage}" * self.rng.choice([10, 200, 3000]))

    def metric(self):
        function = self.rng.choice(["rate", "sum_over_time", "quantile_over_time", "stddev_over_time", "absent_over_time",
                                    "rate_counter", "first_over_time", "bytes_rate", "count_over_time"])
        unwrap = self.rng.choice(["", "| unwrap took", "| unwrap duration(took) | __error__=``", "| unwrap status | __error__=``"])
        window = self.rng.choice(["1ms", "1m", "1d", "290y"])
        first = "0.99, " if function == "quantile_over_time" else ""
        return self.ask(f"{function}({first}{self.selector()} | json {unwrap} [{window}])")

    def replace(self):
        query = "vector(1)"
        for i in range(self.rng.randrange(2, 6)):
            query = f'label_replace({query}, "x", "{"$1" * 900 if i else "a" * 5000}", "x", "(.*)")'
        return self.ask(query)

    def steps(self):
        step = self.rng.choice(["1ms", "0.2", "1s", "0", "-1", "NaN"])
        joined = self.rng.choice([" + ", " or ", " unless ", " / on(ten) group_left "]).join(
            [f"sum by (ten, i) (rate({self.selector()} | logfmt [1m]))"] * self.rng.choice([2, 30]))
        return "query_range", {"query": joined, "start": self.now_ns - 2_000_000_000_000, "end": self.now_ns, "step": step}

    def parameters(self):
        odd = ["", "0", "-1", "NaN", "Inf", "1e300", "9" * 400, "abc", "0x10", "1h", "\0", "9223372036854775807",
               "2026-13-01T00:00:00Z", str(self.now_ns)]
        params = {"query": self.rng.choice([self.selector(), f"rate({self.selector()}[1m])"])}
        for name in self.rng.sample(["start", "end", "step", "time", "limit", "direction", "interval", "since", "line_limit"], 5):
            params[name] = self.rng.choice(odd)
        return self.rng.choice(["query", "query_range", "detected_fields", "index/volume", "index/volume_range",
                                "index/stats", "patterns"]), params

    def lookups(self):
        query = self.rng.choice([self.selector(), "{", "{}", '{app=~"' + "x?" * 2000 + '"}', self.selector() + " | json | logfmt"])
        return self.rng.choice(["series", "labels", "label/i/values", "label/%00/values", "detected_fields",
                                "detected_field/took/values", "detected_labels", "index/volume", "patterns",
                                "format_query"]), {
            "query": query, "match[]": [query] * self.rng.choice([1, 100]), "line_limit": self.rng.choice(["", "5000"])}


def is_answer(reply):
    if reply.status == 200 and len(reply.body) < 4 << 20:
        json.loads(reply.body)
    return reply.status in ALLOWED


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        collector = t.collector("hostile", port, f"--config.file={t.write('empty.yml', 'scrape_configs: []')}",
                                "--query.timeout=3s")
        now_ns = time.time_ns()
        fill(t, base, now_ns)

        def send(path, params):
            return h.request(f"{base}/loki/api/v1/{path}", siege.form_of(params), siege.FORM, timeout=60)
        hostiles = [Hostile(siege.SEED * 1000 + i, now_ns) for i in range(CLIENTS)]
        siege.besiege(t, collector, port, "/loki/api/v1/", hostiles, send, is_answer)
        t.eventually(lambda: h.get(base + "/loki/api/v1/query_range", {"query": '{app="wide", i="1"}'}).status == 200,
                     "and answers others")

        def rests():
            before = account.cpu_ns(collector.popen.pid)
            time.sleep(0.5)
            return account.cpu_ns(collector.popen.pid) - before < 50_000_000
        t.eventually(rests, "nothing of them still runs, though a tenth of the askers went away", seconds=15)


if __name__ == "__main__":
    main()
