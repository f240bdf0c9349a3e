/* metrics.h - what n stored traces of one problem say about drawing k of them.
 *
 * pass@1 is the share of right traces. pass@k: at least one of k is right. cons@k: a majority
 * vote over k is right. Both are exact expectations over all subsets of k, drawn without
 * replacement. */
#ifndef EVALS_METRICS_H
#define EVALS_METRICS_H

#include <sheaf/error.h>
#include <stddef.h>

#define METRICS_NO_CLASS ((size_t)-1)
#define METRICS_CONS_MAX 1024 /* traces of a problem that cons@k is computed for */

/* 1 - C(n - c, k) / C(n, k): n traces, c right, 1 <= k <= n (the unbiased estimator of
 * arXiv:2107.03374). */
double metrics_pass_at_k(size_t n, size_t c, size_t k);

/* cons@k.
 *
 *   counts     [n_classes] traces that gave each answer
 *   right      class of the right answer, METRICS_NO_CLASS when no trace gave it
 *   n_silent   traces without an answer: they take a place in the draw but do not vote
 *   k          1 .. all traces
 *
 * A right answer that ties with others for the lead scores 1 / (number tied). Errors: LIMIT past
 * METRICS_CONS_MAX traces, USAGE for k out of range, NOMEM. */
sheaf_code metrics_cons_at_k(double *out, const size_t *counts, size_t n_classes, size_t right,
                             size_t n_silent, size_t k, sheaf_error *err);

#endif
