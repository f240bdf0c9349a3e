/* verify_fuel_test.c - wherever fuel, nodes or memory of a comparison end, the verdict is UNKNOWN or
 * what it would have been. */
#include <string.h>

#include "tests/support/check.h"
#include "verifiers/compare.h"
#include "verifiers/judge_values.h"
#include "verifiers/value.h"

#define STEPS 60 /* places where each budget ends */

static const struct pair {
    const char *gold, *answer;
} pairs[] = {
    {"\\sqrt{5+2\\sqrt6}", "\\sqrt2+\\sqrt3"},
    {"\\sqrt[3]{2+\\sqrt5}+\\sqrt[3]{2-\\sqrt5}", "1"},
    {"\\cos\\frac{\\pi}{7}\\cos\\frac{2\\pi}{7}\\cos\\frac{3\\pi}{7}", "\\frac18"},
    {"\\arctan 2+\\arctan 3", "\\frac{3\\pi}{4}"},
    {"\\log_2 10-\\log_2 5", "\\ln e"},
    {"\\sin(x+y)", "\\sin x\\cos y+\\cos x\\sin y"},
    {"\\ln(x+\\sqrt{x^2+1})", "-\\ln(\\sqrt{x^2+1}-x)"},
    {"e^{x\\ln 3+i\\pi}", "-3^x"},
    {"\\frac{(n+2)!}{n!}", "(n+1)(n+2)"},
    {"|x-\\frac12|+\\lfloor\\pi\\rfloor", "\\frac{|2x-1|+6}{2}"},
    {"(-\\infty,\\sqrt2)\\cup[\\sqrt3,2)\\cup[2,5]", "(-\\infty,2^{1/2})\\cup[\\sqrt3,5]"},
    {"\\{\\sqrt2+\\sqrt3,\\ln 6\\}", "\\ln 2+\\ln 3, \\sqrt{5+2\\sqrt6}"},
    {"\\begin{pmatrix}(x+1)^2\\\\\\sqrt8\\end{pmatrix}",
     "\\begin{pmatrix}x^2+2x+1\\\\2\\sqrt2\\end{pmatrix}"},
    {"y=\\frac{x^2-1}{x-1}", "2y-2x=2"},
    {"2^{1000}\\cdot 3^{\\sqrt2}", "9^{\\sqrt2/2}\\cdot 4^{500}"},
    {"\\cos^2\\frac{\\pi}{9973}+\\sin^2\\frac{\\pi}{9973}", "1"},
};

/* What one comparison may take, or has taken. */
struct budget {
    double fuel;
    size_t nodes, bytes;
};

/* The verdict within a budget; what was left goes to *left. */
static sheaf_verdict judge(struct budget *left, const struct budget *b, const struct pair *p,
                           bool vote)
{
    math_ctx c;
    sheaf_policy policy = sheaf_policy_defaults();
    math_init(&c);
    c.fuel = b->fuel;
    c.max_nodes = b->nodes;
    c.mem.limit = b->bytes;
    c.seed = judge_seed(text_of(p->gold), text_of(p->answer));
    math_node *g = judge_parse(&c, text_of(p->gold)), *a = judge_parse(&c, text_of(p->answer));
    outcome o;
    if (vote) {
        g = value_for_vote(&c, g);
        a = value_for_vote(&c, a);
        o = judge_votes(&c, g, value_canonical(&c, g), a, value_canonical(&c, a));
    } else {
        o = compare_values(&c, &policy, g, a);
    }
    *left = (struct budget){c.fuel, b->nodes - c.n_nodes, b->bytes - c.mem.total};
    math_free(&c);
    return o.verdict;
}

static void end_everywhere(const struct pair *p, bool vote)
{
    const struct budget whole = {MATH_FUEL, 16 * MATH_MAX_NODES, (size_t)32 << 20};
    struct budget left, unused;
    sheaf_verdict full = judge(&left, &whole, p, vote);
    struct budget used = {whole.fuel - left.fuel, whole.nodes - left.nodes,
                          whole.bytes - left.bytes};
    for (size_t i = 0; i < STEPS; i++) {
        struct budget cut[] = {whole, whole, whole};
        cut[0].fuel = used.fuel * (double)i / STEPS;
        cut[1].nodes = used.nodes * i / STEPS;
        cut[2].bytes = used.bytes * i / STEPS;
        for (size_t k = 0; k < sizeof cut / sizeof *cut; k++) {
            sheaf_verdict v = judge(&unused, &cut[k], p, vote);
            if (v != SHEAF_UNKNOWN && v != full)
                fail_msg("%s | %s: %s, but %s with part %zu of budget %zu", p->gold, p->answer,
                         sheaf_verdict_name(full), sheaf_verdict_name(v), i, k);
        }
    }
}

static void grades_with_any_budget(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        end_everywhere(&pairs[i], false);
}

static void votes_with_any_budget(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        end_everywhere(&pairs[i], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grades_with_any_budget),
                                       cmocka_unit_test(votes_with_any_budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
