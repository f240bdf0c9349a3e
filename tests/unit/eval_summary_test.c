/* eval_summary_test.c - accuracy, standard errors, differences and costs against numbers worked
 * out by hand. */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "evals/summary.h"
#include "tts/strategy.h"

#define N_TRACES 4
#define N_PROBLEMS 4

static void check_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("%.17g, %.17g wanted", got, want);
}

/* Four problems, 4, 3, 2 and 0 of 4 traces right; the majority solves two, online-low the last
 * alone. */
static const struct {
    size_t n_right;
    bool majority, low;
} problems[N_PROBLEMS] = {{4, true, false}, {3, true, false}, {2, false, false}, {0, false, true}};

static struct lineup make_lineup(const char *names)
{
    struct lineup l;
    sheaf_error err = {0};
    CHECK_OK(lineup_make(&l, &names, 1, &err), err);
    return l;
}

static size_t rule_of(const struct lineup *l, const char *name)
{
    size_t i = 0;
    while (strcmp(l->rules[i].name, name) != 0)
        i++;
    return i;
}

static void make_scores(struct score *s, const struct lineup *l)
{
    memset(s, 0, N_PROBLEMS * sizeof *s);
    for (size_t i = 0; i < N_PROBLEMS; i++) {
        s[i].runs[0] = (struct score_run){.n_traces = N_TRACES, .n_right = problems[i].n_right,
                                          .tokens = 100, .seconds = 2, .n_looped = 1,
                                          .cons = {0.5, 0.25, 1.0}};
        s[i].runs[1] = (struct score_run){
            .n_traces = 3, .tokens = 60 + i, .seconds = 0.5, .n_cut = 2};
        s[i].rules[0] = (struct score_rule){.correct = problems[i].majority, .ballots = 4};
        s[i].rules[rule_of(l, "deepconf-online-low")] =
            (struct score_rule){.correct = problems[i].low, .ballots = i};
    }
}

static const sheaf_eval_rule *find_rule(const struct summary *s, const char *name)
{
    size_t i = 0;
    while (strcmp(s->rules[i].name, name) != 0)
        i++;
    return &s->rules[i];
}

static void test_rules(void **state)
{
    (void)state;
    struct lineup l = make_lineup("majority,deepconf-online-low");
    struct score scores[N_PROBLEMS];
    static struct summary s;
    sheaf_error err = {0};
    make_scores(scores, &l);
    CHECK_OK(summary_make(&s, &l, scores, N_PROBLEMS, N_TRACES, 0, &err), err);
    assert_true(s.pub.has_majority && s.pub.n_rules == l.n_rules + 1);

    /* means 1, .75, .5, 0: sum of squares about .5625 is .546875, se = sqrt(.546875 / 3 / 4) */
    const sheaf_eval_rule *pass = &s.pub.rules[0];
    assert_string_equal(pass->name, "pass@1");
    check_close(pass->value, 0.5625);
    check_close(pass->se, sqrt(0.546875 / 12));
    /* differences 0, -.25, .5, 0 */
    check_close(pass->diff, 0.0625);
    check_close(pass->p, 1.0); /* 4 of the 4 sign assignments reach |.25| */

    const sheaf_eval_rule *majority = &s.pub.rules[1];
    assert_string_equal(majority->name, "majority");
    check_close(majority->value, 0.5);
    check_close(majority->se, sqrt(1.0 / 3 / 4));
    assert_true(isnan(majority->diff) && isnan(majority->p));

    /* lost two, gained one: differences -1, -1, 0, 1; McNemar 2 (C(3,0) + C(3,1)) / 8 = 1 */
    const sheaf_eval_rule *low = find_rule(&s, "deepconf-online-low");
    check_close(low->value, 0.25);
    check_close(low->diff, -0.25);
    check_close(low->diff_se, sqrt(2.75 / 3 / 4)); /* about -.25: .5625 + .5625 + .0625 + 1.5625 */
    check_close(low->p, 1.0);
    check_close(low->ballots, 1.5);
}

static void test_costs(void **state)
{
    (void)state;
    struct lineup l = make_lineup("deepconf-online-low,majority");
    struct score scores[N_PROBLEMS];
    static struct summary s;
    sheaf_error err = {0};
    make_scores(scores, &l);
    CHECK_OK(summary_make(&s, &l, scores, N_PROBLEMS, N_TRACES, 0, &err), err);
    assert_int_equal(s.pub.n_costs, 2);
    assert_string_equal(s.costs[0].strategy, "majority");
    assert_int_equal(s.costs[0].tokens, 400);
    assert_int_equal(s.costs[0].n_looped, 4);
    assert_int_equal(s.costs[1].tokens, 246);
    assert_int_equal(s.costs[1].n_cut, 8);
    assert_int_equal(s.costs[1].n_traces, 12);
    check_close(s.costs[0].seconds, 8);
    check_close(s.costs[1].seconds, 2);
    check_close(s.costs[0].accuracy, 0.5);
    check_close(s.costs[1].accuracy, 0.25);
}

static void test_points(void **state)
{
    (void)state;
    struct lineup l = make_lineup("majority");
    struct score scores[N_PROBLEMS];
    static struct summary s;
    sheaf_error err = {0};
    struct lineup both = make_lineup("majority,deepconf-online-low");
    make_scores(scores, &both);
    CHECK_OK(summary_make(&s, &l, scores, N_PROBLEMS, N_TRACES, 0, &err), err);
    static const double pass[] = {0.5625, (1 + 1 + 5.0 / 6 + 0) / 4, 0.75};
    static const double cons[] = {0.5, 0.25, 1.0};
    assert_int_equal(s.pub.n_points, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(s.points[i].k, (size_t)1 << i);
        check_close(s.points[i].pass, pass[i]);
        check_close(s.points[i].cons, cons[i]);
        check_close(s.points[i].cons_se, 0); /* every problem has the same */
    }
    check_close(s.points[0].pass_se, sqrt(0.546875 / 12)); /* of pass@1 */
}

static void test_without_majority(void **state)
{
    (void)state;
    struct lineup l = make_lineup("deepconf-online-low");
    struct score one = {.rules = {{.correct = true, .ballots = 3}}};
    static struct summary s;
    sheaf_error err = {0};
    CHECK_OK(summary_make(&s, &l, &one, 1, N_TRACES, 0, &err), err);
    assert_true(!s.pub.has_majority && s.pub.n_rules == 1 && s.pub.n_points == 0);
    assert_true(s.rules[0].value == 1 && isnan(s.rules[0].se) && isnan(s.rules[0].diff));
    CHECK_OK(summary_make(&s, &l, &one, 0, N_TRACES, 0, &err), err); /* interrupted at once */
    assert_true(isnan(s.rules[0].value) && isnan(s.costs[0].accuracy) && s.costs[0].tokens == 0);
}

static void test_lineup(void **state)
{
    (void)state;
    static const char *const names[] = {"single,deepconf-offline", "deepconf-online", "majority"};
    struct lineup l;
    sheaf_error err = {0};
    CHECK_OK(lineup_make(&l, names, 3, &err), err);
    assert_int_equal(l.n_runs, 2); /* three names share the whole traces */
    assert_true(lineup_has_whole(&l) && strcmp(l.rules[0].name, "majority") == 0);
    assert_int_equal(lineup_deciding_rule(&l, 0), 0);
    assert_int_equal(lineup_deciding_rule(&l, 1), l.n_rules - 1);
    sheaf_solve_options o = sheaf_solve_defaults();
    o.keep = 0.4;
    assert_true(lineup_options(l.runs[0], &o).certificate == false);
    assert_true(lineup_options(l.runs[1], &o).keep == 0.4);
    CHECK_OK(lineup_make(&l, NULL, 0, &err), err);
    assert_int_equal(l.n_runs, 3);
    assert_true(lineup_options(l.runs[1], &o).keep == 0.1);
    assert_true(lineup_options(l.runs[2], &o).keep == 0.9);
    static const char *const more[] = {"borda,probe,esc,auto,cisc"};
    CHECK_OK(lineup_make(&l, more, 1, &err), err);
    assert_int_equal(l.n_runs, 4); /* borda and cisc vote on the whole traces */
    assert_string_equal(lineup_options(l.runs[2], &o).strategy, "probe");
    for (size_t i = 0; sheaf_eval_strategy_name(i); i++) {
        const char *one = sheaf_eval_strategy_name(i);
        CHECK_OK(lineup_make(&l, &one, 1, &err), err);
        assert_int_equal(l.n_runs, 1);
        const char *run = lineup_options(l.runs[0], &o).strategy;
        assert_true(strategy_by_name(run) || strcmp(run, "auto") == 0);
    }
    static const char *const wrong[] = {"majority,", "majorit", "", ",majority", "majority,x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sheaf_error why = {0};
        assert_int_equal(lineup_make(&l, &wrong[i], 1, &why), SHEAF_ERR_USAGE);
        assert_non_null(strstr(why.message, "deepconf-online-low"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),  cmocka_unit_test(test_costs),
        cmocka_unit_test(test_points), cmocka_unit_test(test_without_majority),
        cmocka_unit_test(test_lineup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
