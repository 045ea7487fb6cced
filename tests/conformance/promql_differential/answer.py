"""An answer of /api/v1/query or query_range, and what sets two of them apart."""

import json
import math
import re

CLOSE = 1e-12  # relative; as far as the order of a sum may carry


class Answer:
    """What a server sent. Numbers keep their text, so that equal means equal to the last bit."""

    def __init__(self, status, body):
        self.status, self.body = status, body
        try:
            reply = json.loads(body, parse_float=str, parse_int=str)
        except ValueError:
            reply = {"status": "error", "errorType": "unreadable",
                     "error": body[:300].decode(errors="replace")}
        self.ok = reply.get("status") == "success"
        self.error = None if self.ok else (status, reply.get("errorType"), settled(reply.get("error", "")))
        self.notes = {kind: sorted(reply.get(kind, [])) for kind in ("warnings", "infos")}
        data = reply.get("data") or {}
        self.type, self.result = data.get("resultType"), data.get("result")

    def series(self):
        """{labels: points}; a point is (time, value). In the order of the answer."""
        if self.type not in ("vector", "matrix"):
            return {"": [point(self.result)]}
        out = {}
        for one in self.result:
            points = [one[key] for key in ("value", "histogram") if key in one]
            points += one.get("values", []) + one.get("histograms", [])
            labels = json.dumps(one["metric"], sort_keys=True, ensure_ascii=False)
            out[labels] = [point(p) for p in points]
        return out


def settled(error):
    """An error's text without which of several series it names: the first in the store's order."""
    if not error.startswith(("found duplicate series", "multiple matches")):
        return error
    return re.sub(r"\[\{.*\}\]|\{.*?\}", "{}", error)


def point(pair):
    """A time as a number, for how it is written is a matter of its own; a value as its text."""
    return float(pair[0]), pair[1]


def annotations_differ(a, b):
    """With over ten of a kind upstream shows any ten of them, so that only their number counts."""
    for kind, notes in a.notes.items():
        others = b.notes[kind]
        if len(notes) != len(others) or (len(notes) <= 10 and notes != others):
            return True
    return False


def difference(a, b, ordered):
    """The kind of difference, or "": error, type, series, order, close (values as near as the order
    of a sum may carry them), values, annotations, layout (numbers written otherwise). `ordered`: the order of a vector is an answer too."""
    if a.body == b.body:
        return ""
    if a.error or b.error:
        return "" if a.error == b.error else "error"
    if a.type != b.type:
        return "type"
    mine, theirs = a.series(), b.series()
    if mine.keys() != theirs.keys():
        return "series"
    if a.type == "matrix" and list(mine) != list(theirs):
        return "order"
    if mine != theirs:
        return "close" if all(_close(mine[key], theirs[key]) for key in mine) else "values"
    if ordered and [p[-1] for s in mine.values() for p in s] != [p[-1] for s in theirs.values() for p in s]:
        return "order"
    if annotations_differ(a, b):
        return "annotations"
    return "" if texts(a) == texts(b) else "layout"


def texts(answer):
    """The result in a fixed order, times as written."""
    if answer.type not in ("vector", "matrix"):
        return answer.result
    return sorted(json.dumps(one, sort_keys=True) for one in answer.result)


def _close(a, b):
    return len(a) == len(b) and all(p[0] == q[0] and close_values(p[1], q[1]) for p, q in zip(a, b))


def close_values(a, b):
    """Whether two values, of whatever kind, are as near as the order of a sum may carry them."""
    if a == b:
        return True
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close_values(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close_values, a, b))
    try:
        x, y = float(a), float(b)
    except (TypeError, ValueError):
        return False
    if x == y or not (math.isfinite(x) and math.isfinite(y)):  # zeros of two signs; infinities
        return False
    return abs(x - y) <= CLOSE * max(abs(x), abs(y))


def same_picks(a, b):
    """Whether two answers of topk and its like hold the same values at each moment: then they differ
    in which of equal series were taken."""
    return not a.error and not b.error and a.type == b.type and _at_moments(a) == _at_moments(b)


def has_ties(answer):
    """Whether at some moment two series have the same value."""
    return not answer.error and any(len(set(values)) < len(values) for values in _at_moments(answer).values())


def picks_from(picked, all_of):
    """Whether each series of an answer has the values that it has in another."""
    if picked.error or all_of.error or picked.type != all_of.type:
        return False
    everything = all_of.series()
    return all(set(map(str, points)) <= set(map(str, everything.get(labels, [])))
               for labels, points in picked.series().items())


def apart_in_sign_of_zero(a, b):
    """Whether 0 and -0 are all that sets two answers apart: a sort takes them for equal."""
    def unsigned(answer):
        return {labels: [(at, "0" if value == "-0" else value) for at, value in points]
                for labels, points in answer.series().items()}
    return not a.error and not b.error and a.type == b.type and unsigned(a) == unsigned(b)


def apart_in_rounding_of_shares(a, b):
    """Whether two answers of shares, numbers from 0 to 1, are as near as their sum's rounding carries them."""
    if a.error or b.error or a.type != b.type or a.series() == b.series():
        return False
    mine, theirs = a.series(), b.series()
    return mine.keys() == theirs.keys() and all(
        len(mine[key]) == len(theirs[key]) and all(
            p[0] == q[0] and (p[1] == q[1] or abs(float(p[1]) - float(q[1])) <= CLOSE)
            for p, q in zip(mine[key], theirs[key])) for key in mine)


def apart_in_nan_buckets(a, b):
    """Whether buckets of histograms whose counts are not a number are all that sets two answers apart."""
    def others(value):
        if not isinstance(value, dict) or "buckets" not in value:
            return value
        return value | {"buckets": [bucket for bucket in value["buckets"] if bucket[3] != "NaN"]}

    def without(answer):
        return {labels: [(at, others(value)) for at, value in points]
                for labels, points in answer.series().items()}
    if a.error or b.error or a.type != b.type or a.series() == b.series():
        return False
    return without(a) == without(b)


def some_lack(answer, names):
    """Whether of one of these labels some series have a value and others none."""
    labels = [json.loads(key) for key in answer.series()]
    return any(0 < sum(name in one for one in labels) < len(labels) for name in names)


def _at_moments(answer):
    out = {}
    for points in answer.series().values():
        for at, value in points:
            out.setdefault(at, []).append(json.dumps(value))
    return {at: sorted(values) for at, values in out.items()}


def apart(a, b, most=4):
    """What sets two answers apart, to be read by people: the first few series or notes."""
    if a.error or b.error or a.type != b.type:
        return [f"ours   {_brief(a)}", f"theirs {_brief(b)}"]
    mine, theirs = a.series(), b.series()
    lines = [f"{labels}\n    ours   {_points(mine.get(labels), theirs.get(labels))}"
             f"\n    theirs {_points(theirs.get(labels), mine.get(labels))}"
             for labels in {**mine, **theirs} if mine.get(labels) != theirs.get(labels)]
    lines = lines[:most] + ([f"... {len(lines) - most} more series"] if len(lines) > most else [])
    if annotations_differ(a, b):
        lines += [f"ours   {a.notes}", f"theirs {b.notes}"]
    return lines or [f"ours   {_brief(a)}", f"theirs {_brief(b)}"]


def _brief(answer):
    return answer.body.decode(errors="replace")[:600].strip()


def _points(points, others):
    """The points the other does not have."""
    if points is None:
        return "none"
    return str([p for p in points if p not in (others or [])][:4])[:700]
