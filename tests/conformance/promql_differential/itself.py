"""Ours against itself: for what no Prometheus 3.5 can judge."""

import re

from . import vocabulary as v
from .answer import close_values
from .judge import SAME, SUM, Verdict
from .question import Question, seconds
from .tree import SCALAR, VECTOR, pinned

# What depends on the time of evaluation by itself, and so is not fixed by `@`.
OF_EVALUATION_TIME = ("time", "timestamp", "minute", "hour", "day_of_week", "day_of_month", "day_of_year",
                      "days_in_month", "month", "year", "predict_linear", "start", "end", "range", "step")
SUBQUERY = re.compile(r"\[[^\]]*:")
OTHER_TIMES_MS = (0, 1000, -86_400_000, 3_600_000)


class Itself:
    """Asks one server twice: a range query and its steps, or a query and the same with its time fixed."""

    def __init__(self, ours):
        self.ours = ours

    def verdict(self, question):
        if question.step_ms and question.expression.type in (SCALAR, VECTOR):
            return self.steps(question)
        return self.fixed(question.at(question.start_ms))

    once = verdict

    def steps(self, question):
        whole = self.ours.ask(question)
        single = [self.ours.ask(question.at(ms)) for ms in question.moments()]
        if whole.error:
            # One step that fails fails the range, with the same words. A subquery of a range is computed
            # at times too that no step sees.
            same = any(s.error == whole.error for s in single) or SUBQUERY.search(str(question.expression))
            failed = next((s for s in single if s.error), single[0])
            return Verdict(SAME if same else "error", whole, failed)
        for ms, one in zip(question.moments(), single):
            if one.error:
                return Verdict("error", whole, one)
            if points_at(whole, ms) != points_at(one, ms):
                # An instant's picks come in the order of their values, a range's in that of the store; and
                # series filled in at one step stand behind those that were there before.
                reordered = question.uses(v.PICKING) or " fill" in str(question.expression)
                close = reordered and question.uses(v.ORDER_DEPENDENT) and close_values(points_at(whole, ms), points_at(one, ms))
                return Verdict(SUM if close else "values", at_step(whole, ms), one)
        return Verdict(SAME, whole, single[0])

    def fixed(self, question):
        free = self.ours.ask(question)
        if question.uses(OF_EVALUATION_TIME):
            return Verdict(SAME, free, free)
        tree = pinned(question.expression, f" @ {seconds(question.start_ms)}")
        for shift in OTHER_TIMES_MS:
            fixed = self.ours.ask(Question(tree, question.start_ms + shift, lookback=question.lookback))
            # Times of the answer are those asked for.
            if free.error or fixed.error:
                kind = SAME if free.error == fixed.error else "error"
            else:
                kind = SAME if timeless(free) == timeless(fixed) else "values"
            if kind:
                return Verdict(kind, free, fixed)
        return Verdict(SAME, free, free)


def points_at(answer, ms):
    """{labels: value} at one time; labels of no value are left out."""
    # A scalar alone is written otherwise than the points of a matrix.
    return {labels or "{}": [repr(float(value)) if labels in ("", "{}") and isinstance(value, str) else value
                             for at, value in points if round(at * 1000) == ms]
            for labels, points in answer.series().items()
            if any(round(at * 1000) == ms for at, _ in points)}


def at_step(answer, ms):
    """The answer with the points of one time alone, to be printed."""
    if answer.type == "matrix":
        for one in answer.result:
            for key in ("values", "histograms"):
                if key in one:
                    one[key] = [p for p in one[key] if round(float(p[0]) * 1000) == ms]
    return answer


def timeless(answer):
    if answer.type == "matrix":  # a range vector has times of its own
        return answer.series()
    return {labels: [value for _, value in points] for labels, points in answer.series().items()}
