"""Courses of values: what the samples of one series look like over time."""

import math
import struct

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
NAN = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]

# What arithmetic trips over.
ODD = [NAN, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308,
       1.7976931348623157e308, -1.7976931348623157e308, 1e300, 1e-300, 0.1, -0.1, 1 / 3, 2.0**53,
       2.0**53 + 2, -(2.0**63), 1e16, 1 + 2**-52, 4503599627370495.5, 1e21, 123456789.125]


def counter(r, n):
    """Grows by whole numbers; starts again at zero now and then."""
    value, out = r.randrange(1000), []
    for _ in range(n):
        value = r.randrange(3) if r.random() < 0.02 else value + r.choice((0, 1, 1, 7, r.randrange(90)))
        out.append(float(value))
    return out


def float_counter(r, n):
    value, out = r.random() * 1e6, []
    for _ in range(n):
        value = r.random() if r.random() < 0.015 else value + r.random() * 3
        out.append(value)
    return out


def gauge(r, n):
    value, out = r.uniform(-50, 50), []
    for _ in range(n):
        value += r.gauss(0, 3)
        out.append(round(value, r.choice((0, 1, 2, 9))))
    return out


def noise(r, n):
    return [r.gauss(0, 1) * 10 ** r.randrange(-3, 4) for _ in range(n)]


def huge(r, n):
    """Sums of it cancel: small values beside huge ones of both signs."""
    big = 10.0 ** r.choice((15, 16, 17, 100, 300))
    return [r.choice((big, -big, 1.0, 0.1, -r.random(), r.random())) for _ in range(n)]


def few(r, n):
    """A few small whole numbers: many ties."""
    return [float(r.randrange(4)) for _ in range(n)]


def constant(r, n):
    return [r.choice((1.0, 0.0, -2.5, 1e9))] * n


def odd(r, n):
    base = gauge(r, n)
    share = r.choice((0.05, 0.3, 1.0))
    return [r.choice(ODD) if r.random() < share else v for v in base]


def moments(r, n):
    """Times as values, for the functions of dates: of all centuries, and fractions."""
    return [r.choice((1709161200.0, 951782400.0, -1.5, 0.0, 4102444799.9, -62135596800.0, 1e12))
            + r.randrange(-10**7, 10**7) / 4 for _ in range(n)]
