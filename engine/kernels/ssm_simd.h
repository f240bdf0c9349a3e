/* ssm_simd.h - recurrent mixers, shared by the vector tiers.
 *
 * The state of a head is [N][P]: the P values that share B[n] and C[n] stand together, so that a
 * step needs no horizontal sum. Every output is one chain of multiply-adds over ascending n (or k),
 * however the tiles fall. */
#ifndef ENGINE_KERNELS_SSM_SIMD_H
#define ENGINE_KERNELS_SSM_SIMD_H

#include "engine/kernels/math_simd.h"

#define SSM_VECS 4 /* vectors of head values a step keeps in registers */
#define GEMM_ROWS 4
#define GEMM_VECS (LANES / 4)

/* ---- convolution ---------------------------------------------------------------------------- */

static void conv(float *out, const struct conv_job *j)
{
    vf one = vf_set1(1.0f);
    for (size_t i = 0; i < j->n; i += LANES) {
        size_t left = j->n - i;
        vf sum = j->bias ? load_up_to(j->bias + i, left) : vf_zero();
        for (size_t k = 0; k < j->n_taps; k++)
            sum = vf_fma(load_up_to(j->weight + k * j->weight_stride + i, left),
                         load_up_to(j->taps[k] + i, left), sum);
        if (j->silu)
            sum = vf_div(sum, vf_add(one, vf_exp(vf_sub(vf_zero(), sum))));
        store_up_to(out + i, sum, left);
    }
}

/* ---- gates ---------------------------------------------------------------------------------- */

/* ln(1 + e), 0 <= e <= 1, as 2 artanh(z), z = e / (2 + e) <= 1/3. */
INLINE vf vf_log1p_unit(vf e)
{
    vf z = vf_div(e, vf_add(vf_set1(2.0f), e)), zz = vf_mul(z, z);
    vf p = vf_set1(1.0f / 15.0f);
    p = vf_fma(p, zz, vf_set1(1.0f / 13.0f));
    p = vf_fma(p, zz, vf_set1(1.0f / 11.0f));
    p = vf_fma(p, zz, vf_set1(1.0f / 9.0f));
    p = vf_fma(p, zz, vf_set1(1.0f / 7.0f));
    p = vf_fma(p, zz, vf_set1(1.0f / 5.0f));
    p = vf_fma(p, zz, vf_set1(1.0f / 3.0f));
    p = vf_fma(p, zz, vf_set1(1.0f));
    return vf_mul(vf_set1(2.0f), vf_mul(z, p));
}

static void ssm_gates(struct ssm_gates *g, const float *raw, const float *bias, const float *a,
                      size_t n)
{
    for (size_t i = 0; i < n; i += LANES) {
        size_t left = n - i;
        vf x = vf_add(load_up_to(raw + i, left), load_up_to(bias + i, left));
        vf tail = vf_log1p_unit(vf_exp(vf_sub(vf_zero(), vf_abs(x))));
        vf dt = vf_add(vf_max(x, vf_zero()), tail);
        vf log_decay = vf_mul(dt, load_up_to(a + i, left));
        store_up_to(g->dt + i, dt, left);
        store_up_to(g->log_decay + i, log_decay, left);
        store_up_to(g->decay + i, vf_exp(log_decay), left);
    }
}

/* ---- one step of the recurrence ------------------------------------------------------------- */

INLINE vf load_state(const void *p, const enum state_type type, size_t at, size_t n)
{
    if (type == STATE_F32)
        return load_up_to((const float *)p + at, n);
    const uint16_t *half = (const uint16_t *)p + at;
    return n >= LANES ? vf_load_f16(half) : vf_load_f16_part(half, n);
}

INLINE void store_state(void *p, const enum state_type type, size_t at, vf v, size_t n)
{
    if (type == STATE_F32) {
        store_up_to((float *)p + at, v, n);
        return;
    }
    uint16_t half[LANES];
    v = vf_max(vf_set1(-STATE_F16_MAX), vf_min(vf_set1(STATE_F16_MAX), v));
    if (n >= LANES) {
        vf_store_f16((uint16_t *)p + at, v);
        return;
    }
    vf_store_f16(half, v);
    memcpy((uint16_t *)p + at, half, n * sizeof *half);
}

/* Head values [at, at + vecs LANES), the last vector n < LANES of them when vecs is 1. */
INLINE void step_tile(const struct ssm_step_job *j, size_t at, size_t n, const int vecs,
                      const enum state_type type)
{
    vf dx[SSM_VECS], y[SSM_VECS], decay = vf_set1(j->decay), dt = vf_set1(j->dt);
    UNROLL for (int v = 0; v < vecs; v++) {
        vf x = load_up_to(j->x + at + (size_t)v * LANES, n);
        dx[v] = vf_mul(x, dt);
        y[v] = vf_mul(x, vf_set1(j->d));
    }
    for (size_t i = 0; i < j->n_state; i++) {
        vf b = vf_set1(j->b[i]), c = vf_set1(j->c[i]);
        UNROLL for (int v = 0; v < vecs; v++) {
            size_t slot = i * j->width + at + (size_t)v * LANES;
            vf s = vf_fma(dx[v], b, vf_mul(load_state(j->from, type, slot, n), decay));
            store_state(j->to, type, slot, s, n);
            y[v] = vf_fma(s, c, y[v]);
        }
    }
    UNROLL for (int v = 0; v < vecs; v++)
        store_up_to(j->y + at + (size_t)v * LANES, y[v], n);
}

#define SSM_STEP(NAME, TYPE) \
    static void NAME(const struct ssm_step_job *j) \
    { \
        size_t at = 0; \
        for (; at + SSM_VECS * LANES <= j->width; at += SSM_VECS * LANES) \
            step_tile(j, at, LANES, SSM_VECS, TYPE); \
        for (; at + LANES <= j->width; at += LANES) \
            step_tile(j, at, LANES, 1, TYPE); \
        if (at < j->width) \
            step_tile(j, at, j->width - at, 1, TYPE); \
    }

SSM_STEP(ssm_step_f32, STATE_F32)
SSM_STEP(ssm_step_f16, STATE_F16)

/* ---- products of f32 matrices --------------------------------------------------------------- */

INLINE void gemm_tile(const struct gemm_job *j, size_t row, size_t col, size_t n, const int rows,
                      const int vecs)
{
    vf acc[GEMM_ROWS * GEMM_VECS];
    float *y = j->y + row * j->y_stride + col;
    const float *a = j->a + row * j->a_row;
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vecs; v++)
            acc[r * GEMM_VECS + v] =
                load_up_to(y + (size_t)r * j->y_stride + (size_t)v * LANES, n);
    for (size_t k = 0; k < j->k; k++) {
        vf b[GEMM_VECS];
        UNROLL for (int v = 0; v < vecs; v++)
            b[v] = load_up_to(j->b + k * j->b_stride + col + (size_t)v * LANES, n);
        UNROLL for (int r = 0; r < rows; r++) {
            vf w = vf_set1(a[(size_t)r * j->a_row + k * j->a_col]);
            UNROLL for (int v = 0; v < vecs; v++)
                acc[r * GEMM_VECS + v] = vf_fma(w, b[v], acc[r * GEMM_VECS + v]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vecs; v++)
            store_up_to(y + (size_t)r * j->y_stride + (size_t)v * LANES, acc[r * GEMM_VECS + v],
                        n);
}

INLINE void gemm_rows(const struct gemm_job *j, size_t row, const int rows)
{
    size_t col = 0;
    for (; col + GEMM_VECS * LANES <= j->n; col += GEMM_VECS * LANES)
        gemm_tile(j, row, col, LANES, rows, GEMM_VECS);
    for (; col + LANES <= j->n; col += LANES)
        gemm_tile(j, row, col, LANES, rows, 1);
    if (col < j->n)
        gemm_tile(j, row, col, j->n - col, rows, 1);
}

static void gemm_add(const struct gemm_job *j)
{
    size_t row = 0;
    for (; row + GEMM_ROWS <= j->m; row += GEMM_ROWS)
        gemm_rows(j, row, GEMM_ROWS);
    for (; row < j->m; row++)
        gemm_rows(j, row, 1);
}

static void from_f16(float *out, const uint16_t *x, size_t n)
{
    for (size_t i = 0; i < n; i += LANES)
        store_up_to(out + i, n - i >= LANES ? vf_load_f16(x + i) : vf_load_f16_part(x + i, n - i),
                    n - i);
}

/* out[i] = e^x[i]. */
static void exp_all(float *out, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += LANES)
        store_up_to(out + i, vf_exp(load_up_to(x + i, n - i)), n - i);
}

static void fill_ssm(struct kernels *k)
{
    k->conv = conv;
    k->ssm_gates = ssm_gates;
    k->ssm_step[STATE_F32] = ssm_step_f32;
    k->ssm_step[STATE_F16] = ssm_step_f16;
    k->gemm_add = gemm_add;
    k->from_f16 = from_f16;
    k->exp_all = exp_all;
}

#endif
