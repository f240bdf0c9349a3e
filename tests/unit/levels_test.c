/* levels_test.c - closed forms, constants and functions: levels L3 to L5, with what decided. */
#include <sheaf/verify.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

struct row {
    char verdict; /* E equal, D different, U unknown */
    const char *level, *gold, *answer;
};

static const struct row algebraic[] = {
    {'E', "L3", "\\sqrt{5+2\\sqrt6}", "\\sqrt2+\\sqrt3"},
    {'E', "L3", "\\frac{1}{\\sqrt2+1}", "\\sqrt2-1"},
    {'E', "L3", "\\sqrt[3]{26+15\\sqrt3}", "2+\\sqrt3"},
    {'E', "L3", "\\sqrt[3]{20+14\\sqrt2}+\\sqrt[3]{20-14\\sqrt2}", "4"},
    {'E', "L3", "\\sqrt{i}", "\\frac{1+i}{\\sqrt2}"},
    {'E', "L3", "\\sqrt[4]{-4}", "1+i"},
    {'E', "L3", "(1+\\sqrt2)^{1000}", "(3+2\\sqrt2)^{500}"},
    {'E', "L3", "\\sqrt{\\sqrt{3+2\\sqrt2}-1-\\sqrt2}", "0"},
    {'E', "L3", "\\cos 20^\\circ\\cos 40^\\circ\\cos 80^\\circ", "\\frac18"},
    {'E', "L3", "\\tan 20^\\circ\\tan 40^\\circ\\tan 80^\\circ", "\\sqrt3"},
    {'E', "L3", "\\sin\\frac{\\pi}{7}\\sin\\frac{2\\pi}{7}\\sin\\frac{3\\pi}{7}",
     "\\frac{\\sqrt7}{8}"},
    {'E', "L3", "|3+4i|", "5"},
    {'E', "L0", "\\frac{\\sqrt6-\\sqrt2}{4}", "\\sin 15^\\circ"},
    {'E', "L0", "|1-\\sqrt2|", "\\sqrt2-1"},
    {'E', "L1", "\\lfloor(\\sqrt2+\\sqrt3)^2-2\\sqrt6\\rfloor", "5"},
    {'E', "L1", "\\lceil-10\\sqrt2\\rceil", "-14"},
    {'E', "L1", "\\max(\\sqrt2,\\frac32)", "1.5"},
    {'E', "L1", "(-8)^{2/3}", "4"},
    {'D', "L3", "\\sqrt{3-2\\sqrt2}", "1-\\sqrt2"},
    {'D', "L3", "\\sqrt[3]{2}+\\sqrt3", "2.99197185746248"},
    {'D', "L3", "\\sqrt{10^{80}+1}", "10^{40}"},
    {'D', "L3", "\\cos\\frac{2\\pi}{257}", "0.9997011"},
    {'D', "L1", "\\tan 90^\\circ", "0"},
};

static const struct row constants[] = {
    {'E', "L0", "\\arctan(2-\\sqrt3)", "\\frac{\\pi}{12}"},
    {'E', "L0", "\\arccos(-\\frac12)", "\\frac{2\\pi}{3}"},
    {'E', "L1", "\\log_4 8", "1.5"},
    {'E', "L1", "\\log_2 3\\cdot\\log_3 4", "2"},
    {'E', "L1", "e^{\\ln 5}", "5"},
    {'E', "L0", "\\sqrt{(1-\\pi)^2}", "\\pi-1"},
    {'E', "L4", "2^{\\log_2 3}", "3"},
    {'E', "L4", "\\sin(\\arccos\\frac35)", "\\frac45"},
    {'E', "L4", "16\\arctan\\frac15-4\\arctan\\frac1{239}", "\\pi"},
    {'E', "L4", "\\arctan1+\\arctan2+\\arctan3", "\\pi"},
    {'E', "L4", "\\ln(2+\\sqrt3)", "-\\ln(2-\\sqrt3)"},
    {'E', "L4", "\\frac{\\ln(2+\\sqrt3)}{\\sqrt3}", "-\\frac{\\ln(2-\\sqrt3)}{\\sqrt3}"},
    {'E', "L4", "\\sqrt2^{\\sqrt2}", "2^{\\sqrt2/2}"},
    {'E', "L4", "i^i", "e^{-\\pi/2}"},
    {'E', "L4", "\\cosh(\\ln 2)", "\\frac54"},
    {'E', "L1", "\\log 1000", "3"},
    {'E', "L1", "\\log_2 128", "7"},
    {'E', "L1", "\\sin(16\\arctan\\frac15-4\\arctan\\frac1{239}-\\frac{11\\pi}{6})", "-\\frac12"},
    {'E', "L0", "\\cos(18^\\circ)", "\\cos\\frac{\\pi}{10}"},
    {'E', "L0", "\\log 8", "\\ln 8"},
    {'D', "L4", "\\arctan 2+\\arctan 3", "-\\frac{\\pi}{4}"},
    {'D', "L4", "e^{\\pi\\sqrt{163}}", "262537412640768744"},
    {'D', "L4", "\\pi", "\\frac{\\ln(640320^3+744)}{\\sqrt{163}}"},
    {'D', "L4", "\\sin(\\pi+10^{-300})", "0"},
    {'D', "L4", "e^{10^{-1000}}", "1"},
    {'D', "L1", "\\ln 0", "0"},
    {'U', "", "\\sin(10^{1000})", "0"},
};

static const struct row functions[] = {
    {'E', "L5", "\\sin(x+y)", "\\sin x\\cos y+\\cos x\\sin y"},
    {'E', "L5", "\\tan x", "\\frac{\\sin 2x}{1+\\cos 2x}"},
    {'E', "L5", "\\cosh^2 x-\\sinh^2 x", "1"},
    {'E', "L5", "e^{ix}", "\\cos x+i\\sin x"},
    {'E', "L0", "\\operatorname{artanh} x", "\\frac12\\ln\\frac{1+x}{1-x}"},
    {'E', "L5", "\\frac{1}{x-\\sqrt2}", "\\frac{x+\\sqrt2}{x^2-2}"},
    {'E', "L5", "\\frac{1}{\\sqrt{x+1}-\\sqrt x}", "\\sqrt{x+1}+\\sqrt x"},
    {'E', "L5", "\\sqrt{xy}", "\\sqrt x\\sqrt y"},
    {'E', "L5", "\\sqrt{x^2}", "|x|"},
    {'E', "L5", "\\ln(x^2)", "2\\ln x"},
    {'E', "L5", "x^x", "e^{x\\ln x}"},
    {'E', "L2", "6^{n}", "2^{n}\\cdot 3^{n}"},
    {'E', "L5", "\\binom{n}{2}", "\\frac{n(n-1)}{2}"},
    {'E', "L5", "\\binom{2n}{n}", "\\frac{(2n)!}{(n!)^2}"},
    {'E', "L5", "\\frac{(n+1)!}{n!}", "n+1"},
    {'E', "L0", "\\lfloor x+1\\rfloor", "\\lfloor x\\rfloor+1"},
    {'E', "L0", "\\cot x", "\\frac{\\cos x}{\\sin x}"},
    {'D', "L5", "\\sqrt{x^2+2x+1}", "x+1"},
    {'D', "L5", "\\sqrt{a^2b}", "a\\sqrt b"},
    {'D', "L5", "x(|x+7|+x)", "x^2+x(x+7)"},
    {'D', "L5", "|x+1|+|x+9|", "|2x+10|"},
    {'D', "L5", "\\sqrt{x^2+200x+10000}", "x+100"},
    {'D', "L5", "\\sec^2 y", "\\tan^2 y-1"},
    {'D', "L5", "\\binom{n}{2}", "\\frac{n(n+1)}{2}"},
    {'D', "L5", "n!", "(n-1)!"},
    {'D', "L5", "\\sin x", "\\sin(x+10^{-20})"},
};

static const struct row structures[] = {
    {'E', "L1", "(\\sqrt2,\\sqrt3]\\cup(\\sqrt3,2)", "(\\sqrt2,2)"},
    {'D', "L1", "(\\sqrt2,\\sqrt3)\\cup(\\sqrt3,2)", "(\\sqrt2,2)"},
    {'E', "L1", "(-\\infty,\\sqrt2)\\cup(1,\\pi]", "(-\\infty,\\pi]"},
    {'E', "L3", "[0,\\sqrt{5+2\\sqrt6})", "[0,\\sqrt2+\\sqrt3)"},
    {'E', "L1", "x<-\\sqrt2 \\text{ or } x>\\sqrt2", "(-\\infty,-\\sqrt2)\\cup(\\sqrt2,\\infty)"},
    {'E', "L3", "\\{\\sqrt{5+2\\sqrt6},1\\}", "\\{1,\\sqrt2+\\sqrt3\\}"},
    {'E', "L0", "x=\\frac{\\pi}{4}+\\pi k", "x=k\\pi+\\frac{\\pi}{4}"},
    {'E', "L0", "x^2+y^2=\\pi", "2x^2+2y^2=2\\pi"},
    {'D', "L5", "y=\\sin x", "y=\\cos x"},
};

static sheaf_grade grade(const char *a, const char *b)
{
    sheaf_grade g;
    sheaf_answer_grade(&g, a, strlen(a), b, strlen(b), SHEAF_TASK_MATH, NULL);
    return g;
}

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        sheaf_grade there = grade(r->gold, r->answer), back = grade(r->answer, r->gold);
        if ("EDUN"[there.verdict] != r->verdict || strcmp(there.level, r->level) != 0)
            fail_msg("%s | %s: wanted %c %s, got %s %s %s", r->gold, r->answer, r->verdict,
                     r->level, sheaf_verdict_name(there.verdict), there.level, there.reason);
        if (back.verdict != there.verdict)
            fail_msg("%s | %s: %s, the other way %s", r->gold, r->answer,
                     sheaf_verdict_name(there.verdict), sheaf_verdict_name(back.verdict));
    }
}

#define CHECK_TABLE(name)                                                                          \
    static void decides_##name(void **state)                                                       \
    {                                                                                              \
        (void)state;                                                                               \
        check_rows(name, sizeof name / sizeof *name);                                              \
    }

CHECK_TABLE(algebraic)
CHECK_TABLE(constants)
CHECK_TABLE(functions)
CHECK_TABLE(structures)

/* sqrt n + 1 and a number that agrees with it to d decimals, for many n and d. */
static void tells_surds_from_their_digits(void **state)
{
    (void)state;
    for (unsigned n = 2; n < 60; n++) {
        char surd[32], doubled[32], digits[32];
        double root = 1;
        for (int i = 0; i < 60; i++)
            root = (root + n / root) / 2;
        bool square = (unsigned)(root + 0.5) * (unsigned)(root + 0.5) == n;
        snprintf(surd, sizeof surd, "\\sqrt{%u}+1", n);
        snprintf(doubled, sizeof doubled, "\\frac{\\sqrt{%u}+2}{2}", 4 * n);
        snprintf(digits, sizeof digits, "%.15f", root + 1);
        assert_int_equal(grade(surd, doubled).verdict, SHEAF_EQUAL);
        assert_int_equal(grade(surd, digits).verdict, square ? SHEAF_EQUAL : SHEAF_DIFFERENT);
    }
}

static void agreement_of_digits_can_be_refused(void **state)
{
    (void)state;
    const char *a = "\\ln(x+\\sqrt{x^2+1})", *b = "-\\ln(\\sqrt{x^2+1}-x)";
    sheaf_policy exact = sheaf_policy_defaults();
    exact.numeric_points = false;
    sheaf_grade g;
    sheaf_answer_grade(&g, a, strlen(a), b, strlen(b), SHEAF_TASK_MATH, &exact);
    assert_true(g.verdict != SHEAF_DIFFERENT && strcmp(g.reason, "numeric-points") != 0);
    assert_int_equal(grade(a, b).verdict, SHEAF_EQUAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_algebraic),
        cmocka_unit_test(decides_constants),
        cmocka_unit_test(decides_functions),
        cmocka_unit_test(decides_structures),
        cmocka_unit_test(tells_surds_from_their_digits),
        cmocka_unit_test(agreement_of_digits_can_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
