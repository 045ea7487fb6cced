"""Queries with a slip in them: a word gone, doubled, exchanged or out of place. The error is an answer
too."""

import re

WORD = re.compile(r'"(?:\\.|[^"])*"|[\w.]+|[=!<>~]+|\S|\s+')
STRAY = ("(", ")", "{", "}", "[5m]", "[5m:1m]", "offset", "@", "by", "on", "bool", ",", "=", "=~", "1", "'", '"',
         "+", "and", "sum", "rate", "$", "\\", "ignoring (x)", "group_left", "NaN", "5m", "-", "#", "!", "é")


def broken(r, text):
    words = WORD.findall(text)
    at = r.randrange(len(words))
    chance = r.randrange(5)
    if chance == 0:
        del words[at]
    elif chance == 1:
        words.insert(at, words[r.randrange(len(words))])
    elif chance == 2:
        words[at] = r.choice(STRAY)
    elif chance == 3:
        words.insert(at, f" {r.choice(STRAY)} ")
    else:
        return text[:r.randrange(len(text)) + 1]
    return "".join(words)
