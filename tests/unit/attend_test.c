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

/* Bytes of K or V of a page. */
static size_t part_bytes(enum kv_type type, size_t width)
{
    static const size_t ELEMENT[KV_TYPES] = {[KV_F32] = 4, [KV_F16] = 2, [KV_Q8] = 1};
    size_t scales = type == KV_Q8 ? kv_blocks(width) * sizeof(float) : 0;
    return (width * ELEMENT[type] + scales) * KV_PAGE;
}

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
        else
            ((int8_t *)out)[i] = (int8_t)lrintf(127.0f * x[i]);
    }
    for (size_t i = 0; i < n_scales && type == KV_Q8; i++)
        ((float *)(void *)((int8_t *)out + n))[i] = fabsf(x[n + i]) / 127.0f;
    alloc_free(x);
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
    size_t q_row = shape->n_heads * shape->dk + 1, k_bytes = part_bytes(type, shape->dk);
    *t = (struct attention){.job = *shape, .type = type};
    t->out_row = j->n_heads * j->dv + GUARD;
    t->q = alloc_zero(j->n_rows, q_row * sizeof *t->q);
    t->out = alloc_zero(j->n_rows, t->out_row * sizeof *t->out);
    t->want = alloc_zero(j->n_rows, t->out_row * sizeof *t->want);
    j->page_bytes = k_bytes + part_bytes(type, j->dv);
    t->pages = alloc_zero(N_PAGES, j->page_bytes);
    for (size_t p = 0; p < N_PAGES; p++) {
        fill_part(t->pages + p * j->page_bytes, type, j->dk, 2 * p);
        fill_part(t->pages + p * j->page_bytes + k_bytes, type, j->dv, 2 * p + 1);
    }
    kernel_data_uniform(t->q, j->n_rows * q_row, 1.0f, j->dk);
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
            if (!(kernel_data_nmse(got + h * j->dv, want + h * j->dv, j->dv) < 1e-10))
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

/* What lies in a page behind the last position seen is no number of ours. */
static void test_stale_positions(void **state)
{
    struct attend_job shape = {.n_rows = 3, .n_heads = 2, .dk = 16, .dv = 16, .begin = 0,
                               .end = 20};
    (void)state;
    for (int k = 0; k < n_tiers; k++) {
        struct attention t;
        attention_init(&t, KV_F32, &shape);
        float *page = (float *)(void *)(t.pages + (size_t)t.tables[0][0] * t.job.page_bytes);
        for (size_t r = 0; r < shape.n_rows; r++) {
            t.tables[r][0] = t.tables[0][0];
            t.rows[r].end = 20 + r;
        }
        for (size_t pos = 22; pos < KV_PAGE; pos++)
            for (size_t d = 0; d < 16; d++)
                page[d * KV_PAGE + pos] = page[16 * KV_PAGE + pos * 16 + d] = NAN;
        take_scratch(&t);
        check_near_ref(&t, &tiers[k]);
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
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
