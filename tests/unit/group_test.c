/* group_test.c - classes of equal answers: exact first, tagged ones merged after, in any order. */
#include <sheaf/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "tests/support/check.h"

#define MAX 8

struct row {
    const char *answers[MAX];
    size_t n;
    int classes[MAX];
};

static const struct row rows[] = {
    {{"1/4", "0.25", "\\frac{2}{8}", ".250", "0.26"}, 5, {0, 0, 0, 0, 1}},
    {{"2,000", "2000", "2.000", "2{,}000"}, 4, {0, 0, 1, 0}},
    {{"x=3", "3", "4", "3.0"}, 4, {0, 0, 1, 0}},
    {{"3", NULL, " ", "3"}, 4, {0, -1, -1, 0}},
    {{"(1,2)", "(2,1)", "1,2", "\\{2,1\\}"}, 4, {0, 1, 2, 2}},
    {{"(x+1)^2", "x^2+2x+1", "x^2+1"}, 3, {0, 0, 1}},
    {{"1/0", "2/0", "1/0"}, 3, {0, 1, 0}},
    {{"\\frac{3}{", "\\frac{3}{", "3"}, 3, {0, 0, 1}},
    /* a tagged class joins the bare one of its magnitude; percent also the value */
    {{"30\\%", "30", "0.3"}, 3, {0, 0, 1}},
    {{"30\\%", "0.3", "0.3", "30"}, 4, {0, 0, 0, 1}},
    {{"5 cm", "5 cm", "5 m", "5"}, 4, {0, 0, 1, 0}},
    {{"5 cm", "6"}, 2, {0, 1}},
    {{"101_2", "101", "101_3", "101_2"}, 4, {0, 0, 1, 0}},
    {{"90^\\circ", "90"}, 2, {0, 0}},
    {{"25\\%", "1/4", "26\\%", "26"}, 4, {0, 0, 1, 1}},
    /* no first look (signature.h) keeps equals apart */
    {{"y=2x+1", "2x+1", "2y-4x=2", "y=2x+2"}, 4, {0, 0, 0, 1}},
    {{"f(n)=n^2", "f(x)=x^2", "g(x)=x^2"}, 3, {0, 0, 1}},
    {{"x>1", "(1,\\infty)", "(1,\\infty]", "[1,\\infty)"}, 4, {0, 0, 0, 1}},
    {{"[0,1]\\cup[1,2]", "[0,2]", "0\\le x\\le2", "\\{0,2\\}"}, 4, {0, 0, 0, 1}},
    {{"a=3,b=4", "(3,4)", "b=4,a=3", "a=4,b=3"}, 4, {0, 0, 0, 1}},
    {{"\\sqrt2", "2/\\sqrt2", "1.41421356237309505", "2^{1/2}"}, 4, {0, 0, 1, 0}},
    {{"\\sqrt{5+2\\sqrt6},1", "1,\\sqrt2+\\sqrt3", "1,3"}, 3, {0, 0, 1}},
    {{"e^{1000000}", "e^{1000001}", "e^{10^6}", "e^{-1000000}"}, 4, {0, 1, 0, 2}},
    {{"|x-1|", "|1-x|", "x-1", "\\sqrt{(x-1)^2}"}, 4, {0, 0, 1, 0}},
    {{"1:2", "2:4", "2:1", "3:6"}, 4, {0, 0, 1, 0}},
    {{"x+y<3", "3>y+x", "2x+2y<6", "x+y>3"}, 4, {0, 0, 0, 1}},
    {{"5 km/h", "5 kph", "5 km", "5"}, 4, {0, 0, 1, 0}},
    {{"e^{-1000000}", "e^{-1000001}", "e^{-10^6}", "0"}, 4, {0, 1, 0, 2}},
    {{"10^{10^{20}}", "10^{10^{21}}", "1+10^{10^{20}}-1", "\\infty"}, 4, {0, 1, 0, 2}},
    {{"(n+1)!", "(n+1)\\cdot n!", "n!", "x+1"}, 4, {0, 0, 1, 2}},
    {{"\\log_6 2+\\log_6 3", "1", "\\log_6 5", "\\frac{\\ln5}{\\ln2+\\ln3}"}, 4, {0, 0, 1, 1}},
};

static void group(const struct row *r, int *classes)
{
    size_t lens[MAX];
    sheaf_error err = {0};
    for (size_t i = 0; i < r->n; i++)
        lens[i] = r->answers[i] ? strlen(r->answers[i]) : 0;
    CHECK_OK(sheaf_answer_group(classes, r->answers, lens, r->n, &err), err);
}

static void groups_by_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int classes[MAX];
        group(&rows[i], classes);
        for (size_t k = 0; k < rows[i].n; k++)
            if (classes[k] != rows[i].classes[k])
                fail_msg("row %zu: %s in class %d, wanted %d", i, rows[i].answers[k], classes[k],
                         rows[i].classes[k]);
    }
}

/* Rotations and the mirror image of a row give the same partition. */
static void ignores_the_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t shift = 0; shift < 2 * rows[i].n; shift++) {
            struct row turned = {.n = rows[i].n};
            size_t from[MAX];
            int classes[MAX];
            for (size_t k = 0; k < turned.n; k++) {
                size_t at = (k + shift) % turned.n;
                from[k] = shift < turned.n ? at : turned.n - 1 - at;
                turned.answers[k] = rows[i].answers[from[k]];
            }
            group(&turned, classes);
            for (size_t a = 0; a < turned.n; a++)
                for (size_t b = 0; b < turned.n; b++)
                    assert_int_equal(classes[a] == classes[b],
                                     rows[i].classes[from[a]] == rows[i].classes[from[b]]);
        }
}

/* x + 2 x^2 + 3 x^3 ..., or from the last term on. */
static void write_sum(strbuf *out, int n, bool mirrored)
{
    for (int i = 1; i <= n; i++) {
        char term[32];
        int k = mirrored ? n + 1 - i : i;
        snprintf(term, sizeof term, "%s%dx^{%d}", i > 1 ? "+" : "", k, k);
        strbuf_str(out, term);
    }
}

static void joins_large_trees(void **state)
{
    (void)state;
    strbuf sums[3] = {{0}};
    const char *answers[3];
    size_t lens[3];
    int classes[3];
    sheaf_error err = {0};
    for (int i = 0; i < 3; i++) {
        write_sum(&sums[i], i < 2 ? 220 : 219, i == 1);
        answers[i] = sums[i].p;
        lens[i] = sums[i].n;
    }
    CHECK_OK(sheaf_answer_group(classes, answers, lens, 3, &err), err);
    assert_int_equal(classes[0], classes[1]);
    assert_int_not_equal(classes[0], classes[2]);
    for (int i = 0; i < 3; i++)
        strbuf_free(&sums[i]);
}

/* Values without bounds are told apart for a limited time: all pairs would take half a second. */
static void bounds_the_work(void **state)
{
    (void)state;
    enum { N = 512 };
    static char texts[N][32];
    const char *answers[N];
    size_t lens[N];
    int classes[N];
    sheaf_error err = {0};
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "e^{e^{%d}}", 1000 + i);
        answers[i] = texts[i];
        lens[i] = strlen(texts[i]);
    }
    double start = clock_cpu_s();
    CHECK_OK(sheaf_answer_group(classes, answers, lens, N, &err), err);
    assert_true(clock_cpu_s() - start < 0.2);
    for (int i = 0; i < N; i++)
        assert_int_equal(classes[i], i);
}

static void reports_faults(void **state)
{
    (void)state;
    const char *answers[] = {"1", "2"};
    size_t lens[] = {1, 1};
    int classes[2];
    sheaf_error err = {0};
    assert_int_equal(sheaf_answer_group(classes, answers, lens, 0, NULL), SHEAF_OK);
    assert_int_equal(sheaf_answer_group(classes, answers, lens, 1000000, &err), SHEAF_ERR_LIMIT);
    for (uint64_t n = 1; n <= 6; n++) {
        alloc_fail_at(n);
        assert_int_equal(sheaf_answer_group(classes, answers, lens, 2, NULL), SHEAF_ERR_NOMEM);
    }
    alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_by_value),
        cmocka_unit_test(ignores_the_order),
        cmocka_unit_test(joins_large_trees),
        cmocka_unit_test(bounds_the_work),
        cmocka_unit_test(reports_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
