/* verify_notation_test.c - grades of the pairs of tests/support/notations.h, and what holds whatever
 * the verdict: each side equals itself and its canonical text, votes are symmetric, and two answers
 * share a class when votes hold them equal. */
#include <sheaf/verify.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/notations.h"

typedef void check(const struct notations *t, const struct notation *p);

static void for_every_pair(check *f)
{
    const struct notations *const files[] = {notations_values, notations_formulas};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        for (const struct notations *t = files[k]; t->name; t++)
            for (size_t i = 0; i < t->n; i++)
                f(t, &t->pairs[i]);
}

static sheaf_verdict equal(const char *a, const char *b)
{
    return sheaf_answer_equal(a, strlen(a), b, strlen(b));
}

static void check_verdict(const struct notations *t, const struct notation *p)
{
    sheaf_grade g;
    sheaf_answer_grade(&g, p->gold, strlen(p->gold), p->answer, strlen(p->answer), SHEAF_TASK_MATH,
                       NULL);
    if (g.verdict != (p->verdict == 'E' ? SHEAF_EQUAL : SHEAF_DIFFERENT))
        fail_msg("%s: %s | %s: wanted %c, got %s %s %s", t->name, p->gold, p->answer, p->verdict,
                 sheaf_verdict_name(g.verdict), g.level, g.reason);
}

static void check_reflexive(const struct notations *t, const struct notation *p)
{
    const char *const sides[] = {p->gold, p->answer};
    for (size_t i = 0; i < 2; i++) {
        char out[4 * SHEAF_ANSWER_MAX];
        assert_true(sheaf_answer_canonical(out, sizeof out, sides[i], strlen(sides[i])));
        bool readable = out[0] != '`' && strlen(out) <= SHEAF_ANSWER_MAX;
        if (equal(sides[i], sides[i]) != SHEAF_EQUAL ||
            (readable && equal(sides[i], out) != SHEAF_EQUAL))
            fail_msg("%s: %s is not itself, or not %s", t->name, sides[i], out);
    }
}

static void check_votes(const struct notations *t, const struct notation *p)
{
    const char *const answers[] = {p->gold, p->answer};
    const size_t lens[] = {strlen(p->gold), strlen(p->answer)};
    int classes[2];
    sheaf_error err = {0};
    sheaf_verdict there = equal(p->gold, p->answer), back = equal(p->answer, p->gold);
    CHECK_OK(sheaf_answer_group(classes, answers, lens, 2, &err), err);
    if (there != back)
        fail_msg("%s: %s | %s: %s one way, %s the other", t->name, p->gold, p->answer,
                 sheaf_verdict_name(there), sheaf_verdict_name(back));
    if (there == SHEAF_EQUAL && classes[0] != classes[1])
        fail_msg("%s: %s | %s: equal, in two classes", t->name, p->gold, p->answer);
}

static void grades_notations(void **state)
{
    (void)state;
    for_every_pair(check_verdict);
}

static void every_answer_is_itself(void **state)
{
    (void)state;
    for_every_pair(check_reflexive);
}

static void votes_agree_with_grades(void **state)
{
    (void)state;
    for_every_pair(check_votes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grades_notations),
                                       cmocka_unit_test(every_answer_is_itself),
                                       cmocka_unit_test(votes_agree_with_grades)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
