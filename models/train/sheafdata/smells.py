"""Signs of bad English or of a slip of the generator in a finished text."""
import re

SINGULAR_S = "bus|glass|dress|class|address|bass|atlas|mattress|canvas|compass|iris|goldfish|dozen"
SMELLS = {
    "a slot or bracket was not filled": r"[{}\[\]|]",
    "two spaces": r"  ",
    "a space before a mark": r" [.,?!;]",
    "two marks": r"[.,;?!][.,;?!]",
    "'a' before a vowel": r"\b[Aa] (?!uni|use|one\b|eu)[aeiou]",
    "'a' before a number that begins with a vowel": r"\b[Aa] (?:8\d?|11|18)\b",
    "'an' before a consonant": r"\b[Aa]n (?!hour|honest)[b-df-hj-np-tv-z]",
    "one of many": rf"(?<![\d.,])\b1 (?!of|less|(?:{SINGULAR_S})\b)(?:more |good )?[a-z]+(?<!s)s\b",
    "many of one": r"\b(?:[2-9]|\d\d+) (?:pen|page|apple|book|dollar|hour|day|week|minute|mile)\b"
                   r"(?! [a-z]+s\b)",
    "one are": r"(?:= |^|[.,] )1 [a-z]+(?: [a-z]+)? (?:are|were|have)\b",
    "a word twice": r"\b([a-z]+) \1\b",
    "a sentence with a small letter": r"[.?!] [a-z]",
}
COMPILED = [(what, re.compile(pattern)) for what, pattern in SMELLS.items()]


def smells(text):
    """What smells in a question or solution, as texts."""
    found = ((what, pattern.search(text)) for what, pattern in COMPILED)
    return [f"{what}: {match[0]!r}" for what, match in found if match]
