/* verify_test.c - verdicts on pairs of answers. E equal, D different, U unknown, N no answer. */
#include <sheaf/verify.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/support/check.h"

struct pair {
    char verdict;
    const char *gold, *answer;
};

static const struct pair numbers[] = {
    {'E', "17", "017"},
    {'E', "17", "+17"},
    {'E', "-17",
     "\xe2\x88\x92"
     "17"},
    {'E', "17", "$17$."},
    {'D', "17", "1 7"},
    {'D', "17", "170"},
    {'D', "17", "-17"},
    {'E', "0", "-0"},
    {'E', "2500", "2,500"},
    {'E', "2500", "2{,}500"},
    {'E', "2500", "2\\,500"},
    {'E', "2500", "2 500"},
    {'D', "2500", "25,00"},
    {'D', "2500", "(2,500)"},
    {'E', "2,50", "50, 2"},
    {'D', "0,250", "250"},
    {'E', "12345678", "12,345,678"},
    {'D', "12345678", "12,345,67,8"},
    {'E', "0.25", ".250"},
    {'E', "0.25", "\\frac14"},
    {'D', "0.25", "0.2500000000000001"},
    {'D', "1.2.3", "1.23"},
    {'E', "1.5e3", "1500"},
    {'E', "1.5\\times10^{-2}", "0.015"},
    {'D', "3e8", "3e^8"},
    {'E', "\\frac{1}{6}", "0.1\\overline{6}"},
    {'E', "1/7", "0.\\dot{1}4285\\dot{7}"},
    {'E', "\\frac23", "0.666..."},
    {'D', "\\frac23", "0.666"},
    {'E', "5/3", "1\\frac23"},
    {'E', "-5/3", "-1 2/3"},
    {'D', "2/3", "1\\cdot\\frac13"},
    {'E', "1/2x", "x/2"},
    {'E', "\\frac123", "3/2"},
    {'E', "2^3^2", "512"},
    {'E', "-3^2", "-9"},
    {'D', "2^{10}", "2^{1}0"},
    {'E', "6!", "720"},
    {'E', "5!!", "15"},
    {'E', "\\binom{6}{2}", "15"},
    {'E', "{6 \\choose 2}", "15"},
    {'E', "{3 \\over 4}", "0.75"},
    {'E', "\\gcd(12,18)", "6"},
    {'E', "\\lfloor -3.5 \\rfloor", "-4"},
    {'E', "|{-3}|", "3"},
    {'D', "5", "5/0"},
    {'E', "5/0", "5/0"},
    {'U', "5/0", "6/0"},
    {'D', "1", "0^0"},
    {'E', "3\\text{ million}", "3000000"},
    {'E', "4^{\\text{th}}", "4"},
    {'D', "1", "\xe2\x91\xa0"},
    {'D', "\\infty", "\\infty-\\infty"},
    {'E', "\\infty", "+\\infty"},
    {'D', "\\infty", "10^{100}"},
};

static const struct pair tags[] = {
    {'E', "20\\%", "20"},
    {'E', "20\\%", "0.2"},
    {'E', "20\\%", "20 percent"},
    {'D', "20\\%", "2000"},
    {'D', "0.2", "20"},
    {'E', "\\$5", "$5"},
    {'E', "5", "5 dollars"},
    {'D', "5 cm", "5 m"},
    {'E', "5", "5 cm"},
    {'E', "3\\text{ square feet}", "3\\text{ ft}^2"},
    {'D', "3 cm^2", "9"},
    {'D', "5", "5 others"},
    {'E', "30^\\circ", "30"},
    {'E', "30^\\circ", "\\frac{\\pi}{6}"},
    {'D', "30", "\\frac{\\pi}{6}"},
    {'E', "101_2", "101"},
    {'E', "101_2", "5_{10}"},
    {'D', "101_2", "5"},
    {'D', "101_2", "101_3"},
    {'D', "19_8", "17"},
    {'D', "6m", "6"},
    {'E', "6m", "6 m"},
    {'D', "-\\$5", "5"},
    {'E', "-\\$5", "-5"},
};

static const struct pair algebra[] = {
    {'E', "x^2-1", "(x-1)(x+1)"},
    {'D', "x^2-1", "(x-1)^2"},
    {'E', "\\frac{1}{x}+\\frac{1}{y}", "\\frac{x+y}{xy}"},
    {'D', "(x+1)^{61}", "x^{61}+1"},
    {'E', "(a+b+c)^{200}", "(c+b+a)^{200}"},
    {'D', "x(x-1)(x-2)", "0"},
    {'D', "X", "x"},
    {'E', "x_1", "x_{1}"},
    {'E', "2^{n+1}", "2\\cdot 2^n"},
    {'D', "2^{n+1}", "2^n+1"},
    {'E', "e^{2x}", "(e^x)^2"},
    {'E', "\\frac{2}{1+i}", "1-i"},
    {'D', "3+2i", "2+3i"},
    {'E', "2\\pi+6", "2(\\pi+3)"},
    {'D', "2\\pi+6", "2\\pi+3"},
    {'D', "\\pi", "22/7"},
    {'E', "\\sqrt{18}", "3\\sqrt2"},
    {'E', "\\frac{1}{\\sqrt5}", "\\frac{\\sqrt5}{5}"},
    {'E', "\\sqrt[3]{-27}", "-3"},
    {'E', "\\sqrt{-4}", "2i"},
    {'E', "x+\\sqrt3", "\\sqrt3+x"},
    {'D', "1+\\sqrt3", "\\sqrt3"},
    {'E', "\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"},
    {'E', "\\ln 6", "\\ln2+\\ln3"},
    {'E', "-\\sin x", "-\\sin(x)"},
    {'D', "2^{3000}", "2^{3000}+1"},
    {'E', "10^{10^{10}}", "10^{10^{10}}"},
    {'D', "2", "10^{10^{10}}"},
    {'E', "2^{100000000}", "4^{50000000}"},
    {'U', "7", "9^{9^{9^{9}}}"},
    /* nothing may cancel unless it is defined */
    {'D', "1", "\\frac{\\ln 1}{\\ln 1}"},
    {'D', "0", "\\ln 0-\\ln 0"},
    {'D', "1", "\\frac{x-x}{x-x}"},
    {'U', "0", "\\frac{0}{\\sqrt{3+2\\sqrt2}-1-\\sqrt2}"},
    {'E', "1", "x/x"},
    /* roots do not combine through branches */
    {'E', "x^{1/3}", "x^{1/6}x^{1/6}"},
    {'D', "x", "\\sqrt{x^2}"},
};

static const struct pair structures[] = {
    {'E', "(1,2)", "( 1 , 2.0 )"},
    {'D', "(1,2)", "(2,1)"},
    {'D', "(1,2)", "[1,2]"},
    {'D', "(1,2)", "\\{1,2\\}"},
    {'E', "(1,2)", "1,2"},
    {'D', "(1,2)", "2,1"},
    {'D', "((1,2),3)", "(1,2,3)"},
    {'E', "(x,y)=(1,2)", "(1,2)"},
    {'E', "1,2,2", "2, 1 and 2"},
    {'D', "1,2,2", "1,1,2"},
    {'E', "\\{1,2,2\\}", "\\{2,1\\}"},
    {'D', "5", "5 or 6"},
    {'D', "5", "5 or"},
    {'E', "\\{5\\}", "5"},
    {'E', "\\pm3", "-3, 3"},
    {'D', "3", "\\pm3"},
    {'E', "2\\pm\\sqrt7", "x=2\\pm\\sqrt7"},
    {'E', "a=1,b=2", "b=2, a=1"},
    {'D', "a=1,b=2", "a=2, b=1"},
    {'D', "a=1,b=2", "a=2, 1"},
    {'E', "\\emptyset", "no solution"},
    {'E', "(1,\\infty)", "x>1"},
    {'D', "(1,\\infty)", "x\\ge1"},
    {'E', "[0,1)\\cup[1,3]", "[0,3]"},
    {'D', "[0,1)\\cup(1,3]", "[0,3]"},
    {'E', "(2,3]", "]2,3]"},
    {'E', "[2,3)", "[2,3["},
    {'E', "1<x\\le4", "\\{x \\mid 1 < x \\le 4\\}"},
    {'E', "x<1 \\text{ or } x>2", "(-\\infty,1)\\cup(2,\\infty)"},
    {'D', "(1,2)", "x>1 \\text{ or } x<2"},
    {'E', "\\mathbb{R}", "all real numbers"},
    {'E', "x\\ne0", "(-\\infty,0)\\cup(0,\\infty)"},
    {'D', "1", "-[0,1)"},
    {'D', "\\{1,2\\}", "--\\{1,2\\}"},
    {'E', "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
     "\\begin{bmatrix}1&\\frac42\\\\3&4\\end{bmatrix}"},
    {'D', "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"},
    {'E', "\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"},
    {'D', "\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1&2\\end{pmatrix}"},
    {'E', "2:3", "4:6"},
    {'E', "2:3", "2/3"},
    {'D', "12:00", "1:00"},
    {'E', "x=7", "7"},
    {'E', "7", "7=x"},
    {'D', "x=7", "y=7"},
    {'E', "f(t)=t^2", "f(x)=x^2"},
    {'E', "y=2x+1", "2y-4x=2"},
    {'D', "y=2x+1", "y=2x-1"},
    {'D', "x^2=4", "x=2"},
    {'D', "0", "x^2-4=0"},
    {'E', "33", "m+n=33"},
    {'E', "66", "55+11=66"},
    {'E', "a+b<4", "4>b+a"},
    {'D', "a+b<4", "-a-b<-4"},
    {'E', "2a+2b\\le4", "a+b\\le2"},
    {'E', "\\sqrt2", "\\sqrt2\\approx1.414"},
    {'E', "\\angle ABC=50^\\circ", "50"},
};

static const struct pair words[] = {
    {'E', "\\text{Monday}", "monday."},
    {'E', "\\text{ellipse}", "an ellipse"},
    {'D', "\\text{ellipse}", "circle"},
    {'D', "5", "five"},
    {'D', "\\text{yes}", "true"},
    {'D', "0", "None"},
    {'D', "0", "nan"},
    {'D', "5", "eval('5')"},
    {'D', "5", "\\def\\x{5}\\x"},
    {'U', "1.2.3", "1..23"},
    {'D', "4", "\\sum_{k=1}^{4} 1"},
    {'E', "C", "(c)"},
    {'E', "C", "C: because"},
    {'D', "C", "Cat"},
    {'D', "C", "(A) not (C)"},
    {'D', "C", "A or C"},
    {'E', "\\text{(D)}", "option D"},
    {'N', "5", ""},
    {'N', "5", " \n"},
};

static char letter(sheaf_verdict v)
{
    return "EDUN"[v];
}

static void check_pairs(const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sheaf_grade g;
        const char *a = pairs[i].gold, *b = pairs[i].answer;
        sheaf_answer_grade(&g, a, strlen(a), b, strlen(b), SHEAF_TASK_MATH, NULL);
        if (letter(g.verdict) != pairs[i].verdict)
            fail_msg("%s | %s: wanted %c, got %s %s %s", a, b, pairs[i].verdict,
                     sheaf_verdict_name(g.verdict), g.level, g.reason);
    }
}

#define CHECK_TABLE(name)                                                                          \
    static void grades_##name(void **state)                                                        \
    {                                                                                              \
        (void)state;                                                                               \
        check_pairs(name, sizeof name / sizeof *name);                                             \
    }

CHECK_TABLE(numbers)
CHECK_TABLE(tags)
CHECK_TABLE(algebra)
CHECK_TABLE(structures)
CHECK_TABLE(words)

static void names_the_level(void **state)
{
    (void)state;
    static const struct {
        const char *gold, *answer, *level, *reason;
    } rows[] = {{"x+y", "y+x", "L0", "structural"}, {"0.5", "1/2", "L1", "rational"},
                {"x^2", "x^2+1", "L0", "difference"}, {"(x+1)^2", "x^2+2x+1", "L2", "residue"},
                {"9^{9^{9^9}}", "1", "", "radicals"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_grade g;
        sheaf_answer_grade(&g, rows[i].gold, strlen(rows[i].gold), rows[i].answer,
                           strlen(rows[i].answer), SHEAF_TASK_MATH, NULL);
        assert_string_equal(g.level, rows[i].level);
        assert_string_equal(g.reason, rows[i].reason);
    }
}

/* What is printed is read back as the same value. */
static void reads_its_canonical_text(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "\\begin{pmatrix} 1/2 & \\sqrt8 \\\\ -3 & x \\end{pmatrix}", "15\\mbox{ cm}^2", "12.5\\%",
        "\\$5", "(-\\infty,2)\\cup[\\sqrt5,\\pi)", "\\{\\pm\\sqrt3,\\frac12\\}", "3:4:6", "52_8",
        "74^\\circ", "\\mu^2+\\alpha_1", "y=2x+1", "2\\sin\\theta\\ln 6", "n!!+\\binom{n}{k}",
        "\\text{The Blue}", "(3,\\frac{\\pi}{2})", "\\lfloor x\\rfloor-|y|",
        "\\frac{3+i\\sqrt3}{2}", "a+b<4", "60 \\text{ km/h}", "1.5\\text{ million}", "\\tan(2x)",
        "e^{-x}", "2^{n-1}", "\\gcd(a,b)", "1,-2", "\\emptyset",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char out[512];
        const char *a = answers[i];
        assert_true(sheaf_answer_canonical(out, sizeof out, a, strlen(a)));
        if (sheaf_answer_equal(a, strlen(a), out, strlen(out)) != SHEAF_EQUAL)
            fail_msg("%s was printed as %s", a, out);
    }
}

static void obeys_the_policy(void **state)
{
    (void)state;
    sheaf_grade g;
    sheaf_policy p = sheaf_policy_defaults();
    p.percent = false;
    sheaf_answer_grade(&g, "20\\%", 4, "0.2", 3, SHEAF_TASK_MATH, &p);
    assert_int_equal(g.verdict, SHEAF_DIFFERENT);
    p.units_optional = false;
    sheaf_answer_grade(&g, "5", 1, "5 cm", 4, SHEAF_TASK_MATH, &p);
    assert_int_equal(g.verdict, SHEAF_DIFFERENT);
    p.loose_containers = false;
    sheaf_answer_grade(&g, "(1,2)", 5, "1,2", 3, SHEAF_TASK_MATH, &p);
    assert_int_equal(g.verdict, SHEAF_DIFFERENT);
    p.round_gold_digits = 2;
    sheaf_answer_grade(&g, "0.67", 4, "2/3", 3, SHEAF_TASK_MATH, &p);
    assert_int_equal(g.verdict, SHEAF_EQUAL);
    sheaf_answer_grade(&g, "0.66", 4, "2/3", 3, SHEAF_TASK_MATH, &p);
    assert_int_equal(g.verdict, SHEAF_DIFFERENT);
}

static void grades_whole_responses(void **state)
{
    (void)state;
    sheaf_grade g;
    const char *r = "Thus the total is \\boxed{025}.";
    sheaf_response_grade(&g, "25", 2, r, strlen(r), SHEAF_TASK_AIME, NULL);
    assert_int_equal(g.verdict, SHEAF_EQUAL);
    sheaf_response_grade(&g, "25", 2, "\\boxed{25", 9, SHEAF_TASK_AIME, NULL);
    assert_int_equal(g.verdict, SHEAF_NO_ANSWER);
    assert_string_equal(g.reason, "truncated-box");
}

static void votes_without_leniency(void **state)
{
    (void)state;
    static const struct pair votes[] = {
        {'E', "1/2", "0.50"},      {'E', "x=5", "5"},     {'D', "50\\%", "0.5"},
        {'D', "5 cm", "5"},        {'D', "101_2", "101"}, {'D', "(1,2)", "1,2"},
        {'E', "1,2", "\\{2,1\\}"}, {'D', "\\{5\\}", "5"}, {'E', "x>1", "(1,\\infty)"},
        {'D', "90^\\circ", "90"},  {'N', "", "5"},
    };
    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++) {
        const char *a = votes[i].gold, *b = votes[i].answer;
        char ab = letter(sheaf_answer_equal(a, strlen(a), b, strlen(b)));
        char ba = letter(sheaf_answer_equal(b, strlen(b), a, strlen(a)));
        if (ab != votes[i].verdict || ba != ab)
            fail_msg("%s | %s: wanted %c, got %c and %c", a, b, votes[i].verdict, ab, ba);
    }
}

static void prints_canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *text;
    } rows[] = {{"\\frac{24}{-48}", "-1/2"}, {"x=0.50", "1/2"}, {"2x+1+x^2", "1+2*x+x^2"},
                {"3, 1, 1, 2", "{1,2,3}"}, {"(1, .5]", "(1,1/2]"}, {"x>2", "(2,inf)"},
                {"5 \\text{ inches}", "5 \\text{inch}"}, {"25\\%", "25%"}, {"1..2", "`1..2`"},
                {"(1,2)\\cup(3,4)", "(1,2)\\cup(3,4)"},
                {"777_8", "777_8"}, {"\\text{The Blue}", "\"blue\""}, {"5/0", "`5/0`"}};
    char out[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(
            sheaf_answer_canonical(out, sizeof out, rows[i].answer, strlen(rows[i].answer)));
        assert_string_equal(out, rows[i].text);
    }
    assert_false(sheaf_answer_canonical(out, 3, "1234", 4));
}

/* n copies of `unit` between `head` and `tail`; release with free. */
static char *repeated(const char *head, const char *unit, size_t n, const char *tail)
{
    size_t u = strlen(unit);
    char *s = malloc(strlen(head) + u * n + strlen(tail) + 1);
    assert_non_null(s);
    strcpy(s, head);
    for (size_t i = 0, at = strlen(head); i < n; i++, at += u)
        memcpy(s + at, unit, u + 1);
    strcat(s, tail);
    return s;
}

/* Nothing that is over a limit is equal, and everything equals itself. */
static void survives_hostile_answers(void **state)
{
    (void)state;
    static const struct {
        const char *head, *unit;
        size_t n;
        const char *tail;
    } rows[] = {
        {"", "(", 100000, ""},      {"", "(", 60, "7"},          {"", "x^{", 20000, "x"},
        {"", "9^", 1000, "9"},      {"", "1,", 2000, "1"},       {"3", "!", 2000, ""},
        {"", "-", 4000, "6"},       {"0.", "3", 4000, "..."},    {"", "\\begin{pmatrix}", 200, "6"},
        {"", "|", 800, "6"},        {"", "$", 4000, "6"},        {"", "\\frac{1}{1+", 300, "2"},
        {"", "\\sqrt{", 500, "6"},  {"", "30000!*", 100, "2"},   {"", "1/1e4000+", 200, "6"},
        {"1e", "9", 400, ""},       {"", "\\text{", 500, "6"},   {"", "6 and ", 600, "6"},
        {"", "\\", 4000, ""},       {"", "\xff", 4000, ""},      {"", "2^{9999999}+", 200, "6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *s = repeated(rows[i].head, rows[i].unit, rows[i].n, rows[i].tail);
        sheaf_grade g;
        sheaf_answer_grade(&g, "5", 1, s, strlen(s), SHEAF_TASK_MATH, NULL);
        assert_true(g.verdict == SHEAF_DIFFERENT || g.verdict == SHEAF_UNKNOWN);
        assert_int_equal(sheaf_answer_equal(s, strlen(s), s, strlen(s)), SHEAF_EQUAL);
        free(s);
    }
}

static void nul_and_broken_utf8_spoil_a_number(void **state)
{
    (void)state;
    sheaf_grade g;
    sheaf_answer_grade(&g, "5", 1, "5\0", 3, SHEAF_TASK_MATH, NULL);
    assert_int_not_equal(g.verdict, SHEAF_EQUAL);
    sheaf_answer_grade(&g, "5", 1, "5\xc0\xaf", 3, SHEAF_TASK_MATH, NULL);
    assert_int_not_equal(g.verdict, SHEAF_EQUAL);
}

/* Wherever memory ends, the answer is "unknown" or what it would have been. */
static void survives_failing_allocations(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {'E', "(x+1)^2", "x^2+2x+1"}, {'E', "\\{1,2\\}", "2,1"}, {'E', "C", "(c)"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (uint64_t n = 1; n < 12; n++) {
            sheaf_grade g;
            alloc_fail_at(n);
            sheaf_answer_grade(&g, pairs[i].gold, strlen(pairs[i].gold), pairs[i].answer,
                               strlen(pairs[i].answer), SHEAF_TASK_MATH, NULL);
            alloc_fail_at(0);
            assert_true(g.verdict == SHEAF_EQUAL || g.verdict == SHEAF_UNKNOWN);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grades_numbers),
        cmocka_unit_test(grades_tags),
        cmocka_unit_test(grades_algebra),
        cmocka_unit_test(grades_structures),
        cmocka_unit_test(grades_words),
        cmocka_unit_test(names_the_level),
        cmocka_unit_test(reads_its_canonical_text),
        cmocka_unit_test(obeys_the_policy),
        cmocka_unit_test(grades_whole_responses),
        cmocka_unit_test(votes_without_leniency),
        cmocka_unit_test(prints_canonical_text),
        cmocka_unit_test(survives_hostile_answers),
        cmocka_unit_test(nul_and_broken_utf8_spoil_a_number),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
