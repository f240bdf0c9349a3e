"""Grade-school word problems with worked solutions, written by a program.

stories/*.txt are tables of sentence frames; frames.py reads them, template.py fills them,
compose.py joins them into problems of 1 to 6 operations, arith.py speaks the arithmetic out and
check.py reads a finished solution again and recomputes every equation in it. Standard library only.
"""
