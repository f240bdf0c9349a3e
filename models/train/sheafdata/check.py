"""Reads a finished solution again, knowing nothing of how it was made.

Every run of numbers, operators and "=" in the text is an equation; all its members must have the
same value in exact arithmetic, and the boxed answer must stand in the line before it.
"""
import re
from fractions import Fraction

NUMBER = r"\d+(?:\.\d+)?"
SUM = rf"{NUMBER}(?: [-+*/] {NUMBER})*"
EQUATION = re.compile(rf"{SUM}(?: = {SUM})+")
BOXED = re.compile(r"The answer is \\boxed\{(-?\d+(?:\.\d+)?)\}\.$")


def evaluate(text):
    """The value of numbers joined by + - * /, products first."""
    tokens = text.split(" ")
    total, term, sign = Fraction(0), Fraction(tokens[0]), 1
    for op, number in zip(tokens[1::2], map(Fraction, tokens[2::2])):
        if op == "*":
            term *= number
        elif op == "/":
            term /= number
        else:
            total, term, sign = total + sign * term, number, 1 if op == "+" else -1
    return total + sign * term


def faults(solution, answer):
    """What is wrong with a solution, as texts; none when all is well."""
    found = []
    lines = solution.split("\n")
    boxed = BOXED.fullmatch(lines[-1])
    if not boxed or boxed[1] != answer:
        found.append(f"the last line is {lines[-1]!r}, the answer {answer}")
    n_equations = 0
    for equation in EQUATION.findall(solution):
        values = {evaluate(m) for m in equation.split(" = ")}
        n_equations += 1
        if len(values) != 1:
            found.append(f"{equation} is not true")
    if n_equations == 0 or solution.count("=") < n_equations:
        found.append("no equation")
    if len(EQUATION.sub("", solution).split("=")) > 1:
        found.append("a sign = outside an equation")
    if Fraction(answer) not in [Fraction(n) for n in re.findall(NUMBER, lines[-2])]:
        found.append(f"{answer} does not come up in {lines[-2]!r}")
    return found
