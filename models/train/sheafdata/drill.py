"""Bare arithmetic, to teach the operations themselves: "What is 36 + 47?"

Each kind of drill is a row: its name, how often it comes, what draws the operands, how it is asked,
the line that solves it.
"""
from fractions import Fraction

from . import template
from .compose import row, tidy

BARE = ("What is {a} %s {b}?||Compute {a} %s {b}.||{a} %s {b} = ?||Find {a} %s {b}.||"
        "How much is {a} %s {b}?||Calculate {a} %s {b}.")


def size(rng):
    """A number of one to four digits; two are the most frequent."""
    digits = rng.choices((1, 2, 3, 4), (20, 45, 27, 8))[0]
    return rng.randint(max(2, 10 ** (digits - 1)), 10**digits - 1)


def two_sizes(rng):
    return {"a": size(rng), "b": size(rng)}


def larger_first(rng):
    a, b = sorted((size(rng), size(rng)))
    return {"a": b + 1, "b": a}


def factors(rng):
    a = rng.choices((rng.randint(2, 12), rng.randint(11, 99), rng.randint(100, 999),
                     10 * rng.randint(2, 99)), (35, 40, 15, 10))[0]
    b = rng.randint(2, 99) if a < 100 and rng.random() < 0.35 else rng.randint(2, 12)
    return {"a": a, "b": b} if rng.random() < 0.6 else {"a": b, "b": a}


def exact_quotient(rng):
    b = rng.randint(2, 12) if rng.random() < 0.8 else rng.randint(13, 60)
    return {"a": b * rng.choice((rng.randint(2, 12), rng.randint(11, 130))), "b": b}


def with_rest(rng):
    b = rng.randint(2, 15)
    return {"a": b * rng.randint(1, 60) + rng.randint(1, b - 1), "b": b}


def cents(rng):
    a, b = (Fraction(rng.randint(5, 2000), rng.choice((4, 10, 20, 100))) for _ in "ab")
    return {"a": max(a, b) + rng.randint(1, 5), "b": min(a, b)}


def cents_times(rng):
    return {"a": Fraction(rng.randint(11, 999), rng.choice((4, 10, 20, 100))),
            "b": rng.randint(2, 12)}


def percent(rng):
    p = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90))
    return {"p": p, "a": rng.randint(2, 60) * rng.choice((4, 5, 10, 20))}


def fraction(rng):
    d = rng.randint(2, 10)
    f = Fraction(rng.randint(1, d - 1), d)
    return {"f": f, "a": f.denominator * rng.randint(2, 40)}


def three(rng):
    return {n: rng.randint(2, 99) for n in "abc"}


PLUS = BARE.replace("%s", "+") + ("||Add {a} and {b}.||What is the sum of {a} and {b}?||"
                                  "What is {b} more than {a}?")
MINUS = BARE.replace("%s", "-") + ("||Subtract {b} from {a}.||What is {a} minus {b}?||"
                                   "What is the difference between {a} and {b}?||"
                                   "What is {b} less than {a}?")
TIMES = BARE.replace("%s", "*") + "||Multiply {a} by {b}.||What is {a} times {b}?"
OVER = BARE.replace("%s", "/") + "||Divide {a} by {b}.||What is {a} divided by {b}?"
KINDS = (
    ("add", 16, two_sizes, PLUS, "{a + b = t}."),
    ("subtract", 16, larger_first, MINUS, "{a - b = t}."),
    ("multiply", 22, factors, TIMES, "{a * b = t}."),
    ("divide", 18, exact_quotient, OVER, "{a / b = t}."),
    ("remainder", 6, with_rest,
     "What is the remainder when {a} is divided by {b}?||Divide {a} by {b}. What is left over?",
     "{a // b = q answer}, so the remainder is {answer}."),
    ("add_decimals", 4, cents, PLUS, "{a + b = t}."),
    ("subtract_decimals", 4, cents, MINUS, "{a - b = t}."),
    ("multiply_decimals", 4, cents_times, TIMES, "{a * b = t}."),
    ("percent", 5, percent, "What is {%p} of {a}?||Find {%p} of {a}.||How much is {%p} of {a}?",
     "{%p} of {a} is {p % a = t}."),
    ("fraction", 5, fraction, "What is {/f} of {a}?||Find {/f} of {a}.||How much is {/f} of {a}?",
     "The result is {f of a = t}."),
    ("three", 4, three, "What is {a} + {b} + {c}?||Add {a}, {b} and {c}.||Find {a} + {b} + {c}.",
     "{a + b + c = t}."),
)
ROWS = [(name, draw, [template.parse(q) for q in asked.split("||")], template.parse(line))
        for name, _, draw, asked, line in KINDS]
WEIGHTS = [kind[1] for kind in KINDS]


def problem(rng):
    """One drill, without an id."""
    name, draw, asked, line = rng.choices(ROWS, WEIGHTS)[0]
    fill = template.Fill(rng)
    fill.words = False
    fill.env = draw(rng)
    at = rng.randrange(len(asked))
    question = template.render(asked[at], fill)
    fill.spoken = True
    solved = template.render(line, fill)
    answer = template.arith.show(fill.env.get("answer", fill.last))
    return row(tidy(question), tidy("\n".join(fill.before + [solved])), answer, fill.ops,
               f"drill.{name}.{at + 1}", "drill")
