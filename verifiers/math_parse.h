/* math_parse.h - an answer as a tree. */
#ifndef VERIFIERS_MATH_PARSE_H
#define VERIFIERS_MATH_PARSE_H

#include "verifiers/math_node.h"

/* Tree of an answer, as written: nothing is evaluated but literals. What the grammar does not know
 * becomes TEXT (words) or BROKEN. Never NULL; with a fault in `c` (a limit) the tree is worth
 * nothing. */
math_node *math_parse(math_ctx *c, text answer);

#endif
