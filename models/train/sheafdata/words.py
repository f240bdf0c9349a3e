"""Words: people with their pronouns, nouns with their plurals, and the lists that frames draw from.

The lists are in words.txt, a line `name: word, word, ...` each; a name may be continued on further
lines of the same name. An entry `child/children` gives an irregular plural.
"""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
IRREGULAR = {"child": "children", "person": "people", "man": "men", "woman": "women", "mouse":
             "mice", "goose": "geese", "sheep": "sheep", "fish": "fish", "foot": "feet", "life":
             "lives", "loaf": "loaves", "shelf": "shelves", "knife": "knives", "leaf": "leaves",
             "scarf": "scarves", "half": "halves", "potato": "potatoes", "tomato": "tomatoes",
             "mango": "mangoes", "deer": "deer", "calf": "calves", "tooth": "teeth", "is": "are",
             "was": "were", "has": "have", "does": "do", "needs": "need"}
PRONOUNS = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself")}


def plural(noun):
    """'red box' -> 'red boxes'; 'bag of rice' -> 'bags of rice'."""
    head, of, tail = noun.partition(" of ")
    front, _, last = head.rpartition(" ")
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last += "es"
    elif last.endswith("y") and last[-2] not in "aeiou":
        last = last[:-1] + "ies"
    else:
        last += "s"
    return (front + " " if front else "") + last + of + tail


def article(noun):
    """'an apple', 'a unicycle', 'an hour'."""
    vowel = noun[0].lower() in "aeiou" and not noun.lower().startswith(("uni", "use", "eu", "one"))
    return ("an " if vowel or noun.startswith(("hour", "honest")) else "a ") + noun


class Noun:
    """A thing that is counted. Equal nouns compare equal."""

    def __init__(self, one, many=None):
        self.one, self.many = one, many or plural(one)
        self.forms = {"": self.many, "1": self.one, "a": article(self.one)}

    def agree(self, count):
        return self.one if count == 1 else self.many

    def __eq__(self, other):
        return isinstance(other, Noun) and self.one == other.one

    def __hash__(self):
        return hash(self.one)


class Person:
    """Somebody with a name, or with a role: first "a baker", from then on "the baker"."""

    def __init__(self, name, sex, role=False):
        he, him, his, himself = PRONOUNS[sex]
        self.first = article(name) if role else name
        self.later = "the " + name if role else name
        self.forms = {"": self.later, "he": he, "him": him, "his": his, "himself": himself,
                      "s": self.later + "'s"}

    def __eq__(self, other):
        return isinstance(other, Person) and self.later == other.later

    def __hash__(self):
        return hash(self.later)


def read_lists(path=os.path.join(HERE, "words.txt")):
    """{list name: [entry, ...]} of the file; the entries are texts."""
    lists = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            name, colon, entries = line.partition(":")
            if colon and not line.startswith("#"):
                found = [e.strip() for e in entries.split(",") if e.strip()]
                lists.setdefault(name.strip(), []).extend(found)
    return lists


def make_lists(raw):
    """The lists as objects: `names_f`, `names_m` and `role` join into people."""
    lists = {}
    for name, entries in raw.items():
        if name not in ("names_f", "names_m", "roles"):
            lists[name] = [Noun(*e.split("/")) for e in entries]
    lists["person"] = [Person(e, s) for s in "fm" for e in raw["names_" + s]]
    lists["girl"] = [Person(e, "f") for e in raw["names_f"]]
    lists["boy"] = [Person(e, "m") for e in raw["names_m"]]
    lists["role"] = [Person(e, s, role=True) for e in raw["roles"] for s in "fm"]
    return lists


LISTS = make_lists(read_lists())
