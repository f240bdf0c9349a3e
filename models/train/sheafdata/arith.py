"""One operation, spoken out as a chain of equal expressions.

    47 + 38 = 85                                    small: direct
    547 + 368 = 847 + 68 = 907 + 8 = 915            place by place, largest first
    915 - 368 = 615 - 68 = 555 - 8 = 547
    24 * 7 = 20 * 7 + 4 * 7 = 140 + 28 = 168        partial products
    168 / 7 = 140 / 7 + 28 / 7 = 20 + 4 = 24        one part per digit of the quotient
    170 = 140 + 28 + 2 = 7 * 20 + 7 * 4 + 2 = 7 * 24 + 2      with a remainder

Whether an operation is small depends on how many digits its operands have, never on carries, so
that a reader can decide it before he calculates. Every member of a chain has the same value.
Numbers are Fractions with a finite decimal form.
"""
from fractions import Fraction

TABLE = 12  # products up to TABLE * TABLE are known by heart


def show(value):
    """The shortest decimal text of a Fraction or int: 3, 2.5, 0.05. ValueError: none is finite."""
    if value.denominator == 1:
        return str(value.numerator)
    places = decimals(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:]


def decimals(value):
    """How many digits follow the point of a Fraction."""
    rest, places = value.denominator, 0
    while rest != 1:
        places += 1
        rest = (value * 10**places).denominator
        if places > 12:
            raise ValueError(f"{value} has no short decimal form")
    return places


def parts(value):
    """The places of a positive number, largest first: 304.5 -> 300, 4, 0.5."""
    text = show(value)
    point = text.index(".") if "." in text else len(text)
    return [int(d) * (10 ** (point - i - 1) if i < point else Fraction(1, 10 ** (i - point)))
            for i, d in enumerate(text) if d not in "0."]


def small_sum(a, b):
    """True when a + b and a - b are written down at once: at most four digits that are not 0, or
    one operand with a single one."""
    x, y = len(parts(a)), len(parts(b))
    return x + y <= 4 or min(x, y) <= 1


def join(*members):
    """Members of a chain, each written once in a row."""
    kept = [m for i, m in enumerate(members) if i == 0 or m != members[i - 1]]
    return " = ".join(kept)


def place_by_place(a, op, b):
    """a + b or a - b, the places of b one after the other, the largest first."""
    members = [f"{show(a)} {op} {show(b)}"]
    left, rest = a, parts(b)
    if small_sum(a, b):
        rest = []
    while len(rest) > 1:
        left = VALUES[op](left, rest.pop(0))
        members.append(f"{show(left)} {op} {show(sum(rest))}")
    return join(*members, show(VALUES[op](a, b)))


def add(a, b):
    return place_by_place(a, "+", b)


def subtract(a, b):
    return place_by_place(a, "-", b)


def small_product(a, b):
    """True when a * b is written down at once: the table, tens of it, powers of ten."""
    x, y = mantissa(a), mantissa(b)
    return 1 in (x, y) or (x <= TABLE and y <= TABLE)


def mantissa(value):
    """A number as an integer without the zeros that it ends with: 1200 -> 12, 0.25 -> 25."""
    n = int(value * 10 ** decimals(value))
    while n and n % 10 == 0:
        n //= 10
    return n


def multiply(a, b):
    head = f"{show(a)} * {show(b)}"
    if small_product(a, b):
        return join(head, show(a * b))
    pairs = [(p, q) for q in factors(b) for p in factors(a)]
    products = [p * q for p, q in pairs]
    return join(head, " + ".join(f"{show(p)} * {show(q)}" for p, q in pairs), add_up(products))


def factors(value):
    """A factor's parts; one that the table holds stays whole."""
    return [value] if mantissa(value) <= TABLE else parts(value)


def add_up(terms):
    """140 + 28 + 7 = 168 + 7 = 175, each partial sum in its own member."""
    members, terms = [], list(terms)
    while len(terms) > 1:
        members.append(" + ".join(map(show, terms)))
        if len(terms) == 2 and not small_sum(*terms):
            return join(*members[:-1], add(*terms))
        terms[:2] = [terms[0] + terms[1]]
    return join(*members, show(terms[0]))


def divide(a, b):
    """a / b; the quotient must have a finite decimal form."""
    quotient = Fraction(a) / b
    head, digits = f"{show(a)} / {show(b)}", parts(quotient)
    if mantissa(b) == 1 or (mantissa(b) <= TABLE and mantissa(quotient) <= TABLE):
        return join(head, show(quotient))
    if len(digits) == 1:
        return join(head, show(quotient))
    shares = " + ".join(f"{show(d * b)} / {show(b)}" for d in digits)
    return join(head, shares, add_up(digits))


def divide_rest(a, b):
    """a = b * q + r, q the whole quotient; a plain division when nothing is left over."""
    quotient, rest = divmod(a, b)
    if rest == 0:
        return divide(a, b)
    last = f"{show(b)} * {show(quotient)} + {show(rest)}"
    if quotient <= TABLE or len(parts(quotient)) == 1:
        return join(show(a), last)
    shares = [f"{show(d * b)}" for d in parts(quotient)] + [show(rest)]
    products = [f"{show(b)} * {show(d)}" for d in parts(quotient)] + [show(rest)]
    return join(show(a), " + ".join(shares), " + ".join(products), last)


CHAINS = {"+": add, "-": subtract, "*": multiply, "/": divide, "//": divide_rest}
VALUES = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
          "/": lambda a, b: a / b, "//": lambda a, b: a // b}


def speak(a, op, b):
    """(value, text of the chain) of one operation on positive numbers; b is not 0 in a division."""
    a, b = Fraction(a), Fraction(b)
    return VALUES[op](a, b), CHAINS[op](a, b)
