"""Remote write 1.0 bodies, written by hand: protobuf in a snappy frame of literals only."""

import struct


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def series(labels, samples):
    """One TimeSeries; `labels` (name, value) sorted by name, `samples` (ms, value)."""
    out = b"".join(_field(1, _field(1, n.encode()) + _field(2, v.encode())) for n, v in labels)
    for ms, value in samples:
        out += _field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(ms))
    return _field(1, out)


def snappy(data):
    """Valid snappy that saves nothing: what a receiver spends on it is not what is measured."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 65536):
        chunk = data[at:at + 65536]
        out += b"\xf4" + struct.pack("<H", len(chunk) - 1) + chunk
    return bytes(out)


HEADERS = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
           "X-Prometheus-Remote-Write-Version": "0.1.0"}
