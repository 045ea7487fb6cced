"""Remote write on the wire: requests of 1.0 and 2.0 made and taken apart by hand, for the tests of both ends."""

import struct

from import_prometheus import field, varint
from native_histograms import double, whole
from remote_peers import fields, read_varint, unsnappy

V1 = "application/x-protobuf"
V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"
TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"]


def packed(numbers):
    return b"".join(varint(n) for n in numbers)


def unpacked(data):
    out, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        out.append(value)
    return out


class Symbols:
    def __init__(self):
        self.texts = [""]

    def ref(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text)

    def labels(self, labels):
        return packed(self.ref(text) for pair in sorted(labels.items()) for text in pair)


def request_v2(series):
    """`series`: dicts of labels, samples [(ms, value[, start ms])], histograms [message], exemplars
    [(labels, ms, value)], type, help, unit."""
    symbols, body = Symbols(), b""
    for one in series:
        message = field(1, symbols.labels(one["labels"]))
        for ms, value, *start in one.get("samples", []):
            message += field(2, double(1, value) + whole(2, ms) + (whole(3, start[0]) if start else b""))
        for histogram in one.get("histograms", []):
            message += field(3, histogram)
        for labels, ms, value in one.get("exemplars", []):
            message += field(4, field(1, symbols.labels(labels)) + double(2, value) + whole(3, ms))
        if "type" in one:
            message += field(5, whole(1, TYPES.index(one["type"])) + whole(3, symbols.ref(one.get("help", "")))
                             + whole(4, symbols.ref(one.get("unit", ""))))
        body += field(5, message)
    return b"".join(field(4, text.encode()) for text in symbols.texts) + body


def request_v1(series):
    body = b""
    for one in series:
        message = b"".join(field(1, field(1, n.encode()) + field(2, v.encode()))
                           for n, v in sorted(one["labels"].items()))
        for ms, value in one.get("samples", []):
            message += field(2, double(1, value) + whole(2, ms))
        body += field(1, message)
    return body


def bits(value):
    """A double's bits: NaN is not NaN."""
    return struct.unpack("<Q", value if isinstance(value, bytes) else struct.pack("<d", value))[0]


def signed(n):
    return n - (1 << 64) if n >> 63 else n


def numbers(message):
    """The fields of a message, the last of each number."""
    return dict(fields(message))


class Series:
    def __init__(self):
        self.pairs, self.refs = [], []
        self.samples, self.histograms, self.exemplars, self.metadata = [], [], [], None

    def labels(self):
        return dict(self.pairs)


def pairs_of(refs, symbols):
    texts = [symbols[r] for r in refs]
    return list(zip(texts[::2], texts[1::2]))


def parse_v2(message):
    """(symbols, [Series])"""
    parts = list(fields(message))
    symbols = [value.decode() for number, value in parts if number == 4]
    out = []
    for _, body in (part for part in parts if part[0] == 5):
        one = Series()
        for number, value in fields(body):
            if number == 1:
                one.refs += unpacked(value)
            elif number == 2:
                sample = numbers(value)
                one.samples.append((signed(sample.get(2, 0)), bits(sample.get(1, bytes(8))), sample.get(3, 0)))
            elif number == 3:
                one.histograms.append(numbers(value))
            elif number == 4:
                e = numbers(value)
                one.exemplars.append((unpacked(e.get(1, b"")), signed(e.get(3, 0)), bits(e.get(2, bytes(8)))))
            elif number == 5:
                m = numbers(value)
                one.metadata = (TYPES[m.get(1, 0)], symbols[m.get(3, 0)], symbols[m.get(4, 0)])
        one.pairs = pairs_of(one.refs, symbols)
        out.append(one)
    return symbols, out


def parse_v1(message):
    """([Series], {family: (type, help, unit)})"""
    out, families = [], {}
    for number, body in fields(message):
        if number == 3:
            m = numbers(body)
            families[m[2].decode()] = (TYPES[m.get(1, 0)], m.get(4, b"").decode(), m.get(5, b"").decode())
            continue
        one = Series()
        for kind, value in fields(body):
            if kind == 1:
                label = numbers(value)
                one.pairs.append((label.get(1, b"").decode(), label.get(2, b"").decode()))
            elif kind == 2:
                sample = numbers(value)
                one.samples.append((signed(sample.get(2, 0)), bits(sample.get(1, bytes(8))), sample.get(3, 0)))
            elif kind == 4:
                one.histograms.append(numbers(value))
        out.append(one)
    return out, families


def body_of(seen):
    return unsnappy(seen["body"])
