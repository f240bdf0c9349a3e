/* print.h - canonical trees as text, one text per tree. */
#ifndef VERIFIERS_PRINT_H
#define VERIFIERS_PRINT_H

#include "base/text.h"
#include "verifiers/math_node.h"

/* Appends the text of a canonical tree (value.h). A number of more than 65,536 bits sets b->failed.
 */
void print_value(strbuf *b, const math_node *n);

#endif
