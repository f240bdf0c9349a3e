/* bench_cost.h - what a decode step has to move and to compute, counted from the model and the
 * shape of the run; nothing is measured here. */
#ifndef SRC_BENCH_COST_H
#define SRC_BENCH_COST_H

#include "src/bench_run.h"

/* Means over the steps of a run, in bytes and in operations (a multiply-add is two).
 *
 * weight_bytes  every packed matrix once, whatever the number of traces. Of a mixture: the experts
 *               that R traces visit when each chooses its k of E alike and alone,
 *               E (1 - (1 - k/E)^R) of them.
 * kv_bytes      keys and values of every position seen: those of the shared prompt once, those
 *               that a trace decoded itself once for it. Sliding layers count what they see.
 * state_bytes   the recurrent state of every trace, read and written.
 * operations    2 x the parameters that a token passes through x traces: the matrix products.
 *
 * It is the least that must pass: activations, logits and whatever is read twice are left out, so
 * that a share of a ceiling is never flattered. Attention and recurrences are no matrix products of
 * weights and are left out of the operations for the same reason. */
struct bench_cost {
    double weight_bytes, kv_bytes, state_bytes, operations;
};

struct bench_cost bench_cost_of(const sheaf_engine *e, const struct bench_shape *shape);

#endif
