"""Joins frames into problems.

A problem is a base frame, or an opening, and any number of continuations: a frame that ends in "N
has v x" (state `own N x`) goes on with frames that need `own`. The frames of one problem are all of
one split, so a held-out problem has no sentence that was trained on, and its kind is that of its
first frame.
"""
import re
from fractions import Fraction

from . import arith, template
from .frames import Reject
from .plain import plain, vocabulary
from .words import LISTS, Noun, Person

CAN_BE_CONDITION = (r"(?:He|She|Each|Every|There|The|It|A|An|One|All|They|[A-Z][a-z]+"
                    r"(?= (?:had|has|gave|bought|sold|got|used|found|lost|put|paid|spent|made)))\b")
LAST_SENTENCE = re.compile(rf"(.*[.?!] |)({CAN_BE_CONDITION}[^.?!]*(?:\.\d[^.?!]*)*)\.", re.DOTALL)
START = re.compile(r"(^|[.?!] |\n)([a-z])")
STATE_SLOTS = {"own": ("N", "x"), "money": ("N",), "stock": ("x",), "people": ("x",)}
NAMES = {person.later for person in LISTS["person"]}
IF_SHARE = 0.2
LIMIT = 10**7


class Pool:
    """The frames of one or more splits, ready to be drawn."""

    def __init__(self, frames, splits):
        chosen = [f for f in frames if f.split in splits]
        self.bases = [f for f in chosen if not f.needs]
        self.asides = [f for f in chosen if f.needs == "aside"]
        self.tails = {}
        for frame in chosen:
            if frame.needs in STATE_SLOTS:
                self.tails.setdefault(frame.needs, []).append(frame)
        self.by_steps = {}

    def base(self, rng, steps):
        """A frame that a problem of this many operations can begin with."""
        if steps not in self.by_steps:
            fit = [f for f in self.bases if f.ops == steps and f.questions
                   or f.ops < steps and f.gives and f.gives[0] in self.tails]
            self.by_steps[steps] = fit, [base_weight(f, steps) for f in fit]
        fit, weights = self.by_steps[steps]
        if not fit:
            raise Reject
        return rng.choices(fit, weights)[0]

    def tail(self, rng, state, left):
        fit = [f for f in self.tails.get(state, ()) if f.ops <= left
               and (f.ops == left and f.questions or f.ops < left and f.gives)]
        if not fit:
            raise Reject
        return rng.choices(fit, [f.weight for f in fit])[0]


def base_weight(frame, steps):
    """Frames that fill the whole problem come first; long chains of continuations are rarer."""
    return frame.weight * (3.0 if frame.ops == steps else 1.0)


def plan(pool, rng, steps):
    """Frames whose operations add up to `steps`."""
    frames = [pool.base(rng, steps)]
    left = steps - frames[0].ops
    while left > 0 or not frames[-1].questions:
        tail = pool.tail(rng, frames[-1].gives[0], left)
        if tail in frames:
            raise Reject
        frames.append(tail)
        left -= tail.ops
    return frames


def hand_over(frame, env, value):
    """The env that the next frame starts with: the state, and names that must not come again."""
    slots = STATE_SLOTS[frame.gives[0]]
    state = {s: env[n] if n in env else Noun(n) for s, n in zip(slots, frame.gives[1:])}
    taken = [v for v in env.values() if isinstance(v, (Noun, Person)) and v not in state.values()]
    state.update({f"_{i}": v for i, v in enumerate(taken)})
    state["v"] = value
    return state


def tell(frames, fill, aside=None):
    """(question sentences, solution lines) of a plan."""
    told, solved, env = [], [], {}
    for i, frame in enumerate(frames):
        frame.draw(env, fill.rng)
        fill.env, fill.spoken = env, False
        told.append(with_pronoun(template.render(frame.body, fill), env.get("N"), fill))
        if i == len(frames) - 1:
            told += [beside(aside, fill)] if aside else []
            told.append(template.render(fill.rng.choice(frame.questions), fill))
        fill.spoken = True
        for step in frame.steps:
            fill.before = []
            line = template.render(step, fill)
            solved += fill.before + [line]
        check_values(env)
        if frame.gives:
            value = fill.last if frame.steps else env["a"]
            env = hand_over(frame, env, value)
    return told, solved


def beside(frame, fill):
    """A sentence that does not matter, about the person of the story."""
    if not isinstance(fill.env.get("N"), Person) or fill.env["N"].first != fill.env["N"].later:
        raise Reject
    env, fill.env = fill.env, dict(fill.env)
    frame.draw(fill.env, fill.rng)
    text = template.render(frame.body, fill)
    fill.env = env
    return text


def with_pronoun(text, person, fill):
    """A sentence that goes on about the only person of the story often begins with a pronoun."""
    alone = sum(" " not in p.later for p in fill.seen) == len(fill.seen) == 1 and "v" in fill.env
    if alone and person and text.startswith(person.later + " ") and fill.rng.random() < 0.6:
        return person.forms["he"] + text[len(person.later):]
    return text


def check_values(env):
    for value in env.values():
        if isinstance(value, (int, Fraction)) and not 0 < value < LIMIT:
            raise Reject


def tidy(text):
    """One space between words, a capital letter at the start of each sentence."""
    text = re.sub(r" +([.,?!])", r"\1", re.sub(r" {2,}", " ", text)).strip()
    return START.sub(lambda m: m[1] + m[2].upper(), text)


def conditional(told, question, rng):
    """The last fact of a story may become a condition: "If he sold 3 of them, how many ..."."""
    found = LAST_SENTENCE.fullmatch(told)
    if not found or not question.startswith(("How", "What")) or question.count("?") != 1:
        return told + " " + question
    before, fact = found.groups()
    if not before or re.search(r"\b(?:and then|so that|until|already|but|and now)\b", fact):
        return told + " " + question
    if re.match(r"[\w-]+", fact)[0] not in NAMES:
        fact = fact[0].lower() + fact[1:]
    return f"{before}If {fact}, {question[0].lower()}{question[1:]}"


def n_digits(*texts):
    """The most digits of a number in the texts."""
    return max(len(n.replace(",", "").replace(".", ""))
               for t in texts for n in re.findall(r"\d[\d,]*(?:\.\d+)?", t))


def problem(pool, rng, steps, asides=0.0):
    """One problem, without an id; a share of them gets a fact that does not matter. Reject: this
    draw came to nothing."""
    frames = plan(pool, rng, steps)
    fill = template.Fill(rng)
    aside = rng.choice(pool.asides) if rng.random() < asides else None
    told, solved = tell(frames, fill, aside)
    answer = arith.show(fill.env.get("answer", fill.last))
    question = tidy(" ".join(told))
    if not aside and rng.random() < IF_SHARE:
        question = conditional(tidy(" ".join(told[:-1])), tidy(told[-1]), rng)
    known = vocabulary(question)
    solution = "\n".join(plain(line, known) for line in tidy("\n".join(solved)).split("\n"))
    return row(question, solution, answer, fill.ops,
               "+".join(f.name for f in frames + [aside] * bool(aside)), frames[0].kind)


def row(question, solution, answer, steps, frame, kind):
    digits = n_digits(question, solution)
    return {"question": question, "solution": f"{solution}\nThe answer is \\boxed{{{answer}}}.",
            "answer": answer, "answer_type": "decimal" if "." in answer else "integer",
            "steps": steps, "digits": digits, "frame": frame, "kind": kind}
