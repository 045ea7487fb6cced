"""Makes a question that is answered differently as small as it stays so."""

from .tree import smaller

MOST_TRIES = 400


def shrink(judge, question, kind):
    """The smallest question found that still differs in the same kind."""
    tries = 0
    for ms in question.moments() if question.step_ms else ():
        tries += 1
        if judge.once(question.at(ms)).kind == kind:
            question = question.at(ms)
            break
    again = True
    while again and tries < MOST_TRIES:
        again = False
        for tree in smaller(question.expression):
            if tries >= MOST_TRIES:
                break
            tries += 1
            if judge.once(question.over(tree)).kind == kind:
                question, again = question.over(tree), True
                break
    return question
