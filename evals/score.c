/* score.c - traces of one problem against the gold answer. */
#include "evals/score.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/metrics.h"

size_t score_points(size_t ks[SCORE_POINTS_MAX], size_t n)
{
    size_t count = 0;
    if (n > METRICS_CONS_MAX)
        return 0;
    for (size_t k = 1; k < n; k *= 2)
        ks[count++] = k;
    ks[count++] = n;
    return count;
}

/* Traces by answer: counts [n_traces] by class; *right the class of the most frequent right
 * answer. */
static size_t count_classes(size_t *counts, size_t *right_class, const bool *right,
                            const sheaf_result *r)
{
    size_t n_silent = 0, most = 0;
    *right_class = METRICS_NO_CLASS;
    for (size_t i = 0; i < r->n_traces; i++) {
        if (r->traces[i].answer_class < 0)
            n_silent++;
        else
            counts[r->traces[i].answer_class]++;
    }
    for (size_t i = 0; i < r->n_traces; i++) {
        if (!right[i])
            continue;
        size_t class = (size_t)r->traces[i].answer_class;
        if (counts[class] > most) {
            most = counts[class];
            *right_class = class;
        }
    }
    return n_silent;
}

static sheaf_code score_cons(double *cons, const bool *right, const sheaf_result *r,
                             size_t n_wanted, sheaf_error *err)
{
    size_t ks[SCORE_POINTS_MAX], right_class;
    size_t n_points = score_points(ks, n_wanted), n = r->n_traces;
    size_t *counts = alloc_zero(n, sizeof *counts);
    if (!counts)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "cons@k", "no memory for %zu traces", n);
    size_t n_silent = count_classes(counts, &right_class, right, r);
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < n_points && n && !rc; i++) {
        size_t k = ks[i] < n ? ks[i] : n;
        rc = metrics_cons_at_k(&cons[i], counts, n, right_class, n_silent, k, err);
    }
    alloc_free(counts);
    return rc;
}

sheaf_code score_run(struct score_run *out, bool *right, const sheaf_result *r,
                     const struct grader *g, const char *gold, size_t n_wanted, bool whole,
                     sheaf_error *err)
{
    *out = (struct score_run){
        .n_traces = r->n_traces,
        .n_cut = r->n_cut,
        .n_looped = r->n_looped,
        .n_length = r->n_length,
        .n_unfinished = r->n_unfinished,
        .tokens = r->tokens,
        .seconds = r->seconds,
        .decode_rows = r->decode_rows,
        .decode_steps = r->decode_steps,
    };
    for (size_t i = 0; i < r->n_traces; i++) {
        const char *answer = r->traces[i].answer;
        right[i] = answer && g->right(g->ctx, gold, answer);
        out->n_right += right[i];
    }
    return whole ? score_cons(out->cons, right, r, n_wanted, err) : SHEAF_OK;
}
