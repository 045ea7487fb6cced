"""OTLP metrics in: the same request as protobuf and as JSON, plain and by gzip, makes the same series;
VictoriaMetrics, which names as Prometheus does, has the same values by the same names; deltas, bad
points and bad bodies are answered as OTLP/HTTP says; a reload changes the settings. (Debian's build of
Prometheus 3.5.3 leaves its OTLP receiver out, and cannot judge.)"""

import base64
import gzip
import json
import struct
import time

import harness as h

PATH = "/api/v1/otlp/v1/metrics"


def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7f | 0x80]), n >> 7
    return out + bytes([n])


def zigzag(n):
    return n << 1 if n >= 0 else (-n << 1) - 1


# Of each message its fields: JSON's name, number, how it is coded. A message's name stands for itself.
MESSAGES = {
    "Request": {"resourceMetrics": (1, ["ResourceMetrics"])},
    "ResourceMetrics": {"resource": (1, "Resource"), "scopeMetrics": (2, ["ScopeMetrics"]),
                        "schemaUrl": (3, "text")},
    "Resource": {"attributes": (1, ["KeyValue"])},
    "ScopeMetrics": {"scope": (1, "Scope"), "metrics": (2, ["Metric"]), "schemaUrl": (3, "text")},
    "Scope": {"name": (1, "text"), "version": (2, "text"), "attributes": (3, ["KeyValue"])},
    "Metric": {"name": (1, "text"), "description": (2, "text"), "unit": (3, "text"), "gauge": (5, "Gauge"),
               "sum": (7, "Sum"), "histogram": (9, "Histogram"), "exponentialHistogram": (10, "Exponential"),
               "summary": (11, "Summary")},
    "Gauge": {"dataPoints": (1, ["Number"])},
    "Sum": {"dataPoints": (1, ["Number"]), "aggregationTemporality": (2, "varint"), "isMonotonic": (3, "varint")},
    "Histogram": {"dataPoints": (1, ["HistogramPoint"]), "aggregationTemporality": (2, "varint")},
    "Exponential": {"dataPoints": (1, ["ExponentialPoint"]), "aggregationTemporality": (2, "varint")},
    "Summary": {"dataPoints": (1, ["SummaryPoint"])},
    "Number": {"startTimeUnixNano": (2, "fixed"), "timeUnixNano": (3, "fixed"), "asDouble": (4, "double"),
               "exemplars": (5, ["Exemplar"]), "asInt": (6, "fixed"), "attributes": (7, ["KeyValue"]),
               "flags": (8, "varint")},
    "HistogramPoint": {"startTimeUnixNano": (2, "fixed"), "timeUnixNano": (3, "fixed"), "count": (4, "fixed"),
                       "sum": (5, "double"), "bucketCounts": (6, "fixeds"), "explicitBounds": (7, "doubles"),
                       "exemplars": (8, ["Exemplar"]), "attributes": (9, ["KeyValue"]), "flags": (10, "varint")},
    "ExponentialPoint": {"attributes": (1, ["KeyValue"]), "startTimeUnixNano": (2, "fixed"),
                         "timeUnixNano": (3, "fixed"), "count": (4, "fixed"), "sum": (5, "double"),
                         "scale": (6, "zigzag"), "zeroCount": (7, "fixed"), "positive": (8, "Buckets"),
                         "negative": (9, "Buckets"), "flags": (10, "varint"), "zeroThreshold": (14, "double")},
    "Buckets": {"offset": (1, "zigzag"), "bucketCounts": (2, "varints")},
    "SummaryPoint": {"startTimeUnixNano": (2, "fixed"), "timeUnixNano": (3, "fixed"), "count": (4, "fixed"),
                     "sum": (5, "double"), "quantileValues": (6, ["Quantile"]), "attributes": (7, ["KeyValue"]),
                     "flags": (8, "varint")},
    "Quantile": {"quantile": (1, "double"), "value": (2, "double")},
    "Exemplar": {"timeUnixNano": (2, "fixed"), "asDouble": (3, "double"), "spanId": (4, "hex"),
                 "traceId": (5, "hex"), "asInt": (6, "fixed"), "filteredAttributes": (7, ["KeyValue"])},
    "KeyValue": {"key": (1, "text"), "value": (2, "AnyValue")},
    "AnyValue": {"stringValue": (1, "text"), "boolValue": (2, "varint"), "intValue": (3, "varint"),
                 "doubleValue": (4, "double"), "arrayValue": (5, "ArrayValue"), "kvlistValue": (6, "ListValue"),
                 "bytesValue": (7, "base64")},
    "ArrayValue": {"values": (1, ["AnyValue"])},
    "ListValue": {"values": (1, ["KeyValue"])},
}


def fixed(value):
    return struct.pack("<Q", int(value) & 0xFFFFFFFFFFFFFFFF)


def double(value):
    return struct.pack("<d", float(str(value).replace("Infinity", "inf")))


def field(number, kind, value):
    if kind == "varint":
        return varint(number << 3) + varint(int(value) & 0xFFFFFFFFFFFFFFFF)
    if kind == "zigzag":
        return varint(number << 3) + varint(zigzag(int(value)))
    if kind in ("fixed", "double"):
        return varint(number << 3 | 1) + (fixed(value) if kind == "fixed" else double(value))
    if kind == "text":
        body = value.encode()
    elif kind == "hex":
        body = bytes.fromhex(value)
    elif kind == "base64":
        body = base64.b64decode(value)
    elif kind == "fixeds":
        body = b"".join(map(fixed, value))
    elif kind == "doubles":
        body = b"".join(map(double, value))
    elif kind == "varints":
        body = b"".join(varint(int(v)) for v in value)
    else:
        body = encode(kind, value)
    return varint(number << 3 | 2) + varint(len(body)) + body


def encode(message, value):
    """`value`, as OTLP's JSON has it, as protobuf."""
    out = b""
    for name, one in value.items():
        number, kind = MESSAGES[message][name]
        for item in one if isinstance(kind, list) else [one]:
            out += field(number, kind[0] if isinstance(kind, list) else kind, item)
    return out


def attributes(**pairs):
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in pairs.items()]


def request(metrics, resource=None):
    return {"resourceMetrics": [{"resource": {"attributes": resource or []}, "scopeMetrics": [
        {"scope": {"name": "e2e"}, "metrics": metrics}]}]}


def everything(ns):
    """A metric of each kind, at `ns` nanoseconds."""
    def at(**more):
        return {"timeUnixNano": str(ns), **more}
    exemplar = {"timeUnixNano": str(ns), "asDouble": 0.7, "traceId": "0af7651916cd43dd8448eb211c80319c",
                "spanId": "b7ad6b7169203331", "filteredAttributes": attributes(user="u")}
    return request([
        {"name": "room.temperature", "unit": "Cel", "description": "How warm it is.", "gauge": {"dataPoints": [
            at(asDouble=21.5, attributes=attributes(room="a")), at(asInt="19", attributes=attributes(room="b"))]}},
        {"name": "http.requests", "unit": "{request}", "sum": {
            "aggregationTemporality": 2, "isMonotonic": True,
            "dataPoints": [at(asInt="1234", attributes=attributes(http__route="/a b"), exemplars=[exemplar])]}},
        {"name": "queue.size", "unit": "By", "sum": {"aggregationTemporality": 2,
                                                      "dataPoints": [at(asInt="-7")]}},
        {"name": "request.duration", "unit": "s", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            at(count="10", sum=12.25, bucketCounts=["1", "2", "3", "4"], explicitBounds=[0.1, 1, 2.5],
               exemplars=[exemplar])]}},
        {"name": "payload.size", "unit": "KiBy", "exponentialHistogram": {"aggregationTemporality": 2,
            "dataPoints": [at(count="9", sum=30.5, scale=2, zeroCount="1",
                              positive={"offset": 1, "bucketCounts": ["2", "0", "5"]},
                              negative={"offset": 0, "bucketCounts": ["1"]})]}},
        {"name": "lag", "unit": "ms", "summary": {"dataPoints": [
            at(count="5", sum=7.5, quantileValues=[{"quantile": 0.5, "value": 1}, {"quantile": 0.99, "value": 4}])]}},
        {"name": "cpu.utilization", "unit": "1", "gauge": {"dataPoints": [at(asDouble=0.25)]}},
    ], attributes(service__name="shop", service__namespace="eu", service__instance__id="i1", host__name="h1"))


def post(base, value, *, as_json=False, coded=False):
    body = json.dumps(value).encode() if as_json else encode("Request", value)
    headers = {"Content-Type": "application/json" if as_json else "application/x-protobuf"}
    if coded:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    return h.request(base + PATH, body, headers)


def series(base, query, at):
    reply = h.get(base + "/api/v1/query", {"query": query, "time": at / 1000}).json()
    return {json.dumps(s["metric"], sort_keys=True): s.get("value", s.get("histogram"))[1]
            for s in reply["data"]["result"]}


ALL = "{__name__=~\".+\", job=\"eu/shop\"}"


def encodings(t, base, ns):
    """The same request in every form, ten minutes apart; returns what it made."""
    made = []
    for i, (as_json, coded) in enumerate([(False, False), (True, False), (False, True), (True, True)]):
        then = ns - (3 - i) * 600_000_000_000
        reply = post(base, everything(then), as_json=as_json, coded=coded)
        t.equal((reply.status, reply.text()), (200, "{}" if as_json else ""), f"json={as_json} gzip={coded}")
        made.append(series(base, ALL, then // 1_000_000))
    for other in made[1:]:
        t.equal(other, made[0], "each form makes the same series")
    return made[0]


def expected(t, made):
    names = sorted({json.loads(key)["__name__"] for key in made})
    t.equal(names, ["cpu_utilization_ratio", "http_requests_total", "lag_milliseconds", "lag_milliseconds_count",
                    "lag_milliseconds_sum", "payload_size_kibibytes", "queue_size_bytes",
                    "request_duration_seconds_bucket", "request_duration_seconds_count",
                    "request_duration_seconds_sum", "room_temperature_celsius", "target_info"], "names")

    def value(name, **labels):
        return made.get(json.dumps({"__name__": name, "instance": "i1", "job": "eu/shop", **labels},
                                   sort_keys=True))
    t.equal(value("room_temperature_celsius", room="a"), "21.5", "a gauge")
    t.equal(value("http_requests_total", http_route="/a b"), "1234", "a counter")
    t.equal(value("request_duration_seconds_bucket", le="2.5"), "6", "a bucket")
    t.equal(value("request_duration_seconds_bucket", le="+Inf"), "10", "the last bucket")
    t.equal(value("lag_milliseconds", quantile="0.99"), "4", "a quantile")
    t.equal(value("target_info", host_name="h1"), "1", "target_info")
    t.equal(value("payload_size_kibibytes"), {
        "count": "9", "sum": "30.5", "buckets": [
            [1, "-1.189207115002721", "-1", "1"], [3, "-1e-128", "1e-128", "1"],
            [0, "1.189207115002721", "1.414213562373095", "2"],
            [0, "1.6817928305074288", "2", "5"]]}, "a native histogram")


def metadata_and_exemplars(t, base, ns):
    data = h.get(base + "/api/v1/metadata", {"metric": "room_temperature_celsius"}).json()["data"]
    t.equal(data, {"room_temperature_celsius": [{"type": "gauge", "unit": "Cel", "help": "How warm it is."}]},
            "metadata")
    found = h.get(base + "/api/v1/query_exemplars", {
        "query": "{__name__=~\"http_requests_total|request_duration_seconds_bucket\"}",
        "start": ns / 1e9 - 10, "end": ns / 1e9 + 10}).json()["data"]
    t.equal([(e["seriesLabels"].get("le"), e["exemplars"][0]["labels"]["trace_id"], e["exemplars"][0]["value"])
             for e in found], [(None, "0af7651916cd43dd8448eb211c80319c", "0.7"),
                               ("1", "0af7651916cd43dd8448eb211c80319c", "0.7")], "exemplars")


def judged(t, peers, made, ns):
    """VictoriaMetrics keeps no native histograms and labels by every resource attribute."""
    port = h.free_port()
    base = f"http://127.0.0.1:{port}"
    vm = t.start([peers / "victoria-metrics", f"-storageDataPath={t.dir / 'vm'}", f"-httpListenAddr=127.0.0.1:{port}",
                  "-opentelemetry.usePrometheusNaming", "-search.latencyOffset=0s"], "vm")
    t.wait_ready(vm, base + "/health", "VictoriaMetrics")
    reply = h.request(base + "/opentelemetry/v1/metrics", encode("Request", everything(ns)),
                      {"Content-Type": "application/x-protobuf"})
    t.equal(reply.status, 200, "VictoriaMetrics takes the request")
    h.get(base + "/internal/force_flush")

    def plain(found):
        own = {"instance", "job", "service_name", "service_namespace", "service_instance_id", "host_name",
               "service.name", "service.namespace", "service.instance.id", "host.name", "scope_name",
               "scope_version"}
        out = {}
        for key, value in found.items():
            labels = {name: v for name, v in json.loads(key).items() if name not in own}
            if isinstance(value, dict) or "vmrange" in labels or labels["__name__"] == "target_info":
                continue
            if labels["__name__"].startswith("payload_size"):
                continue
            out[json.dumps(labels, sort_keys=True)] = float(value)
        return out
    t.eventually(lambda: series(base, "lag_milliseconds_sum", ns // 1_000_000 + 1000), "and shows it")
    theirs = plain(series(base, "{__name__!=\"\"}", ns // 1_000_000 + 1000))
    ours = plain(made)
    differing = {key: (ours.get(key), theirs.get(key)) for key in {*ours, *theirs}
                 if ours.get(key) != theirs.get(key)}
    t.equal(differing, {}, f"VictoriaMetrics has the same {len(theirs)} series")


def refusals(t, base, ns):
    delta = request([{"name": "d", "sum": {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [
        {"timeUnixNano": str(ns), "asInt": "1"}]}}])
    reply = post(base, delta, as_json=True)
    t.check(reply.status == 400 and "found delta temporality" in reply.json()["message"], "delta is refused",
            reply.text())
    mixed = request([delta["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0],
                     {"name": "m", "gauge": {"dataPoints": [{"timeUnixNano": str(ns), "asInt": "1"}]}}])
    reply = post(base, mixed, as_json=True)
    t.equal((reply.status, reply.json()["partialSuccess"]["rejectedDataPoints"]), (200, "1"), "its neighbours are taken")
    body = encode("Request", everything(ns))
    headers = {"Content-Type": "application/x-protobuf"}
    reply = h.request(base + PATH, body[:-3], headers)
    t.check(reply.status == 400 and reply.body[:2] == b"\x08\x03", "a truncated body is refused as a Status", reply.body)
    bomb = gzip.compress(b"\0" * (200 << 20))
    reply = h.request(base + PATH, bomb, {**headers, "Content-Encoding": "gzip"})
    t.equal(reply.status, 413, "a gzip bomb is refused")
    t.equal(h.request(base + PATH, b"{}", {"Content-Type": "text/plain"}).status, 415, "other media types are refused")


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        file = t.write("c.yml", "scrape_configs: []\n")
        process = t.collector("ours", port, "--web.enable-otlp-receiver", "--web.enable-lifecycle",
                              f"--config.file={file}")
        ns = int(time.time()) * 1_000_000_000
        made = encodings(t, base, ns)
        expected(t, made)
        metadata_and_exemplars(t, base, ns)
        refusals(t, base, ns)
        peers = h.unpack_peers(t.dir, "victoria-metrics")
        if peers is not None:
            judged(t, peers, made, ns)

        t.write("c.yml", "scrape_configs: []\notlp:\n  translation_strategy: NoTranslation\n"
                "  convert_histograms_to_nhcb: true\n  promote_resource_attributes: [host.name]\n")
        t.equal(h.request(base + "/-/reload", method="POST").status, 200, "reloads")
        t.check("translation_strategy: NoTranslation" in
                h.get(base + "/api/v1/status/config").json()["data"]["yaml"], "the section is shown")
        post(base, everything(ns + 1_000_000_000))
        found = series(base, "{\"request.duration\", \"host.name\"=\"h1\"}", ns // 1_000_000 + 1000)
        t.check([v for v in found.values() if isinstance(v, dict) and v["count"] == "10"],
                "by other names, as a histogram of custom buckets", found)

        process.kill()
        t.collector("ours", port, "--enable-feature=otlp-native-delta-ingestion", "--web.enable-otlp-receiver")
        delta = request([{"name": "d", "sum": {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [
            {"timeUnixNano": str(ns), "asInt": "1"}]}}])
        t.equal(post(base, delta).status, 200, "delta is taken where asked for")
        t.check(series(base, "room_temperature_celsius", ns // 1_000_000), "what was acknowledged is there after a kill")


if __name__ == "__main__":
    main()
