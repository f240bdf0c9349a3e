"""Reads the tables of sentence frames, stories/*.txt.

    == shop weight=2 test              a story kind; `test`: never in training
    V x=fruit                          specifications for all frames of the kind
    --* own > money N                  a frame; * held out for test, v for validation;
                                       what it continues > what it can be continued with
    V a=3..20; p=2..9; ?a*p<200        values in order, conditions
    B {N} sold {a} {x} at {$p} each.   what is told
    Q How much was that?|| ...         questions to choose from
    S {N} got {a * p = t} dollars.     the solution, one operation a line

A specification is `name=list` (words.txt), `a=3..20`, `a=0.5..3/0.25` (in steps), `a=1|2|5`,
or an expression over earlier names; `a,b=...` draws two. `?` begins a condition. Names N, M and K
without a rule are people. A line that starts with two spaces goes on the line before. A frame
without `Q` opens a story that others continue. Rules and
conditions apply in the order of the lines.
"""
import glob
import os
import re
from fractions import Fraction

from . import template
from .words import LISTS

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = re.compile(r"--([*v]?)\s*(\w*)\s*(?:>\s*(.*))?")
OPERATIONS = (r" = ", r"\{\S+ (?:%|ceil) ", r"\{\S+ [-+] \S+ [-+] ")  # these count twice
SPLITS = {"": "train", "*": "test", "v": "valid"}
NEEDS = ("", "own", "money", "stock", "people", "aside")  # what a frame may go on from


COUNTED = re.compile(r"\{([^{}]* = (\w+))\} (more |good |whole )?([a-z]+s)\b")
NOT_NOUNS = ("is", "was", "has", "does", "less")


def agree(text):
    """A plural right after an operation is made to agree: '{a - b = t} pens' may be '1 pen'."""
    def agreeing(m):
        word = m[4]
        if word in NOT_NOUNS:
            return m[0]
        one = word[:-3] + "y" if word.endswith("ies") else \
            word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]
        return f"{{{m[1]}}} {m[3] or ''}{{{m[2]}:{one}}}"
    return COUNTED.sub(agreeing, text)


class Reject(Exception):
    """The numbers drawn do not make a problem; draw again."""


def divisor(value, low=2, high=12):
    """Draws a divisor of `value` out of low..high that leaves a quotient above 1."""
    def draw(rng):
        found = [k for k in range(low, min(high, int(value) // 2) + 1) if value % k == 0]
        if not found:
            raise Reject
        return rng.choice(found)
    return draw


def stepped(low, high, step):
    """Draws out of low..high in steps; one in three from the lowest third, for easy numbers."""
    def draw(rng):
        n = int((high - low) / step)
        if n < 0:
            raise Reject
        if n > 12 and rng.random() < 0.35:
            n //= 3
        value = low + step * rng.randint(0, n)
        return int(value) if value == int(value) else value
    return draw


class Spec:
    """One `names = rule` of a V line."""

    def __init__(self, text):
        left, _, rule = text.partition("=")
        self.names, self.words, self.code = [n.strip() for n in left.split(",")], None, None
        rule = rule.strip()
        if rule in LISTS:
            self.words = LISTS[rule]
        else:
            self.code = compile(exact(expression(rule)), text, "eval")

    def draw(self, env, rng):
        for name in self.names:
            env[name] = self.word(env, rng) if self.words else self.number(env, rng)

    def word(self, env, rng):
        taken = set(v for v in env.values() if not isinstance(v, (int, Fraction)))
        for _ in range(20):
            found = rng.choice(self.words)
            if found not in taken:
                return found
        raise Reject

    def number(self, env, rng):
        value = eval(self.code, GLOBALS, env)
        return value(rng) if callable(value) else value


GLOBALS = {"F": Fraction, "div": divisor, "steps": stepped, "min": min, "max": max, "int": int,
           "pick": lambda *values: lambda rng: rng.choice(values), "__builtins__": {}}


def expression(rule):
    """Python source of a rule: a range, a choice, or what it is."""
    if ".." in rule:
        low, _, high = rule.partition("..")
        high, _, step = high.partition("/")
        return f"steps({low}, {high}, {step or 1})"
    return f"pick({rule.replace('|', ',')})" if "|" in rule else rule


def exact(source):
    """Decimal and fraction literals as Fractions: 0.25 and 3/4 are never floats."""
    source = re.sub(r"\b(\d+)/(\d+)\b", r"F(\1,\2)", source)
    return re.sub(r"\b(\d+\.\d+)\b", r"F('\1')", source)


class Frame:
    """A row of the tables."""

    def __init__(self, kind, number, header, where):
        mark, self.needs, gives = HEADER.fullmatch(header).groups()
        if self.needs not in NEEDS:
            raise ValueError(f"a frame continues one of {', '.join(NEEDS[1:])}, not {self.needs}")
        self.kind, self.name, self.where = kind.name, f"{kind.name}.{number}", where
        self.weight = kind.weight
        self.split = "test" if kind.test else SPLITS[mark]
        self.gives = (gives or "").split()
        self.specs, self.conditions = [], []
        self.body, self.questions, self.steps, self.source = [], [], [], ""
        for line in kind.lines:
            self.read(line)

    def read(self, line):
        tag, text = line[0], line[2:]
        if tag == "V":
            for item in filter(None, (i.strip() for i in text.split(";"))):
                self.specs.append(compile(exact(item[1:]), item, "eval") if item[0] == "?"
                                  else Spec(item))
            return
        self.source += text + " "
        if tag == "B":
            self.body = template.parse(text)
        elif tag == "Q":
            self.questions = [template.parse(q.strip()) for q in text.split("||")]
        elif tag == "S":
            self.steps.append(template.parse(agree(text)))
        else:
            raise ValueError(f"{self.where}: a line starts with V, B, Q or S, not {tag!r}")

    def finish(self):
        """People who are named without a rule are drawn out of all people."""
        declared = {n for s in self.specs if isinstance(s, Spec) for n in s.names}
        for name in ("K", "M", "N"):
            used = re.search(r"\{%s[}.']" % name, self.source) or (
                name == "N" and re.search(r"\{(he|his|him|himself)\}", self.source))
            if used and name not in declared and not (name == "N" and self.needs):
                self.specs.insert(0, Spec(f"{name}=person"))
        self.ops = sum(len(re.findall(pattern, self.source)) for pattern in OPERATIONS)

    def draw(self, env, rng):
        """Gives every name of the frame a value in `env`. Reject: the conditions do not hold."""
        for spec in self.specs:
            if isinstance(spec, Spec):
                spec.draw(env, rng)
            elif not eval(spec, GLOBALS, env):
                raise Reject


class Kind:
    def __init__(self, line):
        words = line.split()
        self.name, self.test, self.weight, self.lines = words[1], "test" in words, 1.0, []
        for word in words[2:]:
            if word.startswith("weight="):
                self.weight = float(word[7:])


def read_file(path):
    """All frames of one table. ValueError names the line."""
    kind, frame, frames, number = None, None, [], 0
    for at, line in joined_lines(path):
        where = f"{os.path.basename(path)}:{at}"
        try:
            if line.startswith("=="):
                kind, frame, number = Kind(line), None, 0
            elif line.startswith("--"):
                number += 1
                frame = Frame(kind, number, line, where)
                frames.append(frame)
            elif frame is None:
                kind.lines.append(line)
            else:
                frame.read(line)
        except (ValueError, AttributeError, SyntaxError, IndexError) as fault:
            raise ValueError(f"{where}: {fault}") from fault
    for frame in frames:
        frame.finish()
    return frames


def joined_lines(path):
    """(line number, line) with comments and empty lines gone and continued lines joined."""
    out = []
    with open(path, encoding="utf-8") as f:
        for at, line in enumerate(f, 1):
            line = line.rstrip()
            if line.startswith("  ") and out:
                out[-1] = (out[-1][0], out[-1][1] + " " + line.strip())
            elif line and not line.startswith("#"):
                out.append((at, line))
    return out


def read_all(folder=os.path.join(HERE, "stories")):
    """Frames of every table, in the order of file names."""
    return [f for path in sorted(glob.glob(os.path.join(folder, "*.txt"))) for f in read_file(path)]
