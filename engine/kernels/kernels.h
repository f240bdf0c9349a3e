/* kernels.h - the arithmetic of a step, as one table filled at run time with the best tier the CPU
 * can run.
 *
 * Contract of every entry: the result of a row depends on that row and the weights only, never on
 * the number of rows, the panel range or the thread: each output has one fixed order of operations.
 * The reference (kernels_ref.c, portable C) defines what is right; the other tiers are tested
 * against it. The integer part of the quantised products is exact, and the float part uses the same
 * fused multiply-adds in the same order, so matmul agrees bit for bit between tiers.
 *
 * Legend: R rows (tokens of all traces in a step), C = n_in columns, O = n_out outputs. */
#ifndef ENGINE_KERNELS_H
#define ENGINE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sheaf/error.h>

#include "engine/quant.h"

enum cpu_tier { CPU_REF, CPU_AVX2, CPU_AVX512, CPU_VNNI, CPU_BF16, CPU_AMX, CPU_TIERS };

/* Weights repacked into panels of 16 outputs. In a panel the codes of 4 consecutive columns of the
 * 16 outputs stand together (64 bytes as 8-bit codes), scales in line before the codes they belong
 * to, so that a product is one sequential stream. */
enum panel_layout {
    PANEL_F32,    /* [C][16] f32                                                            */
    PANEL_F16,    /* [C][16] f16                                                            */
    PANEL_BF16,   /* [C][16] bf16                                                           */
    PANEL_Q4_0,   /* 4-bit codes, f16 scale per 32, minimum -8 scales                       */
    PANEL_Q4_1,   /* 4-bit codes, f16 scale and minimum per 32                              */
    PANEL_MXFP4,  /* 4-bit codes of 16 levels, exponent byte per 32                         */
    PANEL_IQ4_NL, /* 4-bit codes of 16 levels, f16 scale per 32                             */
    PANEL_Q5_1,   /* 8-bit codes, f16 scale and minimum per 32                              */
    PANEL_Q4_K,   /* 4-bit codes, per 256: f16 d, dmin; per 32: u8 scale, u8 minimum        */
    PANEL_Q5_K,   /* 8-bit codes, scales of Q4_K                                            */
    PANEL_Q8_0,   /* 8-bit codes, f16 scale per 32 (Q8_0, Q5_0)                             */
    PANEL_Q6_K,   /* 8-bit codes, per 256: f16 d; per 16: i8 scale (Q6_K, Q3_K, IQ4_XS)     */
    PANEL_I8,     /* 8-bit codes, f32 scale and minimum per 16: every other quantised type  */
    PANEL_LAYOUTS
};

#define PANEL_OUT 16

/* W [n_out][n_in] in panels; the last panel is padded with zero rows. */
struct panels {
    enum panel_layout layout;
    size_t n_out, n_in;
    size_t panel_bytes;  /* of one panel of 16 outputs */
    const uint8_t *data; /* [panels_count][panel_bytes], 64-byte aligned */
};

static inline size_t panels_count(const struct panels *w)
{
    return (w->n_out + PANEL_OUT - 1) / PANEL_OUT;
}

/* Layout for a tensor type, and whether rows of n_in columns fit it (quantised: n_in % 32 == 0, K
 * layouts % 256). False: no layout; the caller dequantises to f32 first or refuses. */
bool panels_layout(enum panel_layout *out, enum quant_type type, size_t n_in);

/* Bytes of one panel. */
size_t panels_panel_bytes(enum panel_layout layout, size_t n_in);

/* Packs panels [begin, end) of a tensor whose rows lie back to back at `src` (type's own blocks)
 * into w->data (cast to writable by the caller, who owns it). Values are those of quant_dequantize
 * up to one rounding of scale x code. Thread-safe for disjoint ranges. */
void panels_pack(const struct panels *w, uint8_t *dst, enum quant_type type, const uint8_t *src,
                 size_t begin, size_t end);

/* One row of W back as f32[n_in] (tests, token embedding from a packed tied head). */
void panels_row(const struct panels *w, size_t row, float *out);

/* Activations of a step: R rows of C f32, and the same as int8 with one f32 scale per 32 columns
 * (scale = max |x| / 127, codes round to nearest even) and code sums per 16. C % 32 == 0 for the
 * int8 part; `q` may be NULL when only float layouts will be multiplied. */
struct acts {
    const float *x; /* [R][C] */
    size_t n_rows, n_in;
    void *q;        /* acts_bytes(R, C) bytes, 64-byte aligned; layout private to the kernels */
};

size_t acts_bytes(size_t n_rows, size_t n_in);

enum kv_type { KV_F32, KV_F16, KV_Q8, KV_BF16, KV_TYPES };

/* Positions per KV page. Inside a page, for one layer and one KV head:
 *   K [dk][KV_PAGE]: the positions of a dimension stand together (a score needs no horizontal sum)
 *   V [KV_PAGE][dv]
 * KV_Q8 has these as signed bytes, and behind them f32 scales, each of KV_BLOCK dimensions of one
 * position:
 *   K [ceil(dk / KV_BLOCK)][KV_PAGE], V [KV_PAGE][ceil(dv / KV_BLOCK)]
 * KV_BF16 has two numbers that a dot product adds up side by side, dimensions of K and positions of
 * V; behind an odd last dimension of K stands 0:
 *   K [ceil(dk / 2)][KV_PAGE][2], V [KV_PAGE / 2][dv][2] */
#define KV_PAGE 64
#define KV_BLOCK 32

static inline size_t kv_blocks(size_t width)
{
    return (width + KV_BLOCK - 1) / KV_BLOCK;
}

/* Bytes of the keys or of the values of one head in a page. */
static inline size_t kv_part_bytes(enum kv_type type, size_t width)
{
    static const size_t ELEMENT[KV_TYPES] = {
        [KV_F32] = 4, [KV_F16] = 2, [KV_Q8] = 1, [KV_BF16] = 2};
    size_t scales = type == KV_Q8 ? kv_blocks(width) * sizeof(float) : 0;
    size_t stored = type == KV_BF16 ? (width + 1) / 2 * 2 : width;
    return (stored * ELEMENT[type] + scales) * KV_PAGE;
}

/* A row (a token of a session) as a job of attention sees it: its queries of one KV head. */
struct attend_row {
    float *out;           /* [n_heads][dv] */
    const float *q;       /* [n_heads][dk]; already rotated and scaled */
    const int32_t *pages; /* page of position p: pages[p / KV_PAGE] */
    size_t begin, end;    /* visible positions, at least one */
};

/* The query heads that share a KV head, at rows that have positions in common. A row's result is
 * the same, bit for bit, whatever rows it shares a job with and whatever `begin` and `end` say. */
struct attend_job {
    const struct attend_row *rows;
    size_t n_rows, n_heads, dk, dv;
    size_t begin, end;    /* positions that every row sees, in the pages of rows[0]; none: begin ==
                             end, and within begin .. end of every row all the same */
    const uint8_t *k, *v; /* what page 0 holds of this head; other pages page_bytes apart */
    size_t page_bytes;
    const float *sinks;   /* [n_heads] extra logit in the denominator, or NULL */
    float *scratch;       /* attend_scratch_floats() of them, 64-byte aligned */
};

/* Floats from one query's scores to the next: whole vectors of pairs wherever they begin, and an
 * odd number of cache lines, so that the queries of a tile do not meet in one set of the cache. */
static inline size_t attend_score_stride(size_t n_positions)
{
    return (((n_positions + 47) / 16) | 1) * 16;
}

/* Scratch of a job of n_queries = n_rows x n_heads; widths = dk + dv; n_positions from the first
 * that any row sees to the last. */
static inline size_t attend_scratch_floats(size_t n_queries, size_t widths, size_t n_positions)
{
    return n_queries * (attend_score_stride(n_positions) + widths + 1);
}

/* Storage of the SSM matrices of a session. Values beyond +-STATE_F16_MAX are stored as that. */
enum state_type { STATE_F32, STATE_F16, STATE_TYPES };
#define STATE_F16_MAX 65504.0f

static inline size_t state_type_bytes(enum state_type type)
{
    return type == STATE_F16 ? 2 : 4;
}

/* Depthwise causal convolution of one row of n channels. */
struct conv_job {
    const float *const *taps;  /* [n_taps] inputs [n], oldest first */
    const float *weight;       /* [n_taps] rows of n, weight_stride apart */
    const float *bias;         /* [n] or NULL */
    size_t weight_stride, n_taps, n;
    bool silu;                 /* of the result */
};

/* Gates of the heads of one row: dt = softplus(raw + bias), the decay e^(dt a), its logarithm. */
struct ssm_gates {
    float *dt, *log_decay, *decay; /* [n] */
};

/* One token through the recurrence of one head of P values and N states:
 * S = decay S + dt x B^T, y = S C + d x. */
struct ssm_step_job {
    float *y;             /* [P] */
    const float *x;       /* [P] */
    const float *b, *c;   /* [N] */
    const void *from;     /* [N][P] in the state type; may be `to` */
    void *to;
    size_t width, n_state; /* P, N */
    float dt, decay, d;
};

/* y[m][n] += a[m][k] b[k][n], k ascending. a[i][j] stands at a[i a_row + j a_col]. */
struct gemm_job {
    float *y;
    const float *a, *b;
    size_t m, k, n, y_stride, a_row, a_col, b_stride;
};

#define VOCAB_CHUNK 512

/* The weight of a token of logit z is its probability over that of the most probable one as a
 * whole number: floor(2^WEIGHT_BITS 2^((z - top) scale)), scale = log2(e) / T, computed in float in
 * the operations of weight.h, and so the same on every tier. Relative error below 1e-6 at T 1 where
 * it matters; nothing for -INFINITY. Whole numbers add up to the same sum in any order. */
#define WEIGHT_BITS 43
#define WEIGHT_ONE (UINT64_C(1) << WEIGHT_BITS)
#define VOCAB_MOST ((1 << (64 - WEIGHT_BITS)) - 1) /* tokens whose weights add up to 64 bits */

struct weigh_job {
    const float *z;
    size_t n;
    float top, scale; /* top >= every z; scale 0: each finite z weighs WEIGHT_ONE */
};

/* Buckets of logits: z belongs into bucket
 * min((high - z) per_logit, n - 1), rounded down: rising z never means a higher one.
 * high >= every z, per_logit > 0 and finite. */
struct bucket_scale {
    float high, per_logit;
    int n;
};

static inline int bucket_of(const struct bucket_scale *b, float z)
{
    float at = (b->high - z) * b->per_logit, last = (float)(b->n - 1);
    return (int)(at < last ? at : last);
}

struct collect_job {
    const float *z;
    const int32_t *id; /* [n], or NULL: first_id, first_id + 1, ... */
    int32_t first_id;
    size_t n;
    float from, to;
};

struct kernels {
    enum cpu_tier tier;

    /* Fills a->q for rows [begin, end). */
    void (*quantize)(const struct acts *a, size_t begin, size_t end);

    /* y[r][o] = sum_c W[o][c] x[r][c] for all rows of `a` and the outputs of panels [begin, end);
     * rows of y are y_stride floats apart; outputs past n_out are not written. Quantised layouts
     * use a->q, float layouts a->x. */
    void (*matmul[PANEL_LAYOUTS])(float *y, size_t y_stride, const struct panels *w,
                                  const struct acts *a, size_t begin, size_t end);

    /* out[n] = x[n] / sqrt(mean(x^2) + eps) * weight[n] (weight NULL: ones). out == x allowed. */
    void (*rms_norm)(float *out, const float *x, const float *weight, size_t n, float eps);

    /* out[n] = silu(gate[n]) * up[n]. out == gate or up allowed. */
    void (*silu_mul)(float *out, const float *gate, const float *up, size_t n);

    /* out[n] = x[n] in f16, round to nearest even: the bits of quant_f32_to_f16. */
    void (*to_f16)(uint16_t *out, const float *x, size_t n);

    /* The same in bf16: the bits of quant_f32_to_bf16. */
    void (*to_bf16)(uint16_t *out, const float *x, size_t n);

    void (*from_f16)(float *out, const uint16_t *x, size_t n);

    /* out[n] = e^x[n]. out == x allowed. */
    void (*exp_all)(float *out, const float *x, size_t n);

    /* out[n], which may be the newest tap. */
    void (*conv)(float *out, const struct conv_job *job);
    void (*ssm_gates)(struct ssm_gates *g, const float *raw, const float *bias, const float *a,
                      size_t n);
    void (*ssm_step[STATE_TYPES])(const struct ssm_step_job *job);
    void (*gemm_add)(const struct gemm_job *job);

    /* Softmax attention of one job; of each row, positions in ascending order. */
    void (*attend[KV_TYPES])(const struct attend_job *job);

    /* Maximum of each VOCAB_CHUNK of z[n] into chunk_max[ceil(n / VOCAB_CHUNK)]; returns the sum of
     * z (finite entries only are expected; -INFINITY allowed, then the sum is -INFINITY). */
    double (*chunk_max)(float *chunk_max, const float *z, size_t n);

    /* Weight of all z >= from; n <= VOCAB_MOST. */
    uint64_t (*weigh)(const struct weigh_job *job, float from);

    /* Adds the weight of each z to that of its bucket: mass[b->n]. */
    void (*spread)(uint64_t *mass, const struct weigh_job *job, const struct bucket_scale *b);

    /* The z with from <= z <= to, which are not NaN, and their ids, in the order they stand in, to
     * out_z and out_id; returns how many. Both have room for n; what is behind those returned is
     * undefined. out_z == z and out_id == id allowed. */
    size_t (*collect)(float *out_z, int32_t *out_id, const struct collect_job *job);
};

/* Best tier of this CPU and system. Where the CPU has AMX, asks the system for this process's
 * permission to use it (Linux grants it once and for all threads); refused, the tier is not
 * there. */
enum cpu_tier cpu_tier_detect(void);
const char *cpu_tier_name(enum cpu_tier tier); /* "ref", "avx2", "avx512", "vnni", "bf16", "amx" */
bool cpu_tier_by_name(enum cpu_tier *out, const char *name); /* also "auto" = detect */

/* Fills the table with the best tier of at most `cap`. A tier replaces only what it does better, so
 * no entry is ever NULL. */
void kernels_init(struct kernels *k, enum cpu_tier cap);

/* What the table is told as: its tier, and why that is not AMX. */
#define KERNELS_NAME 64

/* Before the AMX tier is used: compares its products of every quantised layout with the reference,
 * bit for bit (a few milliseconds), and where they differ fills the table with the best tier below.
 * Other tiers are only named. Errors: NOMEM. */
sheaf_code kernels_settle(struct kernels *k, char name[KERNELS_NAME], sheaf_error *err);

#endif
