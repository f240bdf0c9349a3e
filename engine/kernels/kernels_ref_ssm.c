/* kernels_ref_ssm.c - portable C: recurrent mixers, in the order of their equations. */
#include <math.h>

#include "engine/kernels/tiers.h"

static void ref_conv(float *out, const struct conv_job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        double sum = j->bias ? (double)j->bias[i] : 0.0;
        for (size_t k = 0; k < j->n_taps; k++)
            sum += (double)j->weight[k * j->weight_stride + i] * (double)j->taps[k][i];
        out[i] = (float)(j->silu ? sum / (1.0 + exp(-sum)) : sum);
    }
}

static void ref_ssm_gates(struct ssm_gates *g, const float *raw, const float *bias, const float *a,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = (double)raw[i] + (double)bias[i];
        double dt = fmax(x, 0.0) + log1p(exp(-fabs(x)));
        g->dt[i] = (float)dt;
        g->log_decay[i] = (float)(dt * (double)a[i]);
        g->decay[i] = (float)exp(dt * (double)a[i]);
    }
}

static float state_read(const void *state, enum state_type type, size_t at)
{
    return type == STATE_F16 ? quant_f16_to_f32(((const uint16_t *)state)[at])
                             : ((const float *)state)[at];
}

static void state_write(void *state, enum state_type type, size_t at, float v)
{
    if (type == STATE_F16)
        ((uint16_t *)state)[at] = quant_f32_to_f16(fmaxf(-STATE_F16_MAX, fminf(STATE_F16_MAX, v)));
    else
        ((float *)state)[at] = v;
}

static void ssm_step(const struct ssm_step_job *j, enum state_type type)
{
    for (size_t p = 0; p < j->width; p++) {
        float dx = j->dt * j->x[p];
        double y = (double)j->d * (double)j->x[p];
        for (size_t n = 0; n < j->n_state; n++) {
            size_t at = n * j->width + p;
            float s = fmaf(dx, j->b[n], state_read(j->from, type, at) * j->decay);
            state_write(j->to, type, at, s);
            y += (double)s * (double)j->c[n];
        }
        j->y[p] = (float)y;
    }
}

static void ref_ssm_step_f32(const struct ssm_step_job *j)
{
    ssm_step(j, STATE_F32);
}

static void ref_ssm_step_f16(const struct ssm_step_job *j)
{
    ssm_step(j, STATE_F16);
}

static void ref_gemm_add(const struct gemm_job *j)
{
    for (size_t r = 0; r < j->m; r++)
        for (size_t c = 0; c < j->n; c++) {
            double sum = (double)j->y[r * j->y_stride + c];
            for (size_t k = 0; k < j->k; k++)
                sum += (double)j->a[r * j->a_row + k * j->a_col] *
                       (double)j->b[k * j->b_stride + c];
            j->y[r * j->y_stride + c] = (float)sum;
        }
}

static void ref_from_f16(float *out, const uint16_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = quant_f16_to_f32(x[i]);
}

static void ref_exp_all(float *out, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = expf(x[i]);
}

void kernels_fill_ref_ssm(struct kernels *k)
{
    k->conv = ref_conv;
    k->ssm_gates = ref_ssm_gates;
    k->ssm_step[STATE_F32] = ref_ssm_step_f32;
    k->ssm_step[STATE_F16] = ref_ssm_step_f16;
    k->gemm_add = ref_gemm_add;
    k->from_f16 = ref_from_f16;
    k->exp_all = ref_exp_all;
}
