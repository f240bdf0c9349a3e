/* kernels_ref.c - portable C: the definition of right for every other tier.
 *
 * Written to be read, not to be fast. The order of the float operations of the matrix products is
 * binding: the other tiers give the same bits. The rest is computed in double or with the C library
 * and compared within a tolerance. */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "engine/kernels/acts.h"
#include "engine/kernels/panel_shape.h"
#include "engine/kernels/tiers.h"

/* Largest magnitude of a block; infinite or NaN when an element is. */
static float block_amax(const float *x)
{
    float amax = 0.0f;
    for (size_t c = 0; c < ACT_COLS; c++) {
        float v = fabsf(x[c]);
        amax = v > amax || v != v ? v : amax;
    }
    return amax;
}

static void quantize_block(struct act_block *out, const float *x)
{
    float amax = block_amax(x);
    float inverse = amax >= ACT_AMAX_MIN && amax <= FLT_MAX ? 127.0f / amax : 0.0f;
    int32_t sum[2] = {0, 0};
    for (size_t c = 0; c < ACT_COLS; c++) {
        out->q[c] = (int8_t)(inverse > 0.0f ? lrintf(x[c] * inverse) : 0);
        sum[c / PANEL_HALF] += out->q[c];
    }
    act_block_finish(out, amax / 127.0f, sum[0], sum[1]);
}

static void ref_quantize(const struct acts *a, size_t begin, size_t end)
{
    for (size_t r = begin; r < end; r++) {
        struct act_block *out = acts_row(a, r);
        for (size_t b = 0; b < a->n_in / ACT_COLS; b++)
            quantize_block(out + b * acts_group_rows(a, r), a->x + r * a->n_in + b * ACT_COLS);
    }
}

/* acc + w . x over the 32 columns of one block: per group of one scale the exact integer sum, then
 * one fused multiply-add with the product of both scales, then one for the minimum. */
static float block_dot(float acc, const struct panel_shape *shape, const struct panel_block *w,
                       const struct act_block *x)
{
    int cols = PANEL_COLS / shape->groups;
    for (int g = 0; g < shape->groups; g++) {
        int32_t sum = 0;
        for (int c = cols * g; c < cols * (g + 1); c++)
            sum += w->q[c] * x->q[c];
        acc = fmaf((float)sum, w->scale[g] * x->scale, acc);
        if (shape->has_min)
            acc = fmaf(w->min[g], shape->groups == 1 ? x->sum : x->half_sum[g], acc);
    }
    return acc;
}

static void ref_matmul_codes(float *y, size_t y_stride, const struct panels *w,
                             const struct acts *a, size_t begin, size_t end)
{
    const struct panel_shape *shape = &PANEL_SHAPES[w->layout];
    for (size_t o = begin * PANEL_OUT; o < end * PANEL_OUT && o < w->n_out; o++) {
        for (size_t r = 0; r < a->n_rows; r++)
            y[r * y_stride + o] = 0.0f;
        for (size_t b = 0; b < w->n_in / PANEL_COLS; b++) {
            struct panel_block block;
            panel_block_read(&block, w, o, b);
            for (size_t r = 0; r < a->n_rows; r++) {
                const struct act_block *x = acts_row(a, r) + b * acts_group_rows(a, r);
                y[r * y_stride + o] = block_dot(y[r * y_stride + o], shape, &block, x);
            }
        }
    }
}

static void ref_matmul_float(float *y, size_t y_stride, const struct panels *w,
                             const struct acts *a, size_t begin, size_t end)
{
    for (size_t o = begin * PANEL_OUT; o < end * PANEL_OUT && o < w->n_out; o++) {
        for (size_t r = 0; r < a->n_rows; r++)
            y[r * y_stride + o] = 0.0f;
        for (size_t c = 0; c < w->n_in; c++) {
            float v = panel_float_read(w, o, c);
            for (size_t r = 0; r < a->n_rows; r++)
                y[r * y_stride + o] = fmaf(v, a->x[r * a->n_in + c], y[r * y_stride + o]);
        }
    }
}

static void ref_rms_norm(float *out, const float *x, const float *weight, size_t n, float eps)
{
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        squares += (double)x[i] * (double)x[i];
    double inverse = 1.0 / sqrt(squares / (double)n + (double)eps);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)((double)x[i] * inverse * (weight ? (double)weight[i] : 1.0));
}

static void ref_silu_mul(float *out, const float *gate, const float *up, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
}

/* Element `at` of `width` x KV_PAGE; `scale` is the number of its scale. */
static float page_value(const uint8_t *page, enum kv_type type, size_t width, size_t at,
                        size_t scale)
{
    const void *elements = page, *scales = page + width * KV_PAGE;
    if (type == KV_Q8)
        return ((const int8_t *)elements)[at] * ((const float *)scales)[scale];
    return type == KV_F16 ? quant_f16_to_f32(((const uint16_t *)elements)[at])
                          : ((const float *)elements)[at];
}

/* Number `which` of pair `at`. */
static float pair_value(const uint8_t *page, size_t at, size_t which)
{
    return quant_bf16_to_f32(((const uint16_t *)(const void *)page)[2 * at + which]);
}

static float key_at(const struct attend_job *j, enum kv_type type, const struct attend_row *row,
                    size_t pos, size_t d)
{
    const uint8_t *page = j->k + (size_t)row->pages[pos / KV_PAGE] * j->page_bytes;
    size_t slot = pos % KV_PAGE;
    if (type == KV_BF16)
        return pair_value(page, d / 2 * KV_PAGE + slot, d % 2);
    return page_value(page, type, j->dk, d * KV_PAGE + slot, d / KV_BLOCK * KV_PAGE + slot);
}

static float value_at(const struct attend_job *j, enum kv_type type, const struct attend_row *row,
                      size_t pos, size_t d)
{
    const uint8_t *page = j->v + (size_t)row->pages[pos / KV_PAGE] * j->page_bytes;
    size_t slot = pos % KV_PAGE;
    if (type == KV_BF16)
        return pair_value(page, slot / 2 * j->dv + d, slot % 2);
    return page_value(page, type, j->dv, slot * j->dv + d,
                      slot * kv_blocks(j->dv) + d / KV_BLOCK);
}

static float head_score(const struct attend_job *j, enum kv_type type,
                        const struct attend_row *row, const float *q, size_t pos)
{
    double score = 0.0;
    for (size_t d = 0; d < j->dk; d++)
        score += (double)q[d] * (double)key_at(j, type, row, pos, d);
    return (float)score;
}

/* scores[n] become exp(score - max); returns their sum, with the sink's share. */
static double softmax_weights(float *scores, size_t n, const float *sink)
{
    float max = sink ? *sink : -INFINITY;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        max = fmaxf(max, scores[i]);
    for (size_t i = 0; i < n; i++) {
        scores[i] = expf(scores[i] - max);
        sum += (double)scores[i];
    }
    return sum + (sink ? (double)expf(*sink - max) : 0.0);
}

static void attend_head(const struct attend_job *j, enum kv_type type,
                        const struct attend_row *row, size_t head)
{
    float *scores = j->scratch, *out = row->out + head * j->dv;
    size_t n = row->end - row->begin;
    for (size_t i = 0; i < n; i++)
        scores[i] = head_score(j, type, row, row->q + head * j->dk, row->begin + i);
    double sum = softmax_weights(scores, n, j->sinks ? j->sinks + head : NULL);
    for (size_t d = 0; d < j->dv; d++) {
        double acc = 0.0;
        for (size_t i = 0; i < n; i++)
            acc += (double)scores[i] * (double)value_at(j, type, row, row->begin + i, d);
        out[d] = (float)(acc / sum);
    }
}

static void attend(const struct attend_job *j, enum kv_type type)
{
    for (size_t r = 0; r < j->n_rows; r++) {
        assert(j->rows[r].begin < j->rows[r].end);
        for (size_t head = 0; head < j->n_heads; head++)
            attend_head(j, type, &j->rows[r], head);
    }
}

static void ref_attend_f32(const struct attend_job *j)
{
    attend(j, KV_F32);
}

static void ref_attend_f16(const struct attend_job *j)
{
    attend(j, KV_F16);
}

static void ref_attend_q8(const struct attend_job *j)
{
    attend(j, KV_Q8);
}

static void ref_attend_bf16(const struct attend_job *j)
{
    attend(j, KV_BF16);
}

static void ref_to_f16(uint16_t *out, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = quant_f32_to_f16(x[i]);
}

static void ref_to_bf16(uint16_t *out, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = quant_f32_to_bf16(x[i]);
}

void kernels_fill_ref(struct kernels *k)
{
    k->quantize = ref_quantize;
    for (int layout = 0; layout < PANEL_LAYOUTS; layout++)
        k->matmul[layout] = PANEL_SHAPES[layout].bits ? ref_matmul_codes : ref_matmul_float;
    k->rms_norm = ref_rms_norm;
    k->silu_mul = ref_silu_mul;
    k->to_f16 = ref_to_f16;
    k->to_bf16 = ref_to_bf16;
    k->attend[KV_F32] = ref_attend_f32;
    k->attend[KV_F16] = ref_attend_f16;
    k->attend[KV_Q8] = ref_attend_q8;
    k->attend[KV_BF16] = ref_attend_bf16;
    kernels_fill_ref_ssm(k);
    kernels_fill_ref_vocab(k);
}
