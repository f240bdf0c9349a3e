"""Problems of other people whose solutions are chains of equations, in the form of ours.

A row is {"question", "cot", "answer", "source"} with `cot` like "<<48/2=24>> <<48+24=72>>": GSM8K's
training problems and variants of them with other numbers. Every operation becomes a line of its
own, spoken out by arith.py; rows that this arithmetic cannot say exactly are left out.
"""
import ast
import json
import lzma
import re
from fractions import Fraction

from . import arith, check
from .compose import row
from .frames import Reject

STEP = re.compile(r"<<([^=<>]+)=[^<>]*>>")
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
LONGEST_QUESTION = 400  # characters
MOST_PLACES, MOST_STEPS = 3, 8


def read(path):
    """Rows of a .jsonl or .jsonl.xz file."""
    opened = lzma.open if path.endswith(".xz") else open
    with opened(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def work_out(node, lines):
    """The value of an expression; its operations go to `lines`, inner ones first."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return Fraction(str(node.value))
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
        raise Reject
    a, b = work_out(node.left, lines), work_out(node.right, lines)
    op = OPERATORS[type(node.op)]
    if a <= 0 or b <= 0 or (op == "-" and a <= b):
        raise Reject
    value, text = arith.speak(a, op, b)
    if arith.decimals(value) > MOST_PLACES:
        raise Reject
    lines.append(text + ".")
    return value


def problem(found, kind):
    """A row as a problem. Reject: it cannot be said."""
    question = " ".join(found["question"].split())
    lines, value = [], None
    try:
        for expression in STEP.findall(found["cot"]):
            value = work_out(ast.parse(expression.strip(), mode="eval").body, lines)
        answer = arith.show(value) if lines else ""
    except (SyntaxError, ValueError, ZeroDivisionError) as fault:
        raise Reject from fault
    if not lines or len(lines) > MOST_STEPS or len(question) > LONGEST_QUESTION or \
            Fraction(found["answer"].replace(",", "")) != value:
        raise Reject
    made = row(question, "\n".join(lines), answer, len(lines), found["source"], kind)
    if check.faults(made["solution"], answer):
        raise Reject
    return made


def problems(path, kind):
    """All rows of a file that can be said."""
    for found in read(path):
        try:
            yield problem(found, kind)
        except Reject:
            continue
