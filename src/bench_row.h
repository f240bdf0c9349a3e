/* bench_row.h - what `sheaf bench` knows of one number of traces, as named numbers. */
#ifndef SRC_BENCH_ROW_H
#define SRC_BENCH_ROW_H

#include "src/bench_ceiling.h"
#include "src/bench_cost.h"
#include "src/bench_run.h"

#define BENCH_RUNS_MAX 64
#define BENCH_ROWS_MAX 32

/* The order is that of the JSON and CSV forms; *_MIN and *_MAX follow their median. */
enum bench_field {
    BENCH_TRACES, BENCH_PROMPT, BENCH_GEN, BENCH_REPEATS, BENCH_THREADS,
    BENCH_PROMPT_TPS, BENCH_PROMPT_TPS_MIN, BENCH_PROMPT_TPS_MAX,
    BENCH_DECODE_TPS, BENCH_DECODE_TPS_MIN, BENCH_DECODE_TPS_MAX,
    BENCH_TRACE_TPS,
    BENCH_TOKEN_MS, BENCH_TOKEN_MS_MIN, BENCH_TOKEN_MS_MAX,
    BENCH_WEIGHT_BYTES, BENCH_KV_BYTES, BENCH_STATE_BYTES, BENCH_STEP_BYTES, BENCH_STEP_OPS,
    BENCH_BYTES_S, BENCH_OPS_S, BENCH_MATMUL_OPS_S,
    BENCH_READ_CEILING, BENCH_PRODUCT_CEILING,
    BENCH_READ_SHARE, BENCH_PRODUCT_SHARE, BENCH_MATMUL_PRODUCT_SHARE,
    BENCH_MEMORY_BYTES,
    BENCH_MATMUL, BENCH_ATTENTION, BENCH_MIXER, BENCH_SAMPLING, BENCH_OTHER,
    BENCH_FIELDS
};

/* Names with their units: "_tps" tokens per second, "_ms", "_bytes", "_bytes_s", "_ops", "_ops_s",
 * "_share" of 1. */
extern const char *const bench_field_names[BENCH_FIELDS];

/* NaN: not measured. */
struct bench_row {
    double v[BENCH_FIELDS];
};

/* Median with the range around it. */
struct bench_spread {
    double median, min, max;
};

/* Of v[n], n >= 1, which gets sorted. */
struct bench_spread bench_spread_of(double *v, size_t n);

/* Half the range in percent of the median. */
double bench_half_range(const struct bench_spread *s);

/* Fills a row from its n runs, all of `shape`. Shares of ceilings are left to bench_row_rate. */
void bench_row_fill(struct bench_row *row, const struct bench_shape *shape,
                    const struct bench_sample *runs, size_t n, const struct bench_cost *cost);

/* What the row reached of the ceilings; those that are 0 give NaN. */
void bench_row_rate(struct bench_row *row, const struct bench_ceilings *c);

#endif
