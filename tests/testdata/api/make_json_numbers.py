"""Writes json_numbers.tsv: 1,000 floats by their bits and the text that Prometheus' JSON API gives
them. By rule, so that it can be checked without a server: the digits are the shortest that read back
to the same bits (Python's repr, an implementation of its own), laid out plainly from 1e-6 up to below
1e21 and with an exponent of at least two digits outside of that. tests/e2e/json_numbers.py holds the
same list to a live Prometheus."""

import math
import pathlib
import random
import struct


def text(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, exponent = ("%r" % float("%r" % abs(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)  # digits before the point, counted from `whole`'s start
    point -= len(whole + fraction) - len((whole + fraction).lstrip("0"))
    digits = digits.rstrip("0")
    if not digits:
        return sign + "0"
    if abs(value) < 1e-6 or abs(value) >= 1e21:
        power = point - 1
        head = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{head}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return sign + "0." + "0" * -point + digits
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return sign + digits[:point] + "." + digits[point:]


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def values():
    """Edges first, then what fills up to 1,000: the same each time."""
    yield from (0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 2.2250738585072014e-308,
                1.7976931348623157e308, 2.225073858507201e-308)
    for edge in (1e-6, 1e21, 1e15, 1e16, 1e17, 2.0**53, 2.0**63, 2.0**64, 1.0, 0.1, 1e-5, 1e20, 1e22, 1e23):
        for step in range(-3, 4):
            yield from_bits(bits_of(edge) + step)
            yield -from_bits(bits_of(edge) + step)
    for power in range(-24, 25):
        yield float(f"1e{power}")
        yield float(f"-9.999999999999999e{power}")
        yield float(f"1.5e{power}")
        yield float(f"1.23456789012345e{power}")
    for power in (-1074, -1073, -1023, -1022, -300, -70, -20, -10, -1, 1, 10, 20, 52, 53, 54, 62, 63, 64, 69, 70, 71,
                  100, 300, 1023):
        yield 2.0**power
        yield -3 * 2.0**(power - 2)
    for whole in (1, 9, 10, 11, 99, 100, 101, 12345, 100000, 999999, 1000000, 1000001, 123456789, 2**31, 2**32 + 1,
                  10**15 - 1, 10**15 + 1, 2**53 - 1, 2**53 + 2):
        yield float(whole)
        yield whole + 0.5
        yield whole / 1000
    for exact in (0.5, 0.25, 0.125, 1 / 3, 2 / 3, 0.2, 0.3, 0.1 + 0.2, 1e23 / 3, 4.35, 2.5, 5e-7, 9.5e-7):
        yield exact
        yield -exact
    rng = random.Random(1795226940)
    while True:
        kind = rng.randrange(4)
        if kind == 0:  # any bits
            value = from_bits(rng.getrandbits(64))
            if not math.isnan(value):
                yield value
        elif kind == 1:  # what monitoring measures
            yield rng.uniform(-1, 1) * 10.0**rng.randrange(-9, 24)
        elif kind == 2:  # few decimals
            yield round(rng.uniform(0, 10**rng.randrange(1, 9)), rng.randrange(0, 7))
        else:  # round bits
            yield float(rng.getrandbits(rng.randrange(1, 80)))


def main():
    seen, lines = set(), []
    for value in values():
        bits = bits_of(value)
        if bits in seen:
            continue
        seen.add(bits)
        lines.append(f"{bits:016x}\t{text(value)}\n")
        if len(lines) == 1000:
            break
    pathlib.Path(__file__).with_name("json_numbers.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main()
