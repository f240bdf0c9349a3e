/* tiny_solve.h - whole runs over a tiny random model with a fake judge: their text means nothing,
 * but a trace has an "answer" that depends on it, so votes, cuts and stops can be checked against
 * each other. */
#ifndef TESTS_SUPPORT_TINY_SOLVE_H
#define TESTS_SUPPORT_TINY_SOLVE_H

#include <sheaf/tts.h>

/* The answer is the count of letters modulo 4, in two spellings; 3 is "none". */
extern const sheaf_judge tiny_judge;

/* A model with these random weights, two threads; its file is gone already. Released by
 * tiny_close. */
sheaf_engine *tiny_open(uint64_t seed);
void tiny_close(sheaf_engine *e);

/* Up to 60 tokens at temperature 1, seed 3. */
sheaf_solve_options tiny_options(const char *strategy, size_t traces);

/* A run that must succeed. */
sheaf_result *tiny_run(sheaf_engine *e, const sheaf_solve_options *o);

/* Same tokens, confidences, text and finish. */
void assert_same_trace(const sheaf_trace *a, const sheaf_trace *b);

#endif
