/* pairing_test.c - two runs side by side: numbers by hand, and runs that do not go together. */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "evals/pairing.h"
#include "tests/support/fake_eval.h"
#include "tests/support/scratch_dir.h"

static char dirs[2][SCRATCH_PATH];

static int make_dirs(void **state)
{
    int rc = scratch_make(state);
    scratch_path(dirs[0], "a");
    scratch_path(dirs[1], "b");
    return rc;
}

/* ---- two runs -------------------------------------------------------------------------------- */

struct pair {
    struct run_reader runs[2];
    struct scorebook books[2];
    struct pairing p;
    sheaf_error err;
};

static void run_in(size_t which, const struct fake_problem *problems, size_t n)
{
    fake_eval(&(struct fake_eval){.dir = dirs[which], .problems = problems, .n = n}, NULL, NULL);
}

static sheaf_code open_pair(struct pair *o)
{
    *o = (struct pair){.p.n = 0};
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(run_reader_open(&o->runs[i], dirs[i], &o->err), o->err);
        CHECK_OK(scorebook_open(&o->books[i], &o->runs[i], &o->err), o->err);
    }
    return pairing_open(&o->p, &o->books[0], &o->books[1], &o->err);
}

static void close_pair(struct pair *o)
{
    pairing_close(&o->p);
    for (size_t i = 0; i < 2; i++) {
        scorebook_close(&o->books[i]);
        run_reader_close(&o->runs[i]);
    }
}

static const struct pairing_rule *rule_named(const struct pairing *p, const char *name)
{
    for (size_t i = 0; i < p->n_rules; i++)
        if (strcmp(p->rules[i].name, name) == 0)
            return &p->rules[i];
    fail_msg("no rule %s", name);
    return NULL;
}

static void check_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("%.17g, %.17g wanted", got, want);
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* Majority: right on the first of a; on all of b. */
static const struct fake_problem of_a[] = {{"7 7 7 8", 0}, {"8 8 8 7", 0}, {"8 8 7 7", 0},
                                           {"8 8 8 8", 0}};
static const struct fake_problem of_b[] = {{"7 7 7 7", 0}, {"7 7 7 8", 0}, {"7 7 7 9", 0},
                                           {"7 7 7 7", 0}};

static void test_numbers(void **state)
{
    (void)state;
    struct pair o;
    run_in(0, of_a, 4);
    run_in(1, of_b, 4);
    CHECK_OK(open_pair(&o), o.err);
    assert_int_equal(o.p.n, 4);
    const struct pairing_rule *majority = rule_named(&o.p, "majority");
    check_close(majority->a, 0.25);
    check_close(majority->b, 1);
    check_close(majority->diff, 0.75);
    check_close(majority->se, sqrt(0.75 / 3 / 4)); /* 0, 1, 1, 1 about .75 */
    assert_int_equal(majority->only_a, 0);
    assert_int_equal(majority->only_b, 3);
    check_close(majority->p, 0.25); /* 2 / 2^3 */
    /* 4 draws from 0, 1, 1, 1: mean <= .25 has chance (1 + 12) / 256 = .051, mean 0 1 / 256 */
    check_close(majority->boot.low, 0.25);
    check_close(majority->boot.high, 1);

    const struct pairing_rule *pass = rule_named(&o.p, "pass@1");
    check_close(pass->a, (0.75 + 0.25 + 0.5 + 0) / 4);
    check_close(pass->b, (1 + 0.75 + 0.75 + 1) / 4);
    assert_int_equal(pass->only_b, 4);
    check_close(pass->p, 0.125); /* all of one sign: 2 of 16 assignments */
    close_pair(&o);
}

static void test_turned_round(void **state)
{
    (void)state;
    struct pair o;
    run_in(0, of_b, 4);
    run_in(1, of_a, 4);
    CHECK_OK(open_pair(&o), o.err);
    const struct pairing_rule *majority = rule_named(&o.p, "majority");
    check_close(majority->diff, -0.75);
    check_close(majority->boot.low, -1);
    assert_int_equal(majority->only_a, 3);
    check_close(majority->p, 0.25);
    close_pair(&o);
}

/* More problems than are enumerated: drawn from a fixed seed, so twice the same. */
static void test_drawn_bootstrap(void **state)
{
    (void)state;
    struct fake_problem a[12], b[12];
    for (size_t i = 0; i < 12; i++) {
        a[i] = of_a[i % 4];
        b[i] = of_b[i % 4];
    }
    struct pair o;
    struct stats_interval first = {0, 0};
    run_in(0, a, 12);
    run_in(1, b, 12);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(open_pair(&o), o.err);
        const struct pairing_rule *majority = rule_named(&o.p, "majority");
        if (i == 0)
            first = majority->boot;
        assert_true(majority->boot.low == first.low && majority->boot.high == first.high);
        assert_true(first.low > 0.4 && first.low < 0.75 && first.high > 0.75 && first.high <= 1);
        close_pair(&o);
    }
}

static void test_other_problems(void **state)
{
    (void)state;
    struct pair o;
    run_in(0, of_a, 4);
    run_in(1, of_b, 3);
    assert_int_equal(open_pair(&o), SHEAF_ERR_USAGE);
    assert_non_null(strstr(o.err.message, "set/4"));
    assert_non_null(strstr(o.err.message, "4 in"));
    close_pair(&o);
    run_in(0, of_a, 2);
    assert_int_equal(open_pair(&o), SHEAF_ERR_USAGE);
    assert_non_null(strstr(o.err.message, "set/3"));
    close_pair(&o);
}

static void test_other_gold(void **state)
{
    (void)state;
    struct pair o;
    static const struct fake_problem eight[] = {{"7 7 7 7", 0}, {"8 8 8 8", "8"}};
    run_in(0, of_a, 2);
    run_in(1, eight, 2);
    assert_int_equal(open_pair(&o), SHEAF_ERR_USAGE);
    assert_string_equal(o.err.source, "set/2");
    assert_non_null(strstr(o.err.message, "\"7\""));
    assert_non_null(strstr(o.err.message, "\"8\""));
    close_pair(&o);
}

static void test_nothing_in_common(void **state)
{
    (void)state;
    struct pair o;
    struct fake_eval f = {.dir = dirs[0], .problems = of_a, .n = 2, .strategies = "esc"};
    fake_eval(&f, NULL, NULL);
    f.dir = dirs[1];
    f.strategies = "adaptive";
    fake_eval(&f, NULL, NULL);
    assert_int_equal(open_pair(&o), SHEAF_ERR_USAGE);
    assert_non_null(strstr(o.err.message, "no rule in common"));
    close_pair(&o);
    f.cancel_at = 1;
    fake_eval(&f, NULL, NULL);
    f.dir = dirs[0];
    fake_eval(&f, NULL, NULL);
    assert_int_equal(open_pair(&o), SHEAF_ERR_USAGE);
    assert_non_null(strstr(o.err.message, "no finished problem"));
    close_pair(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),         cmocka_unit_test(test_turned_round),
        cmocka_unit_test(test_drawn_bootstrap), cmocka_unit_test(test_other_problems),
        cmocka_unit_test(test_other_gold),      cmocka_unit_test(test_nothing_in_common),
    };
    return cmocka_run_group_tests(tests, make_dirs, scratch_remove);
}
