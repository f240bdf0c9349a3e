/* bench_row.c - see bench_row.h. */
#include "src/bench_row.h"

#include <math.h>
#include <stdlib.h>

const char *const bench_field_names[BENCH_FIELDS] = {
    [BENCH_TRACES] = "traces",
    [BENCH_PROMPT] = "prompt",
    [BENCH_GEN] = "gen",
    [BENCH_REPEATS] = "repeats",
    [BENCH_THREADS] = "threads",
    [BENCH_PROMPT_TPS] = "prompt_tps",
    [BENCH_PROMPT_TPS_MIN] = "prompt_tps_min",
    [BENCH_PROMPT_TPS_MAX] = "prompt_tps_max",
    [BENCH_DECODE_TPS] = "decode_tps",
    [BENCH_DECODE_TPS_MIN] = "decode_tps_min",
    [BENCH_DECODE_TPS_MAX] = "decode_tps_max",
    [BENCH_TRACE_TPS] = "trace_tps",
    [BENCH_TOKEN_MS] = "token_ms",
    [BENCH_TOKEN_MS_MIN] = "token_ms_min",
    [BENCH_TOKEN_MS_MAX] = "token_ms_max",
    [BENCH_WEIGHT_BYTES] = "step_weight_bytes",
    [BENCH_KV_BYTES] = "step_kv_bytes",
    [BENCH_STATE_BYTES] = "step_state_bytes",
    [BENCH_STEP_BYTES] = "step_bytes",
    [BENCH_STEP_OPS] = "step_ops",
    [BENCH_BYTES_S] = "read_bytes_s",
    [BENCH_OPS_S] = "product_ops_s",
    [BENCH_MATMUL_OPS_S] = "matmul_ops_s",
    [BENCH_READ_CEILING] = "ceiling_read_bytes_s",
    [BENCH_PRODUCT_CEILING] = "ceiling_product_ops_s",
    [BENCH_READ_SHARE] = "read_share",
    [BENCH_PRODUCT_SHARE] = "product_share",
    [BENCH_MATMUL_PRODUCT_SHARE] = "matmul_product_share",
    [BENCH_MEMORY_BYTES] = "memory_bytes",
    [BENCH_MATMUL] = "time_matmul_share",
    [BENCH_ATTENTION] = "time_attention_share",
    [BENCH_MIXER] = "time_mixer_share",
    [BENCH_SAMPLING] = "time_sampling_share",
    [BENCH_OTHER] = "time_other_share",
};

static int compare_f64(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct bench_spread bench_spread_of(double *v, size_t n)
{
    qsort(v, n, sizeof *v, compare_f64);
    return (struct bench_spread){(v[(n - 1) / 2] + v[n / 2]) / 2, v[0], v[n - 1]};
}

double bench_half_range(const struct bench_spread *s)
{
    return s->median > 0 ? 50 * (s->max - s->min) / s->median : 0;
}

/* NaN where nothing is known of the whole. */
static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static void put_spread(struct bench_row *row, enum bench_field first, double *v, size_t n)
{
    struct bench_spread s = bench_spread_of(v, n);
    row->v[first] = s.median;
    row->v[first + 1] = s.min;
    row->v[first + 2] = s.max;
}

/* Speeds and latency of the runs. */
static void put_times(struct bench_row *row, const struct bench_shape *shape,
                      const struct bench_sample *runs, size_t n)
{
    double prompt[BENCH_RUNS_MAX], decode[BENCH_RUNS_MAX], token[BENCH_RUNS_MAX];
    for (size_t i = 0; i < n; i++) {
        prompt[i] = ratio((double)shape->prompt, runs[i].prompt_s);
        decode[i] = ratio((double)(shape->gen * shape->traces), runs[i].decode_s);
        token[i] = 1e3 * runs[i].decode_s / (double)shape->gen;
    }
    put_spread(row, BENCH_PROMPT_TPS, prompt, n);
    put_spread(row, BENCH_DECODE_TPS, decode, n);
    put_spread(row, BENCH_TOKEN_MS, token, n);
    row->v[BENCH_TRACE_TPS] = row->v[BENCH_DECODE_TPS] / (double)shape->traces;
}

/* Shares of the phases over all runs; seconds of products per step. */
static double put_phases(struct bench_row *row, const struct bench_sample *runs, size_t n)
{
    double parts[BENCH_FIELDS - BENCH_MATMUL] = {0}, sum = 0, steps = 0;
    for (size_t i = 0; i < n; i++) {
        const sheaf_profile *p = &runs[i].profile;
        const double of_run[] = {p->matmul_s, p->attention_s, p->mixer_s, p->sampling_s,
                                 p->other_s};
        for (size_t k = 0; k < sizeof of_run / sizeof *of_run; k++) {
            parts[k] += of_run[k];
            sum += of_run[k];
        }
        steps += (double)p->steps;
    }
    for (size_t k = 0; k < BENCH_FIELDS - BENCH_MATMUL; k++)
        row->v[BENCH_MATMUL + k] = ratio(parts[k], sum);
    return ratio(parts[0], steps);
}

void bench_row_fill(struct bench_row *row, const struct bench_shape *shape,
                    const struct bench_sample *runs, size_t n, const struct bench_cost *cost)
{
    put_times(row, shape, runs, n);
    double step_s = row->v[BENCH_TOKEN_MS] / 1e3, matmul_s = put_phases(row, runs, n);
    row->v[BENCH_TRACES] = (double)shape->traces;
    row->v[BENCH_PROMPT] = (double)shape->prompt;
    row->v[BENCH_GEN] = (double)shape->gen;
    row->v[BENCH_REPEATS] = (double)n;
    row->v[BENCH_WEIGHT_BYTES] = cost->weight_bytes;
    row->v[BENCH_KV_BYTES] = cost->kv_bytes;
    row->v[BENCH_STATE_BYTES] = cost->state_bytes;
    row->v[BENCH_STEP_BYTES] = cost->weight_bytes + cost->kv_bytes + cost->state_bytes;
    row->v[BENCH_STEP_OPS] = cost->operations;
    row->v[BENCH_BYTES_S] = ratio(row->v[BENCH_STEP_BYTES], step_s);
    row->v[BENCH_OPS_S] = ratio(cost->operations, step_s);
    row->v[BENCH_MATMUL_OPS_S] = ratio(cost->operations, matmul_s);
    row->v[BENCH_MEMORY_BYTES] = (double)runs[0].memory_bytes;
}

void bench_row_rate(struct bench_row *row, const struct bench_ceilings *c)
{
    row->v[BENCH_READ_CEILING] = c->read_bytes_s > 0 ? c->read_bytes_s : NAN;
    row->v[BENCH_PRODUCT_CEILING] = c->product_ops_s > 0 ? c->product_ops_s : NAN;
    row->v[BENCH_READ_SHARE] = ratio(row->v[BENCH_BYTES_S], c->read_bytes_s);
    row->v[BENCH_PRODUCT_SHARE] = ratio(row->v[BENCH_OPS_S], c->product_ops_s);
    row->v[BENCH_MATMUL_PRODUCT_SHARE] = ratio(row->v[BENCH_MATMUL_OPS_S], c->product_ops_s);
}
