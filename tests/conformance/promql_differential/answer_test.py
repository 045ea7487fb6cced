"""What the random queries rest on: that a difference is seen, however small, and named for what it is."""

import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True
from promql_differential.answer import Answer, apart_in_rounding_of_shares, difference, has_ties, picks_from, same_picks, some_lack  # noqa: E402
from promql_differential.grammar import Grammar  # noqa: E402
from promql_differential.question import question  # noqa: E402
from promql_differential.run import sort_of  # noqa: E402
from promql_differential.tree import pinned, smaller  # noqa: E402


def answer(type_, result, **more):
    body = {"status": "success", "data": {"resultType": type_, "result": result}, **more}
    return Answer(200, json.dumps(body).encode())


def vector(*values, **more):
    """A vector of series a, b, ..."""
    return answer("vector", [{"metric": {"s": "abcdef"[i]}, "value": [1, v]} for i, v in enumerate(values)],
                  **more)


def failed(error, kind="execution"):
    return Answer(422, json.dumps({"status": "error", "errorType": kind, "error": error}).encode())


class Differences(unittest.TestCase):
    def test_kinds(self):
        rows = [
            ("", vector("1", "2"), vector("1", "2")),
            ("close", vector("0.30000000000000004"), vector("0.3")),
            ("values", vector("0.3000001"), vector("0.3")),
            ("values", vector("NaN"), vector("0")),
            ("values", vector("-0"), vector("0")),
            ("series", vector("1"), vector("1", "2")),
            ("type", vector("1"), answer("scalar", [1, "1"])),
            ("layout", answer("scalar", [1.5, "1"]), Answer(200, b'{"status":"success","data":'
             b'{"resultType":"scalar","result":[1.500,"1"]}}')),
            ("annotations", vector("1", warnings=["x (1:1)"]), vector("1", warnings=["x (1:2)"])),
            ("annotations", vector("1", infos=["x"]), vector("1")),
            ("error", failed("a"), failed("b")),
            ("error", failed("a"), failed("a", "timeout")),
            ("error", failed("a"), vector("1")),
        ]
        for want, a, b in rows:
            self.assertEqual(difference(a, b, False), want, (a.body, b.body))
            self.assertEqual(difference(b, a, False), want, (a.body, b.body))

    def test_shares_may_be_apart_by_rounding_alone(self):
        self.assertTrue(apart_in_rounding_of_shares(vector("0", "0.5"), vector("1.2e-16", "0.5")))
        self.assertFalse(apart_in_rounding_of_shares(vector("0"), vector("0.001")))
        self.assertFalse(apart_in_rounding_of_shares(vector("0"), vector("NaN")))
        self.assertFalse(apart_in_rounding_of_shares(vector("0"), vector("0", "1")))

    def test_a_pick_has_the_values_of_what_it_picks_from(self):
        self.assertTrue(picks_from(vector("1"), vector("1", "2")))
        self.assertFalse(picks_from(vector("2"), vector("1", "2")))
        self.assertFalse(picks_from(vector("1", "2"), vector("1")))

    def test_order_counts_where_asked_for(self):
        a = vector("1", "2")
        b = answer("vector", list(reversed(a.result)))
        self.assertEqual(difference(a, b, False), "")
        self.assertEqual(difference(a, b, True), "order")

    def test_a_label_that_some_lack(self):
        idle, bare = ({"metric": metric, "value": [1, "1"]} for metric in ({"mode": "idle"}, {}))
        both = answer("vector", [idle, bare])
        self.assertTrue(some_lack(both, ["instance", "mode"]))
        self.assertFalse(some_lack(both, ["instance"]))
        self.assertFalse(some_lack(answer("vector", [idle]), ["mode"]))

    def test_which_of_many_annotations_are_shown_does_not_count(self):
        many = [[f"{n} {i}" for i in range(11)] for n in "ab"]
        self.assertEqual(difference(vector("1", warnings=many[0]), vector("1", warnings=many[1]), False), "")

    def test_which_series_an_error_of_matching_names_does_not_count(self):
        text = "found duplicate series for the match group {%s} on the right: [{%s}, {y}];many-to-many"
        self.assertEqual(difference(failed(text % ("a", "b")), failed(text % ("c", "d")), False), "")

    def test_ties(self):
        a = answer("vector", [{"metric": {"s": "a"}, "value": [1, "1"]}])
        b = answer("vector", [{"metric": {"s": "b"}, "value": [1, "1"]}])
        self.assertTrue(same_picks(a, b))
        self.assertFalse(same_picks(a, vector("2")))
        self.assertTrue(has_ties(vector("1", "1")))
        self.assertFalse(has_ties(vector("1", "2")))


class Expressions(unittest.TestCase):
    def test_a_number_of_a_seed_is_always_the_same_question(self):
        for number in range(50):
            self.assertEqual(str(question("s", number)), str(question("s", number)))

    def test_what_is_smaller_is_smaller(self):
        for seed in range(50):
            tree = Grammar(random.Random(seed)).expression()
            for less in smaller(tree):
                self.assertNotEqual(str(less), str(tree))

    def test_a_fixed_time_stands_once_and_outside_subqueries(self):
        for seed in range(200):
            tree = Grammar(random.Random(seed), query_bounds=False).expression()
            text = str(pinned(tree, " @ 5"))
            self.assertEqual(text.replace(" @ 5", ""), str(tree).replace(" @ 5", ""))
            self.assertNotIn("@ 5 @", text)

    def test_findings_of_a_sort_have_one_name(self):
        self.assertEqual(sort_of("values", 'rate(load{a="b"}[5m] offset 1m) + 3'),
                         sort_of("values", "rate(level{}[1h] offset 7m) + 0.5"))


if __name__ == "__main__":
    unittest.main()
