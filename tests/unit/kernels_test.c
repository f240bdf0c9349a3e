/* Every tier this machine can run, against kernels_ref: bits for the matrix products, a stated
 * error for the rest; and the contract that a row's result knows nothing of its neighbours. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tests/support/kernel_data.h"
#include "tests/support/kernels_amx_model.h"
#include "tests/support/tile_model.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct kernels ref, tiers[CPU_TIERS + 1];
static int n_tiers; /* tiers[0] is ref itself; the last one may be AMX over a model of its tiles */

static int setup(void **state)
{
    (void)state;
    kernels_init(&ref, CPU_REF);
    for (n_tiers = 0; n_tiers <= (int)cpu_tier_detect(); n_tiers++)
        kernels_init(&tiers[n_tiers], (enum cpu_tier)n_tiers);
    if (kernels_amx_model(&tiers[n_tiers]))
        n_tiers++;
    return 0;
}

static void test_tiers(void **state)
{
    enum cpu_tier t = CPU_TIERS;
    (void)state;
    for (int i = 0; i < CPU_TIERS; i++) {
        assert_true(cpu_tier_by_name(&t, cpu_tier_name((enum cpu_tier)i)));
        assert_int_equal(t, i);
    }
    assert_true(cpu_tier_by_name(&t, "auto"));
    assert_int_equal(t, cpu_tier_detect());
    assert_false(cpu_tier_by_name(&t, "AVX2"));
    assert_false(cpu_tier_by_name(&t, ""));
    assert_int_equal(ref.tier, CPU_REF);
    for (int i = 0; i <= (int)cpu_tier_detect(); i++)
        assert_int_equal(tiers[i].tier, i);
}

static void test_no_entry_missing(void **state)
{
    (void)state;
    for (int i = 0; i < n_tiers; i++) {
        const struct kernels *k = &tiers[i];
        assert_true(k->quantize && k->rms_norm && k->silu_mul && k->chunk_max && k->weigh &&
                    k->spread && k->collect && k->to_f16 && k->to_bf16);
        for (int type = 0; type < KV_TYPES; type++)
            assert_true(k->attend[type] != NULL);
        for (int layout = 0; layout < PANEL_LAYOUTS; layout++)
            assert_true(k->matmul[layout] != NULL);
    }
}

/* ---- quantize ---- */

enum { QUANT_ROWS = 19, QUANT_COLS = 96 };

static void fill_activations(float *x, size_t n)
{
    static const float RANGES[] = {1.0f, 1e-3f, 3e30f, 1e-30f, 1e-40f, 0.0f, 100.0f};
    for (size_t at = 0; at < n; at += 32)
        kernel_data_uniform(x + at, 32, RANGES[at / 32 % COUNT(RANGES)], at);
    x[3] = INFINITY;
    x[37] = NAN;
    x[70] = -INFINITY;
}

static void test_quantize_agrees(void **state)
{
    float x[QUANT_ROWS * QUANT_COLS];
    (void)state;
    fill_activations(x, COUNT(x));
    for (size_t rows = 1; rows <= QUANT_ROWS; rows++) {
        struct acts want;
        kernel_acts_init(&want, &ref, x, rows, QUANT_COLS);
        for (int i = 1; i < n_tiers; i++) {
            struct acts got;
            kernel_acts_init(&got, &tiers[i], x, rows, QUANT_COLS);
            assert_memory_equal(got.q, want.q, acts_bytes(rows, QUANT_COLS));
            kernel_acts_free(&got);
        }
        kernel_acts_free(&want);
    }
}

/* Identity weights give the activations back: half a step of error at most. */
static void test_quantize_error(void **state)
{
    float x[32], y[32];
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct acts a;
        uint8_t rows[32][34] = {{0}}; /* Q8_0: d = 1, one code of 1 */
        struct panels w = {PANEL_Q8_0, 32, 32, panels_panel_bytes(PANEL_Q8_0, 32), NULL};
        uint8_t *packed = alloc_aligned(2, w.panel_bytes, 64);
        for (size_t o = 0; o < 32; o++) {
            rows[o][1] = 0x3c;
            rows[o][2 + o] = 1;
        }
        w.data = packed;
        panels_pack(&w, packed, QUANT_Q8_0, rows[0], 0, 2);
        kernel_data_uniform(x, 32, 1.0f + (float)seed, seed);
        kernel_acts_init(&a, &ref, x, 1, 32);
        ref.matmul[PANEL_Q8_0](y, 32, &w, &a, 0, 2);
        for (size_t c = 0; c < 32; c++)
            assert_true(fabsf(y[c] - x[c]) <= (1.0f + (float)seed) / 127.0f * 0.5001f);
        kernel_acts_free(&a);
        alloc_free(packed);
    }
}

/* ---- matmul ---- */

struct product {
    struct kernel_tensor t;
    struct acts a;
    float *x, *y, *want;
    size_t y_stride, y_count;
};

static void product_init(struct product *p, enum quant_type type, size_t n_rows, size_t n_out,
                         size_t n_in)
{
    kernel_tensor_init(&p->t, type, n_out, n_in, n_out * 1000 + n_in);
    p->x = alloc_zero(n_rows * n_in, sizeof *p->x);
    kernel_data_uniform(p->x, n_rows * n_in, 2.0f, n_rows);
    kernel_acts_init(&p->a, &ref, p->x, n_rows, n_in);
    p->y_stride = n_out + 3; /* rows of y are not aligned */
    p->y_count = n_rows * p->y_stride;
    p->y = alloc_zero(p->y_count, sizeof *p->y);
    p->want = alloc_zero(p->y_count, sizeof *p->want);
}

static void product_free(struct product *p)
{
    kernel_tensor_free(&p->t);
    kernel_acts_free(&p->a);
    alloc_free(p->x);
    alloc_free(p->y);
    alloc_free(p->want);
}

static void product_run(struct product *p, float *y, const struct kernels *k)
{
    for (size_t i = 0; i < p->y_count; i++)
        y[i] = -7.0f; /* what no product may overwrite outside its outputs */
    k->matmul[p->t.w.layout](y, p->y_stride, &p->t.w, &p->a, 0, panels_count(&p->t.w));
}

static void check_bits(const struct product *p, const char *what)
{
    for (size_t i = 0; i < p->y_count; i++)
        if (memcmp(&p->y[i], &p->want[i], sizeof *p->y) != 0)
            fail_msg("%s %s, row %zu output %zu: %.9g, want %.9g", what,
                     quant_info((int)p->t.type)->name, i / p->y_stride, i % p->y_stride,
                     (double)p->y[i], (double)p->want[i]);
}

static const struct {
    size_t n_out, n_in;
} SHAPES[] = {{1, 32},   {16, 96},  {37, 256}, {21, 768}, {16, 512},
            {18, 160}, {5, 224}, {7, 37},   {33, 1}};

static void test_matmul_agrees(void **state)
{
    enum panel_layout layout;
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types * COUNT(SHAPES); i++) {
        enum quant_type type = kernel_data_types[i / COUNT(SHAPES)];
        size_t n_out = SHAPES[i % COUNT(SHAPES)].n_out, n_in = SHAPES[i % COUNT(SHAPES)].n_in;
        if (!panels_layout(&layout, type, n_in))
            continue;
        for (size_t rows = 1; rows <= 19; rows++) {
            struct product p;
            product_init(&p, type, rows, n_out, n_in);
            product_run(&p, p.want, &ref);
            for (int t = 1; t < n_tiers; t++) {
                product_run(&p, p.y, &tiers[t]);
                check_bits(&p, cpu_tier_name(tiers[t].tier));
            }
            product_free(&p);
        }
    }
    assert_null(tile_model_fault());
}

/* The reference itself, against the dequantised weights in double. */
static void test_matmul_value(void **state)
{
    enum { R = 3, O = 18, C = 768 };
    float row[C], got[R * O], want[R * O];
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types; i++) {
        struct product p;
        product_init(&p, kernel_data_types[i], R, O, C);
        product_run(&p, p.want, &ref);
        for (size_t o = 0; o < O; o++) {
            quant_dequantize(p.t.type, row, p.t.rows + o * quant_row_bytes(p.t.type, C), C);
            for (size_t r = 0; r < R; r++) {
                double sum = 0.0;
                for (size_t c = 0; c < C; c++)
                    sum += (double)row[c] * (double)p.x[r * C + c];
                want[r * O + o] = (float)sum;
                got[r * O + o] = p.want[r * p.y_stride + o];
            }
        }
        bool is_float = p.t.w.layout < PANEL_Q4_0;
        assert_true(kernel_data_nmse(got, want, R * O) < (is_float ? 1e-11 : 2e-4));
        product_free(&p);
    }
}

/* A row alone, and panels one by one, give the bits of the whole. */
static void test_matmul_independent(void **state)
{
    enum { R = 19, O = 53, C = 768 };
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types * (size_t)n_tiers; i++) {
        const struct kernels *k = &tiers[i % (size_t)n_tiers];
        struct product p;
        product_init(&p, kernel_data_types[i / (size_t)n_tiers], R, O, C);
        product_run(&p, p.want, k);
        memcpy(p.y, p.want, p.y_count * sizeof *p.y);
        for (size_t r = 0; r < R; r++) {
            struct acts one;
            kernel_acts_init(&one, k, p.x + r * C, 1, C);
            for (size_t panel = 0; panel < panels_count(&p.t.w); panel++)
                k->matmul[p.t.w.layout](p.y + r * p.y_stride, O, &p.t.w, &one, panel, panel + 1);
            kernel_acts_free(&one);
        }
        check_bits(&p, cpu_tier_name(k->tier));
        product_free(&p);
    }
}

/* More rows than one chunk of activations holds. */
static void test_matmul_many_rows(void **state)
{
    enum { R = 203, O = 20, C = 4096 };
    static const enum quant_type TYPES[] = {QUANT_Q8_0, QUANT_Q4_K, QUANT_MXFP4, QUANT_F16};
    (void)state;
    for (size_t i = 0; i < COUNT(TYPES); i++) {
        struct product p;
        product_init(&p, TYPES[i], R, O, C);
        product_run(&p, p.want, &ref);
        for (int t = 1; t < n_tiers; t++) {
            product_run(&p, p.y, &tiers[t]);
            check_bits(&p, cpu_tier_name(tiers[t].tier));
        }
        product_free(&p);
    }
}

/* Codes and activations at their limits: the 16-bit stages must not saturate. */
static void test_matmul_extremes(void **state)
{
    enum { R = 9, O = 16, C = 64 };
    float x[R * C], want[R * O], got[R * O];
    static const struct {
        enum quant_type type;
        uint8_t codes;
    } CASES[] = {
        {QUANT_Q8_0, 0x80},   {QUANT_Q8_0, 0x7f},   {QUANT_Q8_0, 0x81},   {QUANT_Q8_0, 0x00},
        {QUANT_Q4_1, 0xff},   {QUANT_MXFP4, 0x77},  {QUANT_MXFP4, 0xff},  {QUANT_MXFP4, 0xf7},
        {QUANT_IQ4_NL, 0x00}, {QUANT_IQ4_NL, 0xff}, {QUANT_IQ4_NL, 0xf0}, {QUANT_IQ4_NL, 0x77},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(CASES) * 2; i++) {
        struct kernel_tensor t;
        struct acts a;
        kernel_tensor_init(&t, CASES[i / 2].type, O, C, i);
        for (size_t b = 0; b < O * quant_row_bytes(t.type, C); b++)
            if (b % quant_info((int)t.type)->bytes >= 4)
                t.rows[b] = CASES[i / 2].codes;
        panels_pack(&t.w, t.packed, t.type, t.rows, 0, 1);
        for (size_t c = 0; c < COUNT(x); c++)
            x[c] = i % 2 && c % 2 ? -3.0f : 3.0f;
        kernel_acts_init(&a, &ref, x, R, C);
        ref.matmul[t.w.layout](want, O, &t.w, &a, 0, 1);
        for (int k = 1; k < n_tiers; k++) {
            tiers[k].matmul[t.w.layout](got, O, &t.w, &a, 0, 1);
            assert_memory_equal(got, want, sizeof want);
        }
        kernel_acts_free(&a);
        kernel_tensor_free(&t);
    }
}

/* Every exponent byte of MXFP4, subnormal scales included. */
static void test_matmul_exponents(void **state)
{
    enum { R = 9, O = 256, C = 160 };
    struct product p;
    (void)state;
    product_init(&p, QUANT_MXFP4, R, O, C);
    size_t block = quant_info(QUANT_MXFP4)->bytes, row_bytes = quant_row_bytes(QUANT_MXFP4, C);
    for (size_t b = 0; b < O * row_bytes; b += block)
        p.t.rows[b] = (uint8_t)(b / row_bytes);
    panels_pack(&p.t.w, p.t.packed, QUANT_MXFP4, p.t.rows, 0, panels_count(&p.t.w));
    kernel_data_uniform(p.x, R * C, 1e-4f, 1); /* the largest products stay finite */
    ref.quantize(&p.a, 0, R);
    product_run(&p, p.want, &ref);
    for (size_t i = 0; i < R * O; i++)
        assert_true(isfinite(p.want[i / O * p.y_stride + i % O]));
    for (int t = 1; t < n_tiers; t++) {
        product_run(&p, p.y, &tiers[t]);
        check_bits(&p, cpu_tier_name(tiers[t].tier));
    }
    product_free(&p);
}

/* ---- element-wise work ---- */

enum { N_MAX = 4099 }; /* prime: every vector width leaves a tail */

#define FOR_LENGTHS(n) for (size_t n = 1; n <= N_MAX; n += n < 70 ? 1 : 503)

static void test_rms_norm(void **state)
{
    static float x[N_MAX + 1], w[N_MAX + 1], got[N_MAX + 1], want[N_MAX];
    (void)state;
    for (int t = 0; t < n_tiers; t++) {
        FOR_LENGTHS(n) {
            float *in = x + n % 2; /* misaligned */
            kernel_data_uniform(in, n, 5.0f, n);
            kernel_data_uniform(w, n, 1.0f, n + 1);
            const float *weight = n % 3 ? w : NULL;
            ref.rms_norm(want, in, weight, n, 1e-5f);
            got[n] = 42.0f;
            tiers[t].rms_norm(got, in, weight, n, 1e-5f);
            assert_true(kernel_data_nmse(got, want, n) < 1e-12);
            assert_true(got[n] == 42.0f);
            tiers[t].rms_norm(in, in, weight, n, 1e-5f);
            assert_memory_equal(in, got, n * sizeof *in);
        }
    }
}

static void test_silu_mul(void **state)
{
    static float gate[N_MAX + 1], up[N_MAX + 1], got[N_MAX + 1], want[N_MAX];
    static const float SPECIAL[] = {0.0f, -0.0f, 88.0f, -88.0f, 104.0f, -104.0f, 1e30f, -1e30f,
                                    INFINITY, 1e-40f, -87.5f, -100.0f};
    (void)state;
    for (int t = 0; t < n_tiers; t++) {
        FOR_LENGTHS(n) {
            kernel_data_uniform(gate, n, 20.0f, n);
            kernel_data_uniform(up, n, 3.0f, n + 1);
            gate[n / 2] = SPECIAL[n % COUNT(SPECIAL)];
            up[n / 2] = 1.0f;
            ref.silu_mul(want, gate, up, n);
            got[n] = 42.0f;
            tiers[t].silu_mul(got, gate, up, n);
            assert_true(got[n] == 42.0f);
            for (size_t i = 0; i < n; i++) {
                float error = fabsf(got[i] - want[i]), bound = 1e-6f * fabsf(want[i]) + 1e-37f;
                assert_true(got[i] == want[i] || error <= bound);
            }
            tiers[t].silu_mul(gate, gate, up, n);
            assert_memory_equal(gate, got, n * sizeof *got);
        }
    }
}

static void test_chunk_max(void **state)
{
    static float z[N_MAX], got[N_MAX / VOCAB_CHUNK + 2], want[N_MAX / VOCAB_CHUNK + 1];
    (void)state;
    for (int t = 0; t < n_tiers; t++) {
        FOR_LENGTHS(n) {
            size_t chunks = (n + VOCAB_CHUNK - 1) / VOCAB_CHUNK;
            kernel_data_uniform(z, n, 30.0f, n);
            if (n % 2)
                z[0] = -INFINITY;
            double sum = ref.chunk_max(want, z, n);
            got[chunks] = 42.0f;
            double s = tiers[t].chunk_max(got, z, n);
            assert_memory_equal(got, want, chunks * sizeof *got);
            assert_true(got[chunks] == 42.0f);
            assert_true(s == sum || fabs(s - sum) < 1e-6 * 30.0 * (double)n);
        }
    }
}

enum { HALVES = 4 * 65536 + 5 };

static void check_halves(void (*to_half)(uint16_t *, const float *, size_t), const uint16_t *want,
                         const float *x)
{
    static uint16_t got[HALVES];
    to_half(got, x, HALVES);
    assert_memory_equal(got, want, sizeof got);
    for (size_t n = 0; n < 40; n++) { /* tails, nothing written behind */
        memset(got, 0xEE, sizeof got[0] * 48);
        to_half(got, x + 7777, n);
        assert_memory_equal(got, want + 7777, n * sizeof got[0]);
        assert_int_equal(got[n], 0xEEEE);
    }
}

/* Every f16 value, the midpoints between neighbours and what lies just beside them. */
static void test_to_f16(void **state)
{
    static float x[HALVES];
    static uint16_t want[HALVES];
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        float a = quant_f16_to_f32((uint16_t)h), b = quant_f16_to_f32((uint16_t)(h + 1));
        x[4 * h] = isnan(a) ? 1.0f : a;
        x[4 * h + 1] = isfinite(a) && isfinite(b) ? 0.5f * (a + b) : 65519.996f;
        x[4 * h + 2] = nextafterf(x[4 * h + 1], INFINITY);
        x[4 * h + 3] = nextafterf(x[4 * h + 1], -INFINITY);
    }
    ref.to_f16(want, x, HALVES);
    for (int t = 1; t < n_tiers; t++)
        check_halves(tiers[t].to_f16, want, x);
}

/* The same of bf16, NaN and infinity too. */
static void test_to_bf16(void **state)
{
    static const uint32_t BELOW[4] = {0, 0x7fff, 0x8000, 0x8001};
    static float x[HALVES];
    static uint16_t want[HALVES];
    (void)state;
    for (uint32_t i = 0; i < HALVES; i++) {
        uint32_t bits = i / 4 << 16 | BELOW[i % 4];
        memcpy(&x[i], &bits, sizeof bits);
        want[i] = quant_f32_to_bf16(x[i]);
    }
    for (int t = 0; t < n_tiers; t++)
        check_halves(tiers[t].to_bf16, want, x);
}

/* The same whole numbers on every tier, in one sum and by bucket. */
static void test_weigh_agrees(void **state)
{
    enum { BUCKETS = 7 };
    static float z[N_MAX];
    static const float SCALES[] = {1.4426951f, 0.3f, 700.0f, 0.0f, 1e-6f, 1.4e6f};
    (void)state;
    FOR_LENGTHS(n) {
        struct weigh_job j = {z, n, -INFINITY, SCALES[n % COUNT(SCALES)]};
        uint64_t want_mass[BUCKETS] = {0};
        kernel_data_uniform(z, n, 15.0f, n);
        if (n > 3)
            z[n / 2] = -INFINITY;
        for (size_t i = 0; i < n; i++)
            j.top = fmaxf(j.top, z[i]);
        const struct bucket_scale b = {j.top, n % 3 ? 0.3f : 1e30f, BUCKETS};
        float from = n % 3 ? z[n / 3] : -FLT_MAX;
        ref.spread(want_mass, &j, &b);
        for (int t = 0; t < n_tiers; t++) {
            uint64_t mass[BUCKETS] = {0};
            assert_true(tiers[t].weigh(&j, from) == ref.weigh(&j, from));
            tiers[t].spread(mass, &j, &b);
            assert_memory_equal(mass, want_mass, sizeof mass);
        }
    }
}

/* e^x term by term down to what counts as nothing, and the ends of the range. */
static void test_weigh_value(void **state)
{
    (void)state;
    const float log2_e = 1.4426951f, far[] = {-43.6f, -104.5f, -1000.0f, -FLT_MAX, -INFINITY};
    static float equal[2 * VOCAB_CHUNK + 3];
    for (int t = 0; t < n_tiers; t++) {
        for (float x = 0.0f; x > -31.0f; x -= 0.000917f) {
            const struct weigh_job j = {&x, 1, 0.0f, log2_e};
            double want = (double)WEIGHT_ONE * exp((double)x);
            double error = fabs((double)tiers[t].weigh(&j, -FLT_MAX) - want);
            assert_true(error <= 1.0 + (1.0 - (double)x) * (double)FLT_EPSILON * want);
        }
        struct weigh_job j = {far, COUNT(far), 0.0f, 1.0f};
        assert_true(tiers[t].weigh(&j, -FLT_MAX) == 0);
        j.scale = 0.0f; /* by number */
        assert_true(tiers[t].weigh(&j, -FLT_MAX) == 4 * WEIGHT_ONE);
        j = (struct weigh_job){equal, COUNT(equal), 0.0f, log2_e};
        assert_true(tiers[t].weigh(&j, 0.0f) == COUNT(equal) * WEIGHT_ONE);
        assert_true(tiers[t].weigh(&j, FLT_MIN) == 0);
    }
}

static void test_collect(void **state)
{
    static float z[N_MAX], want_z[N_MAX], got_z[N_MAX + 1];
    static int32_t id[N_MAX], want_id[N_MAX], got_id[N_MAX + 1];
    (void)state;
    FOR_LENGTHS(n) {
        kernel_data_uniform(z, n, 9.0f, n);
        for (size_t i = 0; i < n; i++)
            id[i] = 7 * (int32_t)i;
        if (n > 3)
            z[n / 2] = NAN;
        const struct collect_job j = {z, n % 2 ? id : NULL, 70, n, n % 5 ? -5.0f : -INFINITY,
                                      n % 7 ? z[0] : INFINITY};
        size_t n_want = ref.collect(want_z, want_id, &j);
        for (int t = 0; t < n_tiers; t++) {
            got_z[n] = 42.0f;
            got_id[n] = 42;
            assert_int_equal(tiers[t].collect(got_z, got_id, &j), n_want);
            assert_memory_equal(got_z, want_z, n_want * sizeof *got_z);
            assert_memory_equal(got_id, want_id, n_want * sizeof *got_id);
            assert_true(got_z[n] == 42.0f && got_id[n] == 42);
        }
        struct collect_job in_place = j;
        for (int t = 0; t < n_tiers; t++) {
            memcpy(got_z, z, n * sizeof *z);
            memcpy(got_id, id, n * sizeof *id);
            in_place.z = got_z;
            in_place.id = j.id ? got_id : NULL;
            assert_int_equal(tiers[t].collect(got_z, got_id, &in_place), n_want);
            assert_memory_equal(got_z, want_z, n_want * sizeof *got_z);
            assert_memory_equal(got_id, want_id, n_want * sizeof *got_id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiers),
        cmocka_unit_test(test_no_entry_missing),
        cmocka_unit_test(test_quantize_agrees),
        cmocka_unit_test(test_quantize_error),
        cmocka_unit_test(test_matmul_agrees),
        cmocka_unit_test(test_matmul_value),
        cmocka_unit_test(test_matmul_independent),
        cmocka_unit_test(test_matmul_many_rows),
        cmocka_unit_test(test_matmul_extremes),
        cmocka_unit_test(test_matmul_exponents),
        cmocka_unit_test(test_rms_norm),
        cmocka_unit_test(test_silu_mul),
        cmocka_unit_test(test_chunk_max),
        cmocka_unit_test(test_to_f16),
        cmocka_unit_test(test_to_bf16),
        cmocka_unit_test(test_weigh_agrees),
        cmocka_unit_test(test_weigh_value),
        cmocka_unit_test(test_collect),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
