"""Sentences with slots. A template is parsed once into a tree and filled many times.

    [won|scored]     one of them, chosen at random; may hold slots and further brackets
    {a}              a number, or a noun in the plural, or a person
    {x.1} {x.a}      a noun in the singular, with its article
    {a x} {a page}   a number with its noun, "1 page", "3 pages"; {a:page} is the noun alone
    {$a} {%a}        an amount of money, a percentage
    {/f} {*k}        a fraction ("3/4", "half"), a multiple ("twice", "3 times")
    {he} {his} {him} {himself}, {M.he}   pronouns, of N or of the person that is named
    {N's}            "Tom's"
    {a + b = t}      solutions only: an operation, spoken out by arith.py; t gets its value
    {a // k = q r}   quotient and remainder      {a ceil k = q}   rounded up
    {p % a = t}      p percent of a              {f of a = t}     a fraction of a
"""
import re
from fractions import Fraction

from . import arith
from .words import Noun, Person

PRONOUNS = ("he", "him", "his", "himself")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve")
PIECE = re.compile(r"\{[^{}]*\}|[\[\]|]|[^\[\]{}|]+")
OPERATION = re.compile(r"(\S+) (of|ceil|%|//|[-+*/]) (\S+)((?: [-+] \S+)*) = (\w+)(?: (\w+))?")
FRACTIONS = {Fraction(1, 2): "half", Fraction(1, 3): "a third", Fraction(1, 4): "a quarter",
             Fraction(2, 3): "two thirds", Fraction(3, 4): "three quarters",
             Fraction(1, 5): "a fifth"}


class Fill:
    """What one problem knows: values of its slots, random choices, operations done so far."""

    def __init__(self, rng):
        self.rng, self.env, self.seen = rng, {}, set()
        self.ops, self.before, self.last, self.spoken = 0, [], None, False
        self.commas = rng.random() < 0.2
        self.words = rng.random() < 0.15
        self.dollars = rng.random() < 0.25
        self.percent = rng.random() < 0.2

    def number(self, value):
        """A number as a question writes it; solutions (`spoken`) keep to digits."""
        if self.spoken:
            return arith.show(value)
        if self.words and value in range(2, 13) and self.rng.random() < 0.6:
            return WORDS[int(value)]
        if self.commas and value >= 1000 and Fraction(value).denominator == 1:
            return f"{int(value):,}"
        return arith.show(value)

    def money(self, value):
        text = arith.show(value)
        if "." in text:
            return "$" + text + "0" * (2 - arith.decimals(value))
        if self.dollars:
            return text + (" dollar" if value == 1 else " dollars")
        return "$" + self.number(value) if value > 12 else "$" + text

    def value(self, name):
        """A slot's number, or the literal that `name` spells."""
        return self.env[name] if name in self.env else Fraction(name)


def parse(text):
    """The tree of a template: a list of texts, slot functions and ("alt", [trees])."""
    pieces = PIECE.findall(text)
    if "".join(pieces) != text:
        raise ValueError(f"stray brace in {text!r}")
    tree, rest = sequence(pieces, 0, depth=0)
    if rest != len(pieces):
        raise ValueError(f"stray bracket in {text!r}")
    return tree


def sequence(pieces, at, depth):
    tree = []
    while at < len(pieces) and not (depth and pieces[at] in "|]"):
        if pieces[at] == "[":
            branches, at = alternatives(pieces, at + 1, depth + 1)
            tree.append(("alt", branches))
        elif pieces[at] == "]":
            return tree, at
        else:
            tree.append(slot(pieces[at][1:-1]) if pieces[at][0] == "{" else pieces[at])
        at += 1
    return tree, at


def alternatives(pieces, at, depth):
    branches = []
    while True:
        tree, at = sequence(pieces, at, depth)
        branches.append(tree)
        if at >= len(pieces):
            raise ValueError("bracket without an end")
        if pieces[at] == "]":
            return branches, at
        at += 1


def render(tree, fill):
    """The text of a tree."""
    out = []
    for node in tree:
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, tuple):
            out.append(render(fill.rng.choice(node[1]), fill))
        else:
            out.append(node(fill))
    return "".join(out)


def slot(text):
    """The function Fill -> text of what stands between two braces."""
    if OPERATION.fullmatch(text):
        return operation(*OPERATION.fullmatch(text).groups())
    if text[0] in "$%/*":
        return {"$": money_slot, "%": percent_slot, "/": fraction_slot,
                "*": times_slot}[text[0]](text[1:])
    if text in PRONOUNS:
        text = "N." + text
    if text.endswith("'s"):
        text = text[:-2] + ".s"
    counted = re.fullmatch(r"(\w+)([ :])(.+)", text)
    if counted:
        return counted_slot(counted[1], counted[3], counted[2] == " ")
    name, _, form = text.partition(".")
    return lambda fill: mention(fill, fill.env[name], form)


def mention(fill, value, form):
    if isinstance(value, Noun):
        return value.forms[form]
    if isinstance(value, Person):
        new = form in ("", "s") and value not in fill.seen
        fill.seen.add(value)
        return value.first + ("'s" if form else "") if new else value.forms[form]
    return fill.number(value)


def counted_slot(name, noun, with_number):
    literal = None if len(noun) == 1 else Noun(noun)

    def counted(fill):
        value = fill.value(name)
        text = (literal or fill.env[noun]).agree(value)
        return fill.number(value) + " " + text if with_number else text
    return counted


def money_slot(name):
    return lambda fill: fill.money(fill.value(name))


def percent_slot(name):
    return lambda fill: arith.show(fill.value(name)) + (" percent" if fill.percent else "%")


def fraction_slot(name):
    def fraction(fill):
        value = fill.value(name)
        if value in FRACTIONS and fill.rng.random() < 0.5:
            return FRACTIONS[value]
        return f"{value.numerator}/{value.denominator}"
    return fraction


def times_slot(name):
    def times(fill):
        value = fill.value(name)
        if value == 2 and fill.rng.random() < 0.8:
            return "twice"
        return fill.number(value) + " times"
    return times


def operation(left, op, right, more, result, rest):
    """The function that does an operation, notes its value and returns its chain."""
    def operate(fill):
        a, b = Fraction(fill.value(left)), Fraction(fill.value(right))
        if op == "of":
            value, text = fraction_of(fill, a, b)
        elif op == "%":
            value, text = percent_of(fill, a, b)
        elif op == "ceil":
            value, text = round_up(fill, a, b)
        else:
            value, text = arith.speak(a, op, b)
            fill.ops += 1
        value, text = go_on(fill, value, text, more.split())
        fill.env[result] = fill.last = value
        if rest:
            fill.env[rest] = a - b * value
        return text
    return operate


def go_on(fill, value, text, more):
    """Further terms of a sum: every member of the chain so far carries them along."""
    for op, name in zip(more[::2], more[1::2]):
        term = Fraction(fill.value(name))
        head = [f"{m} {op} {arith.show(term)}" for m in text.split(" = ")]
        value, tail = arith.speak(value, op, term)
        text = arith.join(*head, *tail.split(" = "))
        fill.ops += 1
    return value, text


def fraction_of(fill, f, a):
    share, text = arith.speak(a, "/", f.denominator)
    fill.ops += 1
    if f.numerator == 1:
        return share, text
    fill.before.append(f"1/{f.denominator} of {arith.show(a)} is {text}.")
    fill.ops += 1
    return arith.speak(share, "*", f.numerator)


def percent_of(fill, p, a):
    """A quarter, a half, or tenths where that is short; else p hundredths."""
    if p in (25, 50):
        fill.ops += 1
        return arith.speak(a, "/", 100 // p)
    if p % 10 == 0:
        tenth, text = arith.speak(a, "/", 10)
        fill.ops += 1
        if p == 10:
            return tenth, text
        fill.before.append(f"10% of {arith.show(a)} is {text}.")
        fill.ops += 1
        return arith.speak(tenth, "*", p // 10)
    product, text = arith.speak(a, "*", p)
    fill.before.append(text + ".")
    fill.ops += 2
    return arith.speak(product, "/", 100)


def round_up(fill, a, b):
    quotient, rest = divmod(a, b)
    fill.ops += 1
    if rest == 0:
        return arith.speak(a, "/", b)
    fill.before.append(arith.divide_rest(a, b) + ".")
    fill.ops += 1
    return arith.speak(quotient, "+", 1)
