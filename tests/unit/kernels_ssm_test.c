/* Recurrent mixers of every tier this machine can run, against kernels_ref; and the recurrence
 * against its closed form. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/support/check.h"
#include "tests/support/kernel_data.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define MAX_WIDTH 80
#define MAX_STATE 40

static struct kernels ref, tiers[CPU_TIERS];
static int n_tiers;

static int setup(void **state)
{
    (void)state;
    kernels_init(&ref, CPU_REF);
    for (n_tiers = 0; n_tiers <= (int)cpu_tier_detect(); n_tiers++)
        kernels_init(&tiers[n_tiers], (enum cpu_tier)n_tiers);
    return 0;
}

static void assert_close(const float *got, const float *want, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - (double)want[i]) <= tolerance * (1 + fabs((double)want[i]))))
            fail_msg("element %zu: %.9g, %.9g wanted", i, (double)got[i], (double)want[i]);
}

static void test_conv(void **state)
{
    enum { TAPS = 4 };
    float x[TAPS * MAX_WIDTH], w[TAPS * MAX_WIDTH], bias[MAX_WIDTH];
    float got[MAX_WIDTH + 1], want[MAX_WIDTH + 1];
    const float *taps[TAPS];
    (void)state;
    kernel_data_uniform(x, COUNT(x), 3.0f, 1);
    kernel_data_uniform(w, COUNT(w), 1.0f, 2);
    kernel_data_uniform(bias, COUNT(bias), 1.0f, 3);
    for (size_t k = 0; k < TAPS; k++)
        taps[k] = x + k * MAX_WIDTH;
    for (size_t n = 1; n < MAX_WIDTH; n++) {
        struct conv_job job = {.taps = taps, .weight = w, .weight_stride = MAX_WIDTH, .n = n,
                               .bias = n % 3 ? bias : NULL, .n_taps = 1 + n % TAPS,
                               .silu = n % 2};
        want[n] = 7.0f;
        ref.conv(want, &job);
        for (int i = 1; i < n_tiers; i++) {
            got[n] = 7.0f;
            tiers[i].conv(got, &job);
            assert_close(got, want, n, 1e-5);
            assert_true(got[n] == 7.0f);
        }
    }
}

static void test_gates(void **state)
{
    float raw[MAX_WIDTH], bias[MAX_WIDTH], a[MAX_WIDTH], got[3][MAX_WIDTH], want[3][MAX_WIDTH];
    (void)state;
    kernel_data_uniform(raw, COUNT(raw), 40.0f, 4);
    kernel_data_uniform(bias, COUNT(bias), 6.0f, 5);
    raw[0] = 300.0f;
    raw[1] = -300.0f;
    for (size_t i = 0; i < MAX_WIDTH; i++)
        a[i] = -0.05f - (float)i / 20;
    for (size_t n = 1; n < MAX_WIDTH; n++) {
        struct ssm_gates w = {want[0], want[1], want[2]};
        ref.ssm_gates(&w, raw, bias, a, n);
        for (int i = 1; i < n_tiers; i++) {
            struct ssm_gates g = {got[0], got[1], got[2]};
            tiers[i].ssm_gates(&g, raw, bias, a, n);
            for (int k = 0; k < 3; k++)
                assert_close(got[k], want[k], n, 2e-6);
        }
    }
    for (size_t i = 2; i < MAX_WIDTH - 1; i++) /* softplus itself */
        assert_true(fabs((double)want[0][i] - log1p(exp((double)(raw[i] + bias[i])))) < 1e-4);
}

struct head {
    float x[MAX_WIDTH], b[MAX_STATE], c[MAX_STATE], y[MAX_WIDTH];
    float state[2][MAX_STATE * MAX_WIDTH];
};

static void fill_head(struct head *h, uint64_t seed)
{
    memset(h, 0, sizeof *h);
    kernel_data_uniform(h->x, MAX_WIDTH, 1.0f, seed);
    kernel_data_uniform(h->b, MAX_STATE, 1.0f, seed + 1);
    kernel_data_uniform(h->c, MAX_STATE, 1.0f, seed + 2);
    kernel_data_uniform(h->state[0], COUNT(h->state[0]), 2.0f, seed + 3);
}

static void step(const struct kernels *k, struct head *h, size_t width, size_t n_state,
                 enum state_type type, const void *from, void *to)
{
    const struct ssm_step_job job = {.y = h->y, .x = h->x, .b = h->b, .c = h->c, .from = from,
                                     .to = to, .width = width, .n_state = n_state, .dt = 0.3f,
                                     .decay = 0.9f, .d = 0.7f};
    k->ssm_step[type](&job);
}

static void test_step_agrees(void **state)
{
    struct head *want = alloc_zero(1, sizeof *want), *got = alloc_zero(1, sizeof *got);
    (void)state;
    for (size_t width = 1; width <= MAX_WIDTH; width += width < 20 ? 1 : 15)
        for (size_t n = 1; n <= MAX_STATE; n += 13)
            for (int i = 1; i < n_tiers; i++) {
                fill_head(want, width * 100 + n);
                fill_head(got, width * 100 + n);
                step(&ref, want, width, n, STATE_F32, want->state[0], want->state[1]);
                step(&tiers[i], got, width, n, STATE_F32, got->state[0], got->state[1]);
                assert_close(got->y, want->y, width, 2e-6);
                assert_memory_equal(got->state, want->state, sizeof want->state);
                step(&tiers[i], got, width, n, STATE_F32, got->state[0], got->state[0]);
                assert_memory_equal(got->state[0], want->state[1], width * n * sizeof(float));
            }
    alloc_free(want);
    alloc_free(got);
}

/* f16: the stored state is the f32 result rounded, and saturates. */
static void test_step_f16(void **state)
{
    enum { WIDTH = 37, STATES = 9, N = WIDTH * STATES };
    struct head *h = alloc_zero(1, sizeof *h);
    uint16_t half[N + 1], next[N + 1];
    float wide[N], wanted[N];
    (void)state;
    for (int i = 0; i < n_tiers; i++) {
        fill_head(h, 9);
        h->state[0][5] = 65504.0f;
        h->state[0][6] = -65504.0f;
        tiers[i].to_f16(half, h->state[0], N);
        tiers[i].from_f16(wide, half, N);
        h->x[5] = 30000.0f;
        h->x[6] = -30000.0f;
        h->b[0] = 3.0f;
        step(&ref, h, WIDTH, STATES, STATE_F32, wide, wanted);
        next[N] = 77;
        step(&tiers[i], h, WIDTH, STATES, STATE_F16, half, next);
        assert_int_equal(next[N], 77);
        tiers[i].from_f16(wide, next, N);
        assert_true(wide[5] == STATE_F16_MAX && wide[6] == -STATE_F16_MAX);
        for (size_t k = 0; k < N; k++)
            assert_true(fabsf(wide[k] - fmaxf(-65504.0f, fminf(65504.0f, wanted[k]))) <=
                        fabsf(wanted[k]) * 0x1p-11f + 0x1p-25f);
    }
    alloc_free(h);
}

/* With A = 1 everywhere the state is a sum, and y = (sum of dt x b) c + d x. */
static void test_step_closed_form(void **state)
{
    struct head *h = alloc_zero(1, sizeof *h);
    (void)state;
    for (int i = 0; i < n_tiers; i++) {
        memset(h, 0, sizeof *h);
        h->x[0] = 2.0f;
        h->b[0] = 0.5f;
        h->c[0] = 3.0f;
        struct ssm_step_job job = {.y = h->y, .x = h->x, .b = h->b, .c = h->c,
                                   .from = h->state[0], .to = h->state[0], .width = 1,
                                   .n_state = 1, .dt = 0.25f, .decay = 1.0f, .d = 10.0f};
        for (int t = 1; t <= 8; t++) {
            tiers[i].ssm_step[STATE_F32](&job);
            assert_true(h->y[0] == (float)t * 0.25f * 3.0f + 20.0f);
        }
    }
    alloc_free(h);
}

static void test_gemm(void **state)
{
    enum { M = 7, K = 11, N = 70 };
    float a[M * K], b[K * N], want[M * N], got[M * N];
    (void)state;
    kernel_data_uniform(a, COUNT(a), 1.0f, 20);
    kernel_data_uniform(b, COUNT(b), 1.0f, 21);
    for (size_t m = 1; m <= M; m++)
        for (size_t n = 1; n <= N; n += n < 36 ? 1 : 17)
            for (int turned = 0; turned < 2; turned++) {
                struct gemm_job job = {.a = a, .b = b, .m = m, .k = K, .n = n, .y_stride = N,
                                       .a_row = turned ? 1 : K, .a_col = turned ? M : 1,
                                       .b_stride = N};
                kernel_data_uniform(want, COUNT(want), 1.0f, 22);
                job.y = want;
                ref.gemm_add(&job);
                for (int i = 1; i < n_tiers; i++) {
                    kernel_data_uniform(got, COUNT(got), 1.0f, 22);
                    job.y = got;
                    tiers[i].gemm_add(&job);
                    assert_close(got, want, COUNT(got), 2e-6);
                }
            }
}

static void test_exp_all(void **state)
{
    float x[MAX_WIDTH], got[MAX_WIDTH], want[MAX_WIDTH];
    (void)state;
    kernel_data_uniform(x, COUNT(x), 60.0f, 30);
    for (size_t n = 1; n <= MAX_WIDTH; n++)
        for (int i = 1; i < n_tiers; i++) {
            ref.exp_all(want, x, n);
            tiers[i].exp_all(got, x, n);
            for (size_t k = 0; k < n; k++)
                assert_true(fabsf(got[k] - want[k]) <= 4e-7f * want[k]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv),     cmocka_unit_test(test_gates),
        cmocka_unit_test(test_step_agrees), cmocka_unit_test(test_step_f16),
        cmocka_unit_test(test_step_closed_form), cmocka_unit_test(test_gemm),
        cmocka_unit_test(test_exp_all),
    };
    return cmocka_run_group_tests_name("kernels_ssm", tests, setup, NULL);
}
