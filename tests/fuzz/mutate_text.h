/* mutate_text.h - changes that know JSON and Jinja. */
#ifndef TESTS_FUZZ_MUTATE_TEXT_H
#define TESTS_FUZZ_MUTATE_TEXT_H

#include "tests/fuzz/mutator.h"

/* One change of a JSON text: a number, string or literal replaced by an awkward one or put again up to
 * 2000 times, brackets removed or added, a piece of Jinja or LaTeX in a string, or mutator_bytes. `b` must
 * not be empty. */
void mutate_json(struct dice *d, strbuf *b, text donor);

/* One change of a chat template or another text that means something to a parser. `b` must not be empty. */
void mutate_template(struct dice *d, strbuf *b);

#endif
