/* fake_eval.h - stored evaluations without a model, by the scripts of fake_solve.h. */
#ifndef TESTS_SUPPORT_FAKE_EVAL_H
#define TESTS_SUPPORT_FAKE_EVAL_H

#include <sheaf/eval.h>

/* A problem: its script, and the answer that is right ("7" when NULL). */
struct fake_problem {
    const char *script, *gold;
};

struct fake_eval {
    const char *dir;        /* made; DIR.jsonl beside it gets the problems, "set/1", "set/2", .. */
    const char *strategies; /* NULL: majority,deepconf-online-low */
    const struct fake_problem *problems; /* [n] */
    size_t n;
    size_t cancel_at; /* call that is cancelled; 0: none */
    uint64_t seed;
};

#define FAKE_EVAL_TRACES 4

/* Runs it. `look`, unless NULL, sees the summary before it goes. */
void fake_eval(const struct fake_eval *f, void (*look)(void *ctx, const sheaf_eval_summary *s),
               void *ctx);

#endif
