"""Prometheus remote-writes what it scraped to a collector, by 1.0 and by 2.0; another Prometheus, with
no data of its own, reads it back by remote read. All three are asked the same, and answer the same."""

import json
import struct
import time

import harness as h

QUERIES = [
    "up",
    "{__name__=~\"prometheus_.+|go_.+|process_.+\"}[8s]",
    "rate(prometheus_http_requests_total[8s])",
    "sum by (handler) (prometheus_http_request_duration_seconds_count)",
    "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[8s])))",
    "max_over_time(go_memstats_heap_alloc_bytes[8s])",
    "count({__name__=~\".+\"})",
    "up{job=\"gone\"}",
]


def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7f | 0x80]), n >> 7
    return out + bytes([n])


def field(number, body):
    return varint(number << 3 | 2) + varint(len(body)) + body


def literal_snappy(data):
    """Snappy of literals alone."""
    out = varint(len(data))
    for at in range(0, len(data), 65536):
        part = data[at:at + 65536]
        out += b"\xf4" + struct.pack("<H", len(part) - 1) + part
    return out


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def unsnappy(data):
    """Undoes snappy's block format."""
    size, at = read_varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length, at = int.from_bytes(data[at:at + extra], "little"), at + extra
            out += data[at:at + length + 1]
            at += length + 1
            continue
        if tag & 3 == 1:
            length, offset, at = (tag >> 2 & 7) + 4, tag >> 5 << 8 | data[at], at + 1
        else:
            bytes_of = 2 if tag & 3 == 2 else 4
            length = (tag >> 2) + 1
            offset, at = int.from_bytes(data[at:at + bytes_of], "little"), at + bytes_of
        for _ in range(length):
            out.append(out[-offset])
    assert len(out) == size
    return bytes(out)


def fields(message):
    """The fields of a protobuf message: (number, value)."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        if key & 7 == 0:
            value, at = read_varint(message, at)
        elif key & 7 == 1:
            value, at = message[at:at + 8], at + 8
        else:
            size, at = read_varint(message, at)
            value, at = message[at:at + size], at + size
        yield key >> 3, value


def sampled_read(base, name, start_ms, end_ms):
    """{labels: [(ms, value)]} of `name` by a read request that accepts samples alone."""
    matcher = field(2, b"__name__") + field(3, name.encode())
    query = b"\x08" + varint(start_ms) + b"\x10" + varint(end_ms) + field(3, matcher)
    reply = h.request(base + "/api/v1/read", literal_snappy(field(1, query)),
                      {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"})
    assert reply.status == 200, reply.text()
    assert reply.headers["Content-Type"] == "application/x-protobuf"
    series = {}
    for _, result in fields(unsnappy(reply.body)):
        for _, one in fields(result):
            labels, samples = {}, []
            for number, value in fields(one):
                parts = dict(fields(value))
                if number == 1:
                    labels[parts[1].decode()] = parts[2].decode()
                else:
                    samples.append((parts.get(2, 0), struct.unpack("<d", parts[1])[0]))
            series[json.dumps(labels, sort_keys=True)] = samples
    return series


def answer(base, query, at, drop=()):
    reply = h.get(base + "/api/v1/query", {"query": query, "time": at})
    data = reply.json()
    if data["status"] != "success":
        return data
    for series in data["data"]["result"]:
        for name in drop:
            series["metric"].pop(name, None)
    return sorted(data["data"]["result"], key=lambda s: json.dumps(s["metric"], sort_keys=True))


def with_label(query, label):
    """`query` with a matcher more in each of its selectors."""
    out = query.replace("{__name__", "{" + label + ",__name__").replace("{job", "{" + label + ",job")
    for name in ["prometheus_http_requests_total", "prometheus_http_request_duration_seconds_count",
                 "prometheus_http_request_duration_seconds_bucket", "go_memstats_heap_alloc_bytes"]:
        out = out.replace(name, name + "{" + label + "}")
    return "up{" + label + "}" if out == "up" else out


def config(scrape="", more=""):
    return f"global: {{scrape_interval: 1s, external_labels: {{}}}}\nscrape_configs: [{scrape}]\n{more}"


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        ours, source, reader = h.free_port(), h.free_port(), h.free_port()
        base = {name: f"http://127.0.0.1:{port}"
                for name, port in [("ours", ours), ("source", source), ("reader", reader)]}
        mine = t.write("ours.yml", "global: {external_labels: {site: here}}\nscrape_configs: []\n")
        t.collector("ours", ours, "--web.enable-remote-write-receiver", f"--config.file={mine}")

        def prometheus(name, port, text):
            file = t.write(name + ".yml", text)
            return t.start([peers / "prometheus", f"--config.file={file}",
                            f"--storage.tsdb.path={t.dir / name}",
                            f"--web.listen-address=127.0.0.1:{port}"], name)

        def write_to(message, via):
            relabel = f"{{target_label: via, replacement: {via}}}"
            return (f"{{url: '{base['ours']}/api/v1/write', name: {via}, protobuf_message: {message}, "
                    f"write_relabel_configs: [{relabel}], "
                    "queue_config: {batch_send_deadline: 200ms}}")

        writes = ", ".join([write_to("prometheus.WriteRequest", "v1"),
                            write_to("io.prometheus.write.v2.Request", "v2")])
        self_scrape = f"{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{source}']}}]}}"
        a = prometheus("source", source, config(self_scrape, f"remote_write: [{writes}]\n"))
        t.wait_ready(a, base["source"] + "/-/ready", "source")
        b = prometheus("reader", reader, config(
            more=f"remote_read: [{{url: '{base['ours']}/api/v1/read', read_recent: true}}]\n"))
        t.wait_ready(b, base["reader"] + "/-/ready", "reader")
        time.sleep(14)
        at = int(time.time()) - 2

        def arrived():
            got = answer(base["ours"], "count by (via) (up)", at + 1)
            return isinstance(got, list) and len(got) == 2
        t.eventually(arrived, "both versions arrived")
        time.sleep(3)

        for query in QUERIES:
            want = answer(base["source"], query, at)
            t.check(isinstance(want, list), f"Prometheus answers {query}", want)
            if "gone" not in query:
                t.check(len(want) > 0, f"has data: {query}")
            for via in ["v1", "v2"]:
                got = answer(base["ours"], with_label(query, f'via="{via}"'), at, drop=["via"])
                t.equal(got, want, f"written by {via}: {query}")
                read = answer(base["reader"], with_label(query, f'via="{via}"'), at,
                              drop=["via", "site"])
                t.equal(read, want, f"written by {via}, read back: {query}")

        sites = answer(base["reader"], 'up{site="here"}', at)
        t.equal(len(sites), 2, "an external label can be asked for")
        t.equal(answer(base["reader"], 'up{site="there"}', at), [], "and another value is not there")
        samples = sampled_read(base["ours"], "up", (at - 8) * 1000, at * 1000)
        want = answer(base["source"], "up[8s]", at)
        t.equal(len(samples), 2, "a sampled read has both series")
        for labels, got in samples.items():
            t.equal(json.loads(labels)["site"], "here", "with the external label")
            t.equal([v for ms, v in got if ms > (at - 8) * 1000],
                    [float(v) for _, v in want[0]["values"]], "and every sample")
        failed = [s for s in answer(base["source"], "prometheus_remote_storage_samples_failed_total",
                                    time.time()) if float(s["value"][1]) > 0]
        t.equal(failed, [], "Prometheus saw no write fail")
        retried = [s for s in answer(base["source"],
                                     "prometheus_remote_storage_samples_retried_total", time.time())
                   if float(s["value"][1]) > 0]
        t.equal(retried, [], "nor had to repeat one")


if __name__ == "__main__":
    main()
