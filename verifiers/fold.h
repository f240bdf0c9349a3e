/* fold.h - words compared as words, and letters of multiple-choice answers. */
#ifndef VERIFIERS_FOLD_H
#define VERIFIERS_FOLD_H

#include "base/arena.h"
#include "base/text.h"

/* Text for comparison: \text{} and $ unwrapped, blanks collapsed, quotes and punctuation at the
 * ends stripped, lower case, no leading article, "3:45 p.m." as "3:45 pm". In the arena; false at
 * its end. */
bool fold_text(text *out, arena *mem, text t);

/* Letter of a multiple-choice answer, 'A'..'J': C, (c), C., "C: text", "(C) text", "option C"; 0
 * when there is none or a second letter in parentheses contradicts it. */
char fold_choice(text folded);

/* Is a gold answer a bare choice: one capital A-J, perhaps in parentheses, \text or \textbf? */
bool fold_is_choice_gold(text gold);

#endif
