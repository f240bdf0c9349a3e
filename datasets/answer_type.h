/* answer_type.h - the kinds of answers a problem set may declare, and their spelling. */
#ifndef DATASETS_ANSWER_TYPE_H
#define DATASETS_ANSWER_TYPE_H

#include <stdbool.h>

#include "base/text.h"

/* What answers of this type look like, in words for an error message; NULL: no such type. */
const char *answer_type_about(text type);

/* True when `answer` is spelled as its type says. The type must be known. */
bool answer_type_fits(text type, text answer);

/* All names, "integer, decimal, ...", for an error message. */
extern const char answer_type_names[];

#endif
