/* The tables of strategies and rules, overrides, and what "auto" chooses. */
#include <string.h>

#include "tests/support/check.h"
#include "tts/strategy.h"

static void rows_name_rules_that_exist(void **state)
{
    (void)state;
    sheaf_solve_options o = sheaf_solve_defaults();
    size_t n = 0;
    for (const struct strategy *s = strategies; s->name; s++, n++) {
        struct rules r;
        sheaf_error err = {0};
        CHECK_OK(rules_choose(&r, s->name, &o, &err), err);
        assert_ptr_equal(r.strategy, s);
        assert_string_equal(r.cut_rule->name, s->cut);
        assert_string_equal(r.vote->name, s->vote);
        assert_string_equal(r.stop->name, s->stop);
        assert_true(r.keep == (s->keep > 0 ? s->keep : o.keep));
        assert_string_equal(sheaf_strategy_name(n), s->name);
        assert_true(strlen(s->about) > 10);
    }
    assert_string_equal(sheaf_strategy_name(n), "auto");
    assert_null(sheaf_strategy_name(n + 1));
    assert_null(strategy_by_name("auto"));
}

static void tables_end_and_explain(void **state)
{
    (void)state;
    static const struct {
        const char *(*name)(size_t);
        const char *(*about)(size_t);
        size_t least;
    } tables[] = {
        {sheaf_strategy_name, sheaf_strategy_about, 20},
        {sheaf_cut_rule_name, sheaf_cut_rule_about, 5},
        {sheaf_vote_rule_name, sheaf_vote_rule_about, 18},
        {sheaf_stop_rule_name, sheaf_stop_rule_about, 6},
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t n = 0;
        for (; tables[t].name(n); n++)
            assert_non_null(tables[t].about(n));
        assert_true(n >= tables[t].least);
        assert_null(tables[t].name(n + 1000));
    }
}

static void overrides(void **state)
{
    (void)state;
    static const struct {
        const char *strategy, *cut, *vote, *stop;
        bool certificate;
        const char *want_stop; /* NULL: refused */
    } cases[] = {
        {"majority", NULL, NULL, NULL, true, "certificate"},
        {"majority", NULL, NULL, NULL, false, "none"},
        {"majority", NULL, "borda", NULL, true, "none"},
        {"majority", NULL, "distri", NULL, true, "none"},
        {"majority", NULL, NULL, "certificate", false, "certificate"},
        {"majority", NULL, "borda", "certificate", true, NULL},
        {"deepconf-online", NULL, NULL, "certificate", true, NULL},
        {"deepconf-online", NULL, "majority", "certificate", true, "certificate"},
        {"single", "probe", NULL, NULL, true, "none"},
        {"esc", "confidence", "lowest-keep10", "beta", true, "beta"},
        {"majority", "sharp", NULL, NULL, true, NULL},
        {"majority", NULL, "loud", NULL, true, NULL},
        {"majority", NULL, NULL, "soon", true, NULL},
        {"", NULL, NULL, NULL, true, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sheaf_solve_options o = sheaf_solve_defaults();
        struct rules r;
        o.cut = cases[i].cut;
        o.vote = cases[i].vote;
        o.stop = cases[i].stop;
        o.certificate = cases[i].certificate;
        sheaf_code rc = rules_choose(&r, cases[i].strategy, &o, NULL);
        assert_int_equal(rc, cases[i].want_stop ? SHEAF_OK : SHEAF_ERR_USAGE);
        if (cases[i].want_stop)
            assert_string_equal(r.stop->name, cases[i].want_stop);
    }
}

static void automatic(void **state)
{
    (void)state;
    static const struct {
        struct auto_facts facts;
        const char *want;
    } cases[] = {
        {{1, 1024, 0.7f, false}, "single"},
        {{64, 8192, 0.0f, true}, "single"},
        {{64, 1024, 0.7f, true}, "budget-forcing"},
        {{64, 4096, 0.7f, true}, "deepconf-online-high"},
        {{7, 4096, 0.7f, false}, "majority"},
        {{8, 4096, 0.7f, false}, "adaptive"},
        {{32, 2047, 0.7f, false}, "adaptive"},
        {{32, 2048, 0.7f, false}, "deepconf-online-high"},
        {{31, 2048, 0.7f, false}, "adaptive"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        assert_string_equal(strategy_auto(&cases[i].facts, &why), cases[i].want);
        assert_non_null(why);
        assert_non_null(strategy_by_name(cases[i].want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_name_rules_that_exist),
        cmocka_unit_test(tables_end_and_explain),
        cmocka_unit_test(overrides),
        cmocka_unit_test(automatic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
