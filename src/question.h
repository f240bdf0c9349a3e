/* question.h - the question of `sheaf solve`, wherever it comes from. */
#ifndef SRC_QUESTION_H
#define SRC_QUESTION_H

#include <stdbool.h>

#include "base/text.h"

/* At most one of the three is given; with none, or "-", standard input is read. */
struct question_source {
    const char *operand, *prompt, *file;
    bool verbatim; /* keep blanks around it: they are part of a raw prompt */
};

/* Appends the question: UTF-8 without NUL, not blank. Returns CLI_GO, or the exit status after one
 * line on standard error. */
int question_read(strbuf *out, const struct question_source *s);

#endif
