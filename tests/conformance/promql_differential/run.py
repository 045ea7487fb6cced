"""Many questions from a few threads: counts, progress, and each sort of difference once, as small as it
gets."""

import collections
import itertools
import re
import threading
import time

from .answer import apart
from .judge import CHUNK, FELL, MIXED, OPEN, PASSED, SUM, TIE
from .shrinker import shrink

SHOWN = 60  # sorts of difference that are printed; the rest is counted

DETAILS = ((r'"[^"]*"', '"S"'), (r"\{[^}]*\}", "{}"), (r"\[[^]]*:[^]]*\]", "[R:S]"),
           (r"\[[^]:]*\]", "[R]"), (r" (offset|@) (start\(\)|end\(\)|[^ )]+)", r" \1"),
           (r"\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)", r"\1"),
           (r"(?<![\w.])[-+]?[.\d][\w.+]*", "1"))


def sort_of(kind, expression):
    """What two findings of the same sort have in common: the expression without its details."""
    for pattern, instead in DETAILS:
        expression = re.sub(pattern, instead, expression)
    # Names that no call follows are metrics.
    return kind + " " + re.sub(r"\b(?!(?:by|without|on|ignoring|and|or|unless|bool|offset|atan2|group_\w+)\b)"
                               r"[a-z]\w*\b(?! ?\(| by| without)", "m", expression)


class Run:
    """Asks `make(number)` for the questions up to `total` and lets `judge` compare their answers."""

    def __init__(self, judge, make, total, threads):
        self.judge, self.make, self.total, self.threads = judge, make, total, threads
        self.numbers, self.lock = itertools.count(), threading.Lock()
        self.counts, self.answered = collections.Counter(), collections.Counter()
        self.sorts = collections.Counter()
        self.began = time.monotonic()

    def run(self):
        workers = [threading.Thread(target=self._work, daemon=True) for _ in range(self.threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return self.counts

    def _work(self):
        while (number := next(self.numbers)) < self.total:
            try:
                self._one(number)
            except Exception as error:  # a thread that dies would leave the rest unasked
                with self.lock:
                    self.counts["raised"] += 1
                    print(f"#{number} raised {type(error).__name__}: {error}", flush=True)

    def _one(self, number):
        question = self.make(number)
        verdict = self.judge.verdict(question)
        with self.lock:
            self.counts[verdict.kind] += 1
            self.answered[_how(verdict.theirs)] += 1
            done = sum(self.counts.values())
            if done % 2000 == 0:
                print(f"{done} of {self.total}, {time.monotonic() - self.began:.0f} s", flush=True)
        if verdict.different:
            self._show(number, question, verdict)

    def _show(self, number, question, verdict):
        if verdict.kind == "layout":  # of the answer alone: the expression does not matter
            small, name = question, "layout"
        else:
            small = shrink(self.judge, question, verdict.kind)
            name = sort_of(verdict.kind, str(small.expression))
        with self.lock:
            self.sorts[name] += 1
            if self.sorts[name] > 1 or len(self.sorts) > SHOWN:
                return
            final = self.judge.once(small)
            print(f"DIFFERS #{number} {verdict.kind}: {small}\n  was {question}", flush=True)
            for line in apart(final.mine, final.theirs):
                print(" ", line, flush=True)

    def summary(self):
        """How many differ, and a text for people."""
        counts = self.counts
        differ = sum(n for kind, n in counts.items() if kind not in PASSED)
        lines = [f"{sum(counts.values())} queries in {time.monotonic() - self.began:.0f} s: "
                 f"{self.answered['value']} with a value, {self.answered['nothing']} empty, "
                 f"{self.answered['error']} errors",
                 f"{counts[SUM]} sums whose order upstream leaves to its storage (at most 1e-12 apart)",
                 f"{counts[TIE]} picks among series of equal value",
                 f"{counts[OPEN]} that upstream answers now so, now so",
                 f"{counts[CHUNK]} apart in what was made of a chunk's empty buckets",
                 f"{counts[MIXED]} ranges of info() in which upstream takes one series for another",
                 f"{counts[FELL]} faults of syntax over which upstream's parser falls"]
        lines += [f"different, {n} times: {name}" for name, n in self.sorts.most_common()]
        lines.append(f"{sum(counts.values()) - differ} passed, {differ} failed")
        return differ, "\n".join(lines)


def _how(answer):
    if answer.error:
        return "error"
    return "value" if answer.result else "nothing"
