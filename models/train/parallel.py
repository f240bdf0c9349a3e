"""A function over many items in several processes, and the type of options that count them."""
import argparse
import multiprocessing

_inherited = None


def _inherit(function):
    global _inherited
    _inherited = function


def _call(item):
    return _inherited(item)


def positive(text):
    """A whole number from 1 on, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; a whole number from 1 on is wanted")
    return int(text)


def imap(function, items, jobs):
    """function(item) of every item, in order. The processes are forks: only items and results are
    sent, so `function` may hold what is large or cannot be pickled."""
    if jobs == 1:
        yield from map(function, items)
        return
    with multiprocessing.get_context("fork").Pool(jobs, _inherit, (function,)) as pool:
        yield from pool.imap(_call, items)
