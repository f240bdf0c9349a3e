/* math_unicode.h - answers as models print them, rewritten in ASCII LaTeX. */
#ifndef VERIFIERS_MATH_UNICODE_H
#define VERIFIERS_MATH_UNICODE_H

#include "base/arena.h"
#include "base/text.h"

/* Stands for a byte that no answer may contain: NUL, other controls, broken UTF-8. */
#define MATH_BAD_BYTE '\x1a'

/* Signs, Greek letters, super- and subscripts, vulgar fractions and full-width forms become LaTeX;
 * Unicode spaces become blanks, invisible characters vanish, unsafe bytes become MATH_BAD_BYTE.
 * Other characters stay as they are: no look-alike is turned into a digit or a letter. The result
 * lives in the arena, or is `t` itself when nothing changed. False: the arena is at its end. */
bool math_to_ascii(text *out, arena *mem, text t);

#endif
