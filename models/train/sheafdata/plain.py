"""Solution lines cut down to the calculation and the noun or unit that it counts.

    "Abel had 26 * 5 = 20 * 5 + 6 * 5 = 100 + 30 = 130 marbles."  ->  "26 * 5 = ... = 130 marbles."

A model that is to solve stories told in words it has not seen must not learn how each story's own
solution is worded. Of the words behind the calculation those stay that the question has, too.
"""
import re

from .check import EQUATION

UNITS = {"dollar", "dollars", "cents"}
ENDS = set("are is was were did do does has have had not them a an the each in on for came".split())
LONGEST = 4
WORD = re.compile(r"[\w'-]+")


def vocabulary(question):
    """The words that a solution of this question may use: its own, in the singular too."""
    asked = UNITS | {w.lower() for w in WORD.findall(question)}
    return asked | {re.sub(r"(?:(?<=[sxh])e)?s$", "", re.sub(r"ies$", "ys", w)) for w in asked}


def plain(line, known):
    """One line of a solution; what has no calculation stays as it is."""
    found = list(EQUATION.finditer(line))
    if not found:
        return line
    longest = max(found, key=lambda m: len(m[0]))
    kept = []
    for word in line[longest.end():].rstrip(".").split()[:LONGEST]:
        if word.lower() in ENDS or word.lower() not in known or not WORD.fullmatch(word):
            break
        kept.append(word)
    if kept and kept[-1] == "of":
        kept.pop()
    return " ".join([longest[0], *kept]) + "."
