/* bench_ceiling.h - the two limits of the machine that a decode step runs into, measured here and
 * now with the threads in use. */
#ifndef SRC_BENCH_CEILING_H
#define SRC_BENCH_CEILING_H

#include <sheaf/engine.h>

struct bench_ceilings {
    double read_bytes_s;    /* memory read, a buffer too large for the caches; 0: not measured */
    double product_ops_s;   /* the engine's own matrix product with everything in the caches   */
    const char *type;       /* of the weights that were multiplied: that of most of them       */
};

/* Measures both, about half a second, and raises *c to what was reached: called again, it keeps the
 * better of the two, since other work on the machine can only make a reading too low. *c starts
 * zeroed. Takes up to 512 MiB for the time of the call, an eighth of what is free at most.
 * Errors: NOMEM. */
sheaf_code bench_ceilings_raise(struct bench_ceilings *c, const sheaf_engine *e, sheaf_error *err);

#endif
