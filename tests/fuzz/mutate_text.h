/* mutate_text.h - changes that know JSON, Jinja and answers in LaTeX. */
#ifndef TESTS_FUZZ_MUTATE_TEXT_H
#define TESTS_FUZZ_MUTATE_TEXT_H

#include "tests/fuzz/mutator.h"

/* One change of JSON lines. Most keep a line valid: a value gets another type or an awkward
 * number, goes, or is there up to 2000 times, a piece of Jinja or LaTeX comes into a string. The
 * rest are values that are no JSON, and mutator_bytes. `b` must not be empty. */
void mutate_json(struct dice *d, strbuf *b, text donor);

/* One change of a chat template or another text that means something to a parser. `b` must not be
 * empty. */
void mutate_template(struct dice *d, strbuf *b);

/* One change of an answer or a response: a piece of LaTeX put in, one repeated up to 2000 times,
 * a part wrapped, mutator_bytes. `b` must not be empty and does not become so. */
void mutate_answer(struct dice *d, strbuf *b, text donor);

#endif
