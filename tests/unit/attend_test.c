/* Attention of every tier this machine can run: against kernels_ref within a stated error, and the
 * contract that a row's bits know nothing of the rows it shares a job with. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "tests/support/dice.h"
#include "tests/support/kernel_data.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { MAX_ROWS = 33, MAX_HEADS = 9, TABLE = 6, N_PAGES = 12, GUARD = 2 };

static struct kernels ref, tiers[CPU_TIERS];
static int n_tiers; /* tiers[0] is ref itself */

static int setup(void **state)
{
    (void)state;
    kernels_init(&ref, CPU_REF);
    for (n_tiers = 0; n_tiers <= (int)cpu_tier_detect(); n_tiers++)
        kernels_init(&tiers[n_tiers], (enum cpu_tier)n_tiers);
    return 0;
}

/* One KV head: random pages, rows with tables into them. */
struct attention {
    struct attend_job job;
    enum kv_type type;
    struct attend_row rows[MAX_ROWS];
    int32_t tables[MAX_ROWS][TABLE];
    float *q, *out, *want, sinks[MAX_HEADS];
    size_t out_row; /* floats of a row in out and want, GUARD of them behind its end */
    uint8_t *pages;
    float *scratch;
};

/* Random keys or values of a page, in (-1, 1). */
static void fill_part(void *out, enum kv_type type, size_t width, uint64_t seed)
{
    size_t n = width * KV_PAGE, n_scales = kv_blocks(width) * KV_PAGE;
    float *x = alloc_zero(n + n_scales, sizeof *x);
    kernel_data_uniform(x, n + n_scales, 1.0f, seed);
    for (size_t i = 0; i < n; i++) {
        if (type == KV_F16)
            ((uint16_t *)out)[i] = quant_f32_to_f16(x[i]);
        else if (type == KV_F32)
            ((float *)out)[i] = x[i];
        else if (type == KV_BF16)
            ((uint16_t *)out)[i] = quant_f32_to_bf16(x[i]);
        else
            ((int8_t *)out)[i] = (int8_t)lrintf(127.0f * x[i]);
    }
    for (size_t i = 0; i < n_scales && type == KV_Q8; i++)
        ((float *)(void *)((int8_t *)out + n))[i] = fabsf(x[n + i]) / 127.0f;
    alloc_free(x);
}

/* The last dimension of bf16, where it is odd: numbers that stand beside zeros. */
static void end_odd_keys(uint16_t *k, size_t dk)
{
    for (size_t pos = 0; pos < KV_PAGE && dk % 2; pos++) {
        size_t at = (dk / 2 * KV_PAGE + pos) * 2;
        k[at] = quant_f32_to_bf16(0.01f * (float)pos);
        k[at + 1] = 0;
    }
}

/* What vdpbf16ps makes of them anyway, so that only the weights are left to differ. */
static void round_queries(float *q, size_t n)
{
    for (size_t i = 0; i < n; i++)
        q[i] = quant_bf16_to_f32(quant_f32_to_bf16(q[i]));
}

/* Makes the rows point at `out`. */
static void write_to(struct attention *t, float *out)
{
    for (size_t r = 0; r < t->job.n_rows; r++)
        t->rows[r].out = out + r * t->out_row;
}

/* `shape` gives counts and widths; ranges and tables of the rows are the caller's to set. */
static void attention_init(struct attention *t, enum kv_type type, const struct attend_job *shape)
{
    struct attend_job *j = &t->job;
    size_t q_row = shape->n_heads * shape->dk + 1, k_bytes = kv_part_bytes(type, shape->dk);
    *t = (struct attention){.job = *shape, .type = type};
    t->out_row = j->n_heads * j->dv + GUARD;
    t->q = alloc_zero(j->n_rows, q_row * sizeof *t->q);
    t->out = alloc_zero(j->n_rows, t->out_row * sizeof *t->out);
    t->want = alloc_zero(j->n_rows, t->out_row * sizeof *t->want);
    j->page_bytes = k_bytes + kv_part_bytes(type, j->dv);
    t->pages = alloc_zero(N_PAGES, j->page_bytes);
    for (size_t p = 0; p < N_PAGES; p++) {
        fill_part(t->pages + p * j->page_bytes, type, j->dk, 2 * p);
        fill_part(t->pages + p * j->page_bytes + k_bytes, type, j->dv, 2 * p + 1);
        if (type == KV_BF16)
            end_odd_keys((uint16_t *)(void *)(t->pages + p * j->page_bytes), j->dk);
    }
    kernel_data_uniform(t->q, j->n_rows * q_row, 1.0f, j->dk);
    if (type == KV_BF16)
        round_queries(t->q, j->n_rows * q_row);
    kernel_data_uniform(t->sinks, MAX_HEADS, 2.0f, j->dv);
    for (size_t r = 0; r < j->n_rows; r++) {
        t->rows[r] = (struct attend_row){.q = t->q + r * q_row, .pages = t->tables[r]};
        for (size_t p = 0; p < TABLE; p++)
            t->tables[r][p] = (int32_t)((r * 7 + p * 3) % N_PAGES);
    }
    write_to(t, t->out);
    j->rows = t->rows;
    j->k = t->pages;
    j->v = t->pages + k_bytes;
}

/* Scratch of exactly the size that the rows need: a sanitizer sees a write past it. */
static void take_scratch(struct attention *t)
{
    size_t begin = SIZE_MAX, end = 0;
    for (size_t r = 0; r < t->job.n_rows; r++) {
        begin = t->rows[r].begin < begin ? t->rows[r].begin : begin;
        end = t->rows[r].end > end ? t->rows[r].end : end;
    }
    size_t n = attend_scratch_floats(t->job.n_rows * t->job.n_heads, t->job.dk + t->job.dv,
                                     end - begin);
    t->scratch = alloc_zero(n + 1, sizeof *t->scratch);
    t->scratch[n] = 42.0f;
    t->job.scratch = t->scratch;
}

static void attention_free(struct attention *t)
{
    alloc_free(t->pages);
    alloc_free(t->q);
    alloc_free(t->out);
    alloc_free(t->want);
    alloc_free(t->scratch);
}

/* A lone row sees all that it sees "in common". */
static struct attend_job alone(const struct attention *t, const struct attend_row *row)
{
    struct attend_job j = t->job;
    j.rows = row;
    j.n_rows = 1;
    j.begin = row->begin;
    j.end = row->end;
    return j;
}

static bool multiplies_bf16(const struct attention *t, const struct kernels *k)
{
    return k->tier >= CPU_BF16 && t->type == KV_BF16;
}

/* Weights that are off by up to 2^-8 of themselves move the mean of values below 1 by no more than
 * that. */
static bool near_enough(const struct attention *t, const struct kernels *k, const float *got,
                        const float *want)
{
    if (!multiplies_bf16(t, k))
        return kernel_data_nmse(got, want, t->job.dv) < 1e-10;
    for (size_t d = 0; d < t->job.dv; d++)
        if (!(fabsf(got[d] - want[d]) <= 0x1.01p-8f))
            return false;
    return true;
}

static void check_near_ref(struct attention *t, const struct kernels *k)
{
    const struct attend_job *j = &t->job;
    write_to(t, t->want);
    ref.attend[t->type](j);
    write_to(t, t->out);
    k->attend[t->type](j);
    for (size_t r = 0; r < j->n_rows; r++) {
        const float *got = t->out + r * t->out_row, *want = t->want + r * t->out_row;
        for (size_t h = 0; h < j->n_heads; h++)
            if (!near_enough(t, k, got + h * j->dv, want + h * j->dv))
                fail_msg("%s: %zu rows, heads %zu dk %zu dv %zu, common %zu..%zu, row %zu head %zu",
                         cpu_tier_name(k->tier), j->n_rows, j->n_heads, j->dk, j->dv, j->begin,
                         j->end, r, h);
        for (size_t i = 0; i < GUARD; i++)
            assert_true(got[j->n_heads * j->dv + i] == 0.0f);
    }
}

/* Each row alone, and each of its heads alone, gives the bits that t->out has. */
static void check_alone(struct attention *t, const struct kernels *k)
{
    for (size_t r = 0; r < t->job.n_rows; r++) {
        struct attend_row row = t->rows[r];
        struct attend_job one = alone(t, &row);
        row.out = t->want;
        k->attend[t->type](&one);
        assert_memory_equal(t->want, t->out + r * t->out_row, one.n_heads * one.dv * sizeof(float));
        row.q += (one.n_heads - 1) * one.dk;
        one.sinks = one.sinks ? one.sinks + one.n_heads - 1 : NULL;
        one.n_heads = 1;
        k->attend[t->type](&one);
        assert_memory_equal(t->want, t->out + r * t->out_row + (t->job.n_heads - 1) * one.dv,
                            one.dv * sizeof(float));
    }
}

static void check_tiers(struct attention *t)
{
    for (int k = 0; k < n_tiers; k++) {
        check_near_ref(t, &tiers[k]);
        check_alone(t, &tiers[k]);
    }
}

/* The ranges of `shape` for a lone row. */
static void test_lone_row(void **state)
{
    static const struct attend_job CASES[] = {
        {.n_heads = 1, .dk = 64, .dv = 64, .end = 1},
        {.n_heads = 3, .dk = 64, .dv = 64, .end = 64},
        {.n_heads = 3, .dk = 64, .dv = 64, .end = 65},
        {.n_heads = 3, .dk = 8, .dv = 8, .end = 31},
        {.n_heads = 2, .dk = 24, .dv = 40, .end = 100},
        {.n_heads = 4, .dk = 128, .dv = 128, .end = 300},
        {.n_heads = 5, .dk = 80, .dv = 80, .begin = 63, .end = 65},
        {.n_heads = 6, .dk = 64, .dv = 64, .begin = 1, .end = 65},
        {.n_heads = 7, .dk = 64, .dv = 72, .begin = 17, .end = 330},
        {.n_heads = 8, .dk = 136, .dv = 136, .begin = 64, .end = 129},
        {.n_heads = 9, .dk = 13, .dv = 11, .begin = 70, .end = 71},
        {.n_heads = 2, .dk = 1, .dv = 1, .begin = 5, .end = 77},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(CASES) * KV_TYPES * 2; i++) {
        struct attention t;
        struct attend_job shape = CASES[i / KV_TYPES / 2];
        shape.n_rows = 1;
        attention_init(&t, (enum kv_type)(i % KV_TYPES), &shape);
        t.rows[0].begin = shape.begin;
        t.rows[0].end = shape.end;
        t.job.sinks = i / KV_TYPES % 2 ? t.sinks : NULL;
        take_scratch(&t);
        check_tiers(&t);
        attention_free(&t);
    }
}

/* Every end and many begins around two page borders. */
static void test_ranges(void **state)
{
    (void)state;
    for (size_t end = 1; end <= 140; end++) {
        struct attend_job shape = {.n_rows = 1, .n_heads = 2, .dk = 8, .dv = 8, .end = end};
        for (shape.begin = end % 7; shape.begin < end; shape.begin += 11) {
            struct attention t;
            attention_init(&t, (enum kv_type)(end % KV_TYPES), &shape);
            t.rows[0].begin = shape.begin;
            t.rows[0].end = end;
            take_scratch(&t);
            for (int k = 1; k < n_tiers; k++)
                check_near_ref(&t, &tiers[k]);
            attention_free(&t);
        }
    }
}

static size_t below(struct dice *d, size_t n)
{
    return (size_t)dice_roll(d, n);
}

/* Rows that begin with the pages of the first: up to `n_shared`, from random begins to random ends,
 * windows and whole sequences, short and long. */
static void random_rows(struct attention *t, struct dice *g, size_t n_shared)
{
    struct attend_job *j = &t->job;
    size_t window = below(g, 3) ? SIZE_MAX : 1 + below(g, 2 * KV_PAGE);
    size_t spread = 1 + below(g, TABLE * KV_PAGE), low = below(g, TABLE * KV_PAGE - spread + 1);
    j->begin = 0;
    j->end = n_shared * KV_PAGE;
    for (size_t r = 0; r < j->n_rows; r++) {
        struct attend_row *row = &t->rows[r];
        row->end = low + 1 + below(g, spread);
        row->begin = row->end > window ? row->end - window : 0;
        memcpy(t->tables[r], t->tables[0], n_shared * sizeof *t->tables[r]);
        j->begin = row->begin > j->begin ? row->begin : j->begin;
        j->end = row->end < j->end ? row->end : j->end;
    }
    if (j->begin >= j->end) { /* nothing in common: what is left of the rows is theirs alone */
        j->n_rows = 1;
        j->begin = j->end = t->rows[0].begin;
    } else if (below(g, 4) == 0) { /* less than they have in common */
        j->begin += below(g, j->end - j->begin);
        j->end -= below(g, j->end - j->begin);
    }
}

static void test_shared_pages(void **state)
{
    static const size_t WIDTHS[][2] = {{64, 64}, {128, 128}, {80, 80},  {8, 8},  {96, 96},
                                       {24, 40}, {192, 128}, {13, 11}, {64, 64}, {256, 256}};
    struct dice g = {.seed = 5};
    (void)state;
    size_t n_grouped = 0;
    for (size_t i = 0; i < 300; i++) {
        const size_t *w = WIDTHS[below(&g, COUNT(WIDTHS))];
        struct attend_job shape = {.n_rows = 1 + i % MAX_ROWS, .n_heads = 1 + below(&g, 8),
                                   .dk = w[0], .dv = w[1]};
        if (w[0] * shape.n_rows * shape.n_heads > 6000) /* the reference is slow */
            shape.n_rows = 1 + 6000 / (w[0] * shape.n_heads);
        struct attention t;
        attention_init(&t, (enum kv_type)(i % KV_TYPES), &shape);
        t.job.sinks = below(&g, 2) ? t.sinks : NULL;
        random_rows(&t, &g, 1 + below(&g, TABLE));
        n_grouped += t.job.n_rows > 1;
        take_scratch(&t);
        check_tiers(&t);
        attention_free(&t);
    }
    assert_true(n_grouped > 150);
}

enum { STALE = 16 }; /* dimensions, of K and of V */

/* No number, or 1, at a position of the page of every row. */
static void put_stale(struct attention *t, size_t pos, bool nan)
{
    void *page = t->pages + (size_t)t->tables[0][0] * t->job.page_bytes;
    float *whole = page, value = nan ? NAN : 1.0f;
    uint16_t *half = page, bf16 = quant_f32_to_bf16(value);
    for (size_t d = 0; d < STALE; d++)
        if (t->type == KV_F32)
            whole[d * KV_PAGE + pos] = whole[(KV_PAGE + pos) * STALE + d] = value;
        else
            half[(d / 2 * KV_PAGE + pos) * 2 + d % 2] =
                half[KV_PAGE * STALE + (pos / 2 * STALE + d) * 2 + pos % 2] = bf16;
}

/* What lies in a page before the first and behind the last position seen is no number of ours: the
 * bits stay whatever it is. */
static void check_stale(const struct kernels *k, enum kv_type type, size_t begin)
{
    struct attend_job shape = {.n_rows = 3, .n_heads = 2, .dk = STALE, .dv = STALE,
                               .begin = begin + 1, .end = 20};
    struct attention t;
    attention_init(&t, type, &shape);
    for (size_t r = 0; r < shape.n_rows; r++) {
        t.tables[r][0] = t.tables[0][0];
        t.rows[r].begin = begin;
        t.rows[r].end = 20 + r;
    }
    take_scratch(&t);
    float first[3 * (2 * STALE + GUARD)];
    for (int nan = 0; nan < 2; nan++) {
        for (size_t pos = 0; pos < KV_PAGE; pos++)
            if (pos < begin || pos >= 22)
                put_stale(&t, pos, nan == 1);
        check_near_ref(&t, k);
        if (nan)
            assert_memory_equal(t.out, first, sizeof first);
        memcpy(first, t.out, sizeof first);
    }
    check_alone(&t, k);
    attention_free(&t);
}

static void test_stale_positions(void **state)
{
    (void)state;
    for (int k = 0; k < n_tiers; k++)
        for (size_t begin = 0; begin < 4; begin++) {
            check_stale(&tiers[k], KV_F32, begin);
            check_stale(&tiers[k], KV_BF16, begin);
        }
}

/* vdpbf16ps rounds queries to the nearest bf16 itself. */
static void test_queries_are_rounded(void **state)
{
    struct attend_job shape = {.n_rows = 1, .n_heads = 6, .dk = 33, .dv = 16, .end = 75};
    (void)state;
    for (int k = 0; k < n_tiers; k++) {
        struct attention t;
        attention_init(&t, KV_BF16, &shape);
        kernel_data_uniform(t.q, shape.n_heads * shape.dk, 1.0f, 9);
        t.rows[0].end = shape.end;
        take_scratch(&t);
        tiers[k].attend[KV_BF16](&t.job);
        write_to(&t, t.want);
        round_queries(t.q, shape.n_heads * shape.dk);
        tiers[k].attend[KV_BF16](&t.job);
        assert_int_equal(memcmp(t.out, t.want, t.out_row * sizeof *t.out) == 0,
                         multiplies_bf16(&t, &tiers[k]));
        attention_free(&t);
    }
}

/* Two positions whose scores are x apart, of values 0 and 1: the second weight shows, rounded to
 * the nearest bf16. Neighbours are 2^-8 of it apart or more. */
static void test_weights_are_rounded(void **state)
{
    struct attend_job shape = {.n_rows = 1, .n_heads = 1, .dk = 1, .dv = 1, .end = 2};
    (void)state;
    for (int k = 0; k < n_tiers; k++)
        for (int i = 0; i < 256; i++) {
            struct attention t;
            float x = (float)i / 32.0f, weight = expf(-x), rounded = weight;
            attention_init(&t, KV_BF16, &shape);
            uint16_t *page = (void *)(t.pages + (size_t)t.tables[0][0] * t.job.page_bytes);
            page[0] = 0;
            page[2] = quant_f32_to_bf16(-x);
            page[2 * KV_PAGE] = 0;
            page[2 * KV_PAGE + 1] = quant_f32_to_bf16(1.0f);
            t.q[0] = 1.0f;
            t.rows[0].end = 2;
            if (multiplies_bf16(&t, &tiers[k]))
                round_queries(&rounded, 1);
            take_scratch(&t);
            tiers[k].attend[KV_BF16](&t.job);
            assert_true(fabsf(t.out[0] / (1.0f - t.out[0]) - rounded) <= 1e-5f * weight);
            attention_free(&t);
        }
}

/* Equal values come out as they are, since the weights are divided by the sum of what they were
 * rounded to. */
static void test_equal_values(void **state)
{
    struct attend_job shape = {.n_rows = 1, .n_heads = 2, .dk = 16, .dv = 16, .end = 301};
    (void)state;
    for (int k = 0; k < n_tiers; k++) {
        struct attention t;
        attention_init(&t, KV_BF16, &shape);
        t.rows[0].end = shape.end;
        for (size_t p = 0; p < N_PAGES; p++)
            for (size_t i = 0; i < 16 * KV_PAGE; i++)
                ((uint16_t *)(void *)(t.pages + p * t.job.page_bytes))[16 * KV_PAGE + i] =
                    quant_f32_to_bf16(0.75f);
        take_scratch(&t);
        tiers[k].attend[KV_BF16](&t.job);
        for (size_t i = 0; i < 2 * 16; i++)
            assert_true(fabsf(t.out[i] - 0.75f) < 1e-6f);
        attention_free(&t);
    }
}

/* Scores far apart: one position takes everything; a huge sink takes everything from all. */
static void test_extremes(void **state)
{
    struct attend_job shape = {.n_rows = 1, .n_heads = 2, .dk = 16, .dv = 16, .end = 90};
    float sinks[2] = {3e6f, -INFINITY};
    (void)state;
    for (int k = 0; k < n_tiers; k++) {
        struct attention t;
        attention_init(&t, KV_F32, &shape);
        for (size_t i = 0; i < 2 * 16; i++)
            t.q[i] *= 1e5f;
        t.rows[0].end = shape.end;
        t.job.sinks = sinks;
        take_scratch(&t);
        tiers[k].attend[KV_F32](&t.job);
        for (size_t d = 0; d < 16; d++) {
            assert_true(t.out[d] == 0.0f);
            assert_true(fabsf(t.out[16 + d]) <= 1.0f);
        }
        attention_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lone_row),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_shared_pages),
        cmocka_unit_test(test_stale_positions),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_queries_are_rounded),
        cmocka_unit_test(test_weights_are_rounded),
        cmocka_unit_test(test_equal_values),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
