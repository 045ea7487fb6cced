"""Asks both servers and says what a difference is: an order upstream leaves open, a tie, or a fault."""

import re

from . import vocabulary as v
from .answer import (apart_in_nan_buckets, apart_in_rounding_of_shares, apart_in_sign_of_zero, difference, has_ties,
                     picks_from, same_picks, some_lack)
from .tree import MATRIX, VECTOR, Node

SAME, SUM, TIE, OPEN, MIXED, CHUNK, FELL = "", "sum", "tie", "open", "mixed up", "chunk", "fell"
PASSED = (SAME, SUM, TIE, OPEN, MIXED, CHUNK, FELL)
ASKED_AGAIN = 12
# Native histograms that are no counters: by their metric, or turned round.
GAUGES = re.compile(r"\bsta(te)?\b|(?<![\w\"])-(?=[a-z(])| - ")
OF_NUMBERS = ("close", "values")
SORTING = ("sort", "sort_desc", "sort_by_label", "sort_by_label_desc")
SORTING_LABELS = re.compile(r'sort_by_label.*?((?:, "\w+")+)\)$')


def fell_over(answer):
    """Whether the parser of 3.5.3 broke off: it says so of its own faults, and gives no place."""
    return answer.error and answer.error[1:] == ("bad_data", 'invalid parameter "query": unexpected error')


class Verdict:
    """`kind`: one of PASSED, or what difference() calls it."""

    def __init__(self, kind, mine, theirs):
        self.kind, self.mine, self.theirs = kind, mine, theirs

    @property
    def different(self):
        return self.kind not in PASSED


class Judge:
    """Compares two servers. Thread-safe. `one_order`: both keep series in the same order."""

    def __init__(self, ours, theirs, one_order=True):
        self.ours, self.theirs, self.one_order = ours, theirs, one_order

    def ask(self, question):
        self.ours.send(question)
        self.theirs.send(question)
        return self.ours.receive(), self.theirs.receive()

    def verdict(self, question):
        """What two answers have in common, or OPEN where upstream itself answers now so, now so: in
        range queries it hands series on in the order of a hash table."""
        first = self.once(question)
        again = first
        for _ in range(ASKED_AGAIN if first.different else 0):
            before, again = again, self.once(question)
            theirs = difference(before.theirs, again.theirs, False)
            if not again.different or theirs == first.kind or theirs in OF_NUMBERS and first.kind in OF_NUMBERS:
                return Verdict(OPEN, first.mine, first.theirs)
        return first

    def once(self, question):
        mine, theirs = self.ask(question)
        ordered = not question.step_ms and str(question.expression).startswith(SORTING)
        kind = difference(mine, theirs, ordered)
        if kind == "close" and question.uses(v.ORDER_DEPENDENT + v.CHUNK_DEPENDENT):
            kind = SUM
        elif kind and question.uses(v.SORTED) and apart_in_sign_of_zero(mine, theirs):
            kind = TIE
        elif kind == "order" and self._of_missing_labels(question, mine):
            kind = TIE
        elif kind and kind != "error" and question.uses(v.PICKING) and self._tie(question, mine, theirs):
            kind = TIE
        elif kind in ("values", "series", "annotations") and self._of_sum(question):
            kind = SUM
        elif kind in ("values", "series") and self._of_chunks(question, mine, theirs):
            kind = CHUNK
        elif kind and question.step_ms and question.uses(("info",)) and self._same_by_steps(question):
            kind = MIXED
        elif kind == "error" and fell_over(theirs) and "parse error" in str(mine.error):
            kind = FELL
        return Verdict(kind, mine, theirs)

    def _of_missing_labels(self, question, mine):
        """Whether series are sorted by a label that some lack: upstream calls neither no text nor any
        other the smaller, so that their order is that of its sort's steps from the store's order on."""
        names = SORTING_LABELS.match(str(question.expression))
        return bool(names) and not self.one_order and some_lack(mine, re.findall(r"\w+", names[1]))

    def _of_sum(self, question):
        """Whether an aggregation inside is such a sum, of which the rest of the expression made more:
        a rounding, a comparison, a difference."""
        if not question.uses(v.ORDER_DEPENDENT):
            return False
        for node in question.expression.descendants():
            if node.type == VECTOR and str(node).startswith(v.ORDER_DEPENDENT):
                if difference(*self.ask(question.over(node)), False) == "close":
                    return True
        return False

    def _of_chunks(self, question, mine, theirs):
        """Whether the answers, or those of an operand, are apart in buckets that are not a number alone:
        what infinity or NaN makes of the empty buckets that a chunk gives to all its histograms. Or a
        share: where the count is not quite the sum of the buckets, an empty one decides which is taken."""
        if apart_in_nan_buckets(mine, theirs):
            return True
        for node in (question.expression, *question.expression.descendants()):
            if node.type == VECTOR and str(node).startswith(v.CHUNK_DEPENDENT) and \
                    apart_in_rounding_of_shares(*self.ask(question.over(node))):
                return True
        if question.uses(v.COUNTER_LIKE) and GAUGES.search(str(question.expression)):
            for node in question.expression.descendants():
                resets = Node(VECTOR, "resets(", node, ")")
                if node.type == MATRIX and GAUGES.search(str(node)) and \
                        difference(*self.ask(question.over(resets)), False):
                    return True
        operands = [node for node in question.expression.descendants()
                    if node.type == VECTOR and ("*" in str(node) or "/" in str(node))]
        return any(apart_in_nan_buckets(*self.ask(question.over(node))) for node in operands)

    def _same_by_steps(self, question):
        """Whether each step asked for alone is answered alike."""
        fixed = question.bounded()
        return not any(difference(*self.ask(fixed.at(ms)), False) for ms in question.moments())

    def _limited_alike(self, question):
        """Whether each limitk takes as many of the same series."""
        for node in (question.expression, *question.expression.descendants()):
            if node.type == VECTOR and str(node).startswith("limitk"):
                from_all = [child for child in node.children() if child.type == VECTOR][-1]
                mine, theirs = self.ask(question.over(node))
                everything = self.theirs.ask(question.over(from_all))
                if not (picks_from(mine, everything) and picks_from(theirs, everything)):
                    return False
        return True

    def _tie(self, question, mine, theirs):
        """Whether what differs may be which of equal series was picked. Upstream is not of one mind
        there itself from one time to the next. A pick at the root must hold the same values. limitk takes
        the first of the store's order."""
        if not self.one_order and question.uses(("limitk",)):
            return self._limited_alike(question)
        if str(question.expression).startswith(v.PICKING):
            return same_picks(mine, theirs)
        for node in question.expression.descendants():
            if node.type == VECTOR and str(node).startswith(v.PICKING):
                picked_from = [child for child in node.children() if child.type == VECTOR][-1]
                if has_ties(self.theirs.ask(question.over(picked_from))):
                    return True
        return False
