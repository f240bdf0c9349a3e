"""Splits text as the pre-tokenizer `qwen2` of GGUF files does: words with their leading blank,
every digit on its own, punctuation with the line breaks after it."""
import re
import sys
import unicodedata


def _ranges(major):
    """A regex class body of all characters whose category starts with `major`."""
    runs = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] != major:
            continue
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in runs)


def _pattern():
    letter, number = _ranges("L"), _ranges("N")
    space = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    return re.compile("|".join((
        r"'(?i:s|t|re|ve|m|ll|d)",
        rf"[^\r\n{letter}{number}]?[{letter}]+",
        rf"[{number}]",
        rf" ?[^{space}{letter}{number}]+[\r\n]*",
        rf"[{space}]*[\r\n]+",
        rf"[{space}]+(?![^{space}])",
        rf"[{space}]+",
    )))


_PIECE = _pattern()


def pieces(text):
    """The pieces of a text, in order; joined they are the text again."""
    return _PIECE.findall(text)
