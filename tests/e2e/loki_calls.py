"""What Grafana's Loki data source and Logs Drilldown ask, replayed against a collector that was pushed
to in every form: statuses, types and shapes; lines followed over a WebSocket; a push of OTLP logs."""

import base64
import gzip
import json
import os
import socket
import struct
import time
import urllib.parse

import harness as h

NOW = time.time_ns()
START, END = NOW - 3600 * 10**9, NOW + 60 * 10**9
TAGS = {"X-Query-Tags": "Source=grafana-lokiexplore-app"}
CATEGORIZE = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}


def push(base, streams, **headers):
    return h.request(base + "/loki/api/v1/push", json.dumps({"streams": streams}).encode(),
                     {"Content-Type": "application/json", **headers})


def fill(t, base):
    lines = [[str(NOW - (60 - i) * 10**9), f"level={'error' if i % 5 == 0 else 'info'} took={i}ms n={i}"]
             for i in range(60)]
    t.equal(push(base, [{"stream": {"app": "g1", "env": "prod"}, "values": lines}]).status, 204,
            "JSON is pushed")
    caddy = json.dumps({"streams": [{"stream": {"service_name": "caddy"}, "values": [
        [str(NOW - 10**9), json.dumps({"level": "warn", "status": 502, "request": {"uri": "/a b"}}),
         {"trace_id": "t1"}]]}]})
    t.equal(h.request(base + "/loki/api/v1/push", gzip.compress(caddy.encode()),
                      {"Content-Type": "application/json", "Content-Encoding": "gzip"}).status, 204,
            "JSON in gzip")
    otlp = {"resourceLogs": [{"resource": {"attributes": [
        {"key": "service.name", "value": {"stringValue": "otel1"}}]}, "scopeLogs": [{"logRecords": [
            {"timeUnixNano": str(NOW), "severityNumber": 17, "body": {"stringValue": "otel body"}}]}]}]}
    t.equal(h.post_json(base + "/otlp/v1/logs", otlp).status, 204, "OTLP logs")
    reply = push(base, [{"stream": {"app": "g1"}, "values": [["1", "too old"], [str(NOW), "good"]]}])
    t.check(reply.status == 400 and "text/plain" in reply.headers["Content-Type"],
            "a push of which some is too old says so", reply.text())
    found = h.get(base + "/loki/api/v1/query_range", {"query": '{app="g1"} |= "good"', "start": START,
                                                      "end": END}).json()
    t.equal(len(found["data"]["result"]), 1, "and the rest of it is stored")


def members(value):
    """The shape of a reply: names of members, of lists that of the first item."""
    if isinstance(value, dict):
        return {k: members(v) for k, v in value.items() if k not in ("stats", "stream", "metric")}
    if isinstance(value, list):
        return [members(value[0])] if value else []
    return type(value).__name__


RFC = {"start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START // 10**9)),
       "end": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(END // 10**9))}
RANGE = {"start": START, "end": END}
ALL_FIELDS = '{service_name="caddy"} | json | logfmt | drop __error__, __error_details__'

# Who asks, the path, its parameters, headers, and what is in the reply.
CALLS = [
    ("panel", "query_range", {"query": '{app="g1"}', "direction": "backward", "limit": 100, "step":
                              "15000ms", **RANGE}, CATEGORIZE, ["encodingFlags", "structuredMetadata"]),
    ("volume bar", "query_range", {"query": 'sum by (level, detected_level) (count_over_time({app="g1"} '
                                   '| drop __error__ [15s]))', "step": "15000ms", **RANGE},
     {"X-Query-Tags": "Source=logvolhist"}, ['"matrix"', '"detected_level":"error"']),
    ("context", "query_range", {"query": '{app="g1"}', "direction": "forward", "limit": 10,
                                "start": NOW - 7200 * 10**9, "end": END}, {}, ['"streams"']),
    ("editor", "labels", RANGE, {}, ['"app"', '"service_name"']),
    ("editor", "labels", {"query": '{app="g1"}', **RANGE}, {}, ['"env"']),
    ("editor", "label/app/values", {"query": '{env="prod"}', **RANGE}, {}, ['"g1"']),
    ("editor", "series", {"match[]": '{app="g1"}', **RANGE}, {}, ['"env":"prod"']),
    ("editor", "index/stats", {"query": '{app="g1"}', **RANGE}, {}, ['"streams":', '"entries":']),
    ("editor", "detected_labels", RANGE, {}, ['"detectedLabels"', '"cardinality"']),
    ("editor", "detected_fields", {"query": '{service_name="caddy"}', "limit": 1000, **RANGE}, {},
     ['"request_uri"', '"jsonPath":["request","uri"]', '"limit":1000']),
    ("editor", "detected_field/status/values", {"query": '{service_name="caddy"}', **RANGE}, {},
     ['"502"', '"limit":']),
    ("editor", "format_query", {"query": '{app="g1"}|="a"'}, {}, ['{app=\\"g1\\"} |= \\"a\\"']),
    ("home", "index/volume_range", {"query": "{}", "step": "30m", "aggregateBy": "labels", **RANGE}, {},
     ['"resultType"', '"app":""']),
    ("drilldown", "drilldown-limits", {}, TAGS, ['"limits"', '"version"', '"volume_enabled":true']),
    ("drilldown", "labels", RFC, TAGS, ['"service_name"']),
    ("drilldown", "index/volume", {"query": '{service_name=~`.+`}', "limit": 5000, **RFC}, TAGS,
     ['"vector"', '"service_name":"caddy"', '"service_name":"otel1"']),
    ("drilldown", "detected_labels", {"query": '{service_name="g1"}', **RFC}, TAGS, ['"env"']),
    ("drilldown", "detected_fields", {"query": ALL_FIELDS, "line_limit": 1000, **RFC}, TAGS,
     ['"status"', '"type":"int"', '"trace_id"']),
    ("drilldown", "detected_field/detected_level/values", {"query": ALL_FIELDS, **RFC}, TAGS, ['"warn"']),
    ("drilldown", "patterns", {"query": '{service_name="g1"}', "step": "10s", **RFC}, TAGS,
     ['level=info took=<_> n=<_>', '"level":"info"', '"samples"']),
    ("drilldown", "query_range", {"query": 'sum by (detected_level) (count_over_time({service_name="g1"}'
                                  '[1m]))', "step": "60s", **RFC}, TAGS, ['"detected_level":"info"']),
]


def calls(t, base):
    for who, path, params, headers, holds in CALLS:
        reply = h.get(f"{base}/loki/api/v1/{path}", params, headers=headers)
        missing = [text for text in holds if text not in reply.text()]
        t.check(reply.status == 200 and not missing
                and reply.headers["Content-Type"].startswith("application/json"),
                f"{who}: {path} {params.get('query', '')}", f"{missing} not in {reply.text()[:1500]}")
        form = urllib.parse.urlencode(params).encode()
        if path.endswith("limits"):
            continue
        posted = h.request(f"{base}/loki/api/v1/{path}", form,
                           {"Content-Type": "application/x-www-form-urlencoded", **headers})
        t.check(posted.status == 200 and members(posted.json()) == members(reply.json()),
                f"{who}: {path} as a form", posted.text()[:500])


def others(t, base):
    health = h.get(base + "/loki/api/v1/query", {"query": "vector(1)+vector(1)", "time": "4000000000"})
    t.equal(health.json()["data"]["result"], [{"metric": {}, "value": [4000000000, "2"]}],
            "save and test has one sample of 2")
    t.check(h.get(base + "/loki/api/v1/status/buildinfo").json()["version"].startswith("3."),
            "a version of Loki 3")
    t.equal(h.get(base + "/ready").text(), "ready\n", "ready")
    t.check(h.get(base + "/loki/api/v2alpha/tail").status != 400, "the old tail path is not a 400")
    t.equal(h.get(base + "/prometheus/api/v1/rules").json()["data"], {"groups": []}, "no rules")
    bad = h.get(base + "/loki/api/v1/query_range", {"query": "{app="})
    t.check(bad.status == 400 and bad.text().startswith("parse error at line 1, col 6:")
            and bad.headers["Content-Type"].startswith("text/plain"), "errors are text", bad.text())
    t.equal(h.get(base + "/loki/api/v1/tail", {"query": '{app="g1"}'}).status, 400,
            "following without a WebSocket")


class Following:
    """A WebSocket client: no more of RFC 6455 than these tests need."""

    def __init__(self, port, query):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        target = "/loki/api/v1/tail?" + urllib.parse.urlencode(query)
        self.socket.sendall((f"GET {target} HTTP/1.1\r\nHost: l\r\nConnection: Upgrade\r\nUpgrade: websocket"
                             f"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.head, self.rest = b"", b""
        while b"\r\n\r\n" not in self.head:
            self.head += self.socket.recv(1)

    def take(self, count):
        while len(self.rest) < count:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError("closed")
            self.rest += got
        out, self.rest = self.rest[:count], self.rest[count:]
        return out

    def frame(self):
        while True:
            first, length = self.take(2)
            if length == 126:
                length, = struct.unpack(">H", self.take(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.take(8))
            payload = self.take(length)
            if first & 15 == 1:
                return json.loads(payload)
            if first & 15 == 8:
                raise EOFError(payload[2:].decode())


def follow(t, base, port):
    tail = Following(port, {"query": '{app="tail"} |= "x"', "limit": 3})
    t.check(tail.head.startswith(b"HTTP/1.1 101 "), "following begins", tail.head)
    now = time.time_ns()
    push(base, [{"stream": {"app": "tail"}, "values": [[str(now), "x1"], [str(now + 1), "y"]]}])
    push(base, [{"stream": {"app": "other"}, "values": [[str(now), "x"]]}])
    frame = tail.frame()
    t.equal([value for stream in frame["streams"] for value in stream["values"]], [[str(now), "x1"]],
            "a line that matches comes, and no other")
    t.equal(frame["streams"][0]["stream"]["service_name"], "tail", "with its labels")
    again = Following(port, {"query": '{app="tail"}', "limit": 1, "start": now - 10**9})
    t.equal(again.frame()["streams"][0]["values"], [[str(now + 1), "y"]],
            "what was there comes first, the newest of it")
    push(base, [{"stream": {"app": "tail"}, "values": [[str(now + i), f"x{i}"] for i in range(2, 9)]}])
    got = []
    while len(got) < 7:
        frame = tail.frame()
        t.check(sum(len(s["values"]) for s in frame["streams"]) <= 3, "frames hold three lines at most")
        got += [value[1] for stream in frame["streams"] for value in stream["values"]]
    t.equal(got, [f"x{i}" for i in range(2, 9)], "all lines, in order")
    again.socket.close()


def main():
    with h.running() as t:
        port = h.free_port()
        collector = t.collector("c", port)
        base = f"http://127.0.0.1:{port}"
        fill(t, base)
        calls(t, base)
        others(t, base)
        follow(t, base, port)
        tail = Following(port, {"query": '{app="tail"}'})
        tail.frame()
        t.equal(collector.stop()[0], 0, "a collector that is followed stops")
        try:
            tail.frame()
            t.check(False, "followers are told")
        except EOFError as end:
            t.equal(str(end), "the server stops", "followers are told")


main()
