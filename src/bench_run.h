/* bench_run.h - one timed run of prefill, forks and decoding. */
#ifndef SRC_BENCH_RUN_H
#define SRC_BENCH_RUN_H

#include <sheaf/engine.h>

struct bench_shape {
    size_t prompt, gen, traces; /* tokens, tokens per trace, traces at once */
    size_t mem_bytes;           /* 0: no limit */
};

struct bench_sample {
    double prompt_s, decode_s;
    uint64_t memory_bytes;
    sheaf_profile profile; /* of the decoding alone */
};

/* Opens a decoder, runs, closes it. Errors: those of the decoder. */
sheaf_code bench_run(struct bench_sample *out, sheaf_engine *e, const struct bench_shape *shape,
                     sheaf_error *err);

#endif
