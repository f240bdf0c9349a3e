/* verify_random_test.c - verdicts on random pairs of answers whose relation is known without the
 * verifier: equal ones are made by identities, unequal ones are proven so on GMP and MPFR.
 *
 *     verify_random_test [N_PAIRS [SEED [FIRST]]]      20000 1 0
 *
 * No verdict may be wrong; UNKNOWN is allowed and counted by kind. A pair is a function of the seed
 * and its number. */
#include <sheaf/verify.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/check.h"
#include "tests/support/expr_pair.h"

#define MAX_SHOWN 25 /* wrong verdicts that are printed */
#define N_VERDICTS (SHEAF_NO_ANSWER + 1)

static struct {
    long n_pairs, seed, first;
} arguments = {20000, 1, 0};

/* Of one kind: verdicts on unequal [0] and equal [1] pairs. */
struct tally {
    long verdicts[2][N_VERDICTS];
    double seconds; /* CPU time of the verdicts */
};

struct check {
    struct tally tallies[PAIR_KINDS];
    long n_wrong, n_asymmetric;
};

static sheaf_verdict ask(const strbuf *a, const strbuf *b)
{
    return sheaf_answer_equal(a->p, a->n, b->p, b->n);
}

static sheaf_verdict ask_leniently(const strbuf *gold, const strbuf *answer)
{
    sheaf_grade g;
    sheaf_answer_grade(&g, gold->p, gold->n, answer->p, answer->n, SHEAF_TASK_MATH, NULL);
    return g.verdict;
}

/* UNKNOWN is never wrong. */
static bool is_wrong(sheaf_verdict v, bool equal)
{
    return v == SHEAF_NO_ANSWER || v == (equal ? SHEAF_DIFFERENT : SHEAF_EQUAL);
}

static void show(const char *what, const char *kind, long round, const struct pair *p)
{
    print_message("%s: %s, seed %ld, pair %ld (%s)\n    %s\n    %s\n", what, kind, arguments.seed,
                  round, p->equal ? "equal" : "not equal", p->a.p, p->b.p);
}

/* Asks twice: as it is for votes, then the other way round or as a grader. */
static void check_pair(struct check *c, const char *kind, struct tally *t, long round,
                       const struct pair *p)
{
    double start = clock_cpu_s();
    sheaf_verdict there = ask(&p->a, &p->b);
    t->seconds += clock_cpu_s() - start;
    bool turned = dice_once_in(&(struct dice){0, (uint64_t)round, 0}, 2);
    sheaf_verdict other = turned ? ask(&p->b, &p->a) : ask_leniently(&p->a, &p->b);
    bool wrong = is_wrong(there, p->equal) || is_wrong(other, p->equal);
    t->verdicts[p->equal][there]++;
    c->n_wrong += wrong;
    c->n_asymmetric += turned && there != other;
    if (wrong && c->n_wrong <= MAX_SHOWN)
        show("WRONG", kind, round, p);
    if (turned && there != other && c->n_asymmetric <= MAX_SHOWN)
        show("ASYMMETRIC", kind, round, p);
}

static void tell(const char *kind, const struct tally *t)
{
    const long *same = t->verdicts[1], *other = t->verdicts[0];
    long n_same = same[SHEAF_EQUAL] + same[SHEAF_DIFFERENT] + same[SHEAF_UNKNOWN];
    long n_other = other[SHEAF_EQUAL] + other[SHEAF_DIFFERENT] + other[SHEAF_UNKNOWN];
    print_message("%-22s %8ld %6.2f %%   %8ld %6.2f %%  %8.0f us\n", kind, n_same,
                  100.0 * (double)same[SHEAF_UNKNOWN] / (double)(n_same ? n_same : 1), n_other,
                  100.0 * (double)other[SHEAF_UNKNOWN] / (double)(n_other ? n_other : 1),
                  1e6 * t->seconds / (double)(n_same + n_other ? n_same + n_other : 1));
}

static void tell_head(void)
{
    print_message("%-22s %8s %8s   %8s %8s  %11s\n", "kind", "equal", "unknown", "unequal",
                  "unknown", "per verdict");
}

static void judges_random_pairs(void **state)
{
    (void)state;
    struct check c = {0};
    struct pair p = {0};
    for (long i = 0; i < arguments.n_pairs; i++) {
        long round = arguments.first + i;
        size_t kind = (size_t)round % PAIR_KINDS;
        struct maker m;
        maker_init(&m, (uint64_t)arguments.seed, (uint64_t)round);
        pair_make(&m, &p, kind, round / PAIR_KINDS % 2);
        check_pair(&c, pair_kind_name(kind), &c.tallies[kind], round, &p);
        maker_free(&m);
    }
    pair_free(&p);
    tell_head();
    for (size_t k = 0; k < PAIR_KINDS; k++)
        tell(pair_kind_name(k), &c.tallies[k]);
    assert_int_equal(c.n_wrong, 0);
    assert_int_equal(c.n_asymmetric, 0);
}

/* Rationals are within the reach of the verifier: here UNKNOWN is wrong too. */
static void judges_rationals_as_gmp_does(void **state)
{
    (void)state;
    struct check c = {0};
    struct pair p = {0};
    for (long round = 0; round < arguments.n_pairs / 4; round++) {
        struct maker m;
        maker_init(&m, (uint64_t)arguments.seed + 1, (uint64_t)round);
        rational_pair_make(&m, &p, round % 2);
        check_pair(&c, "rational against GMP", &c.tallies[0], round, &p);
        maker_free(&m);
    }
    pair_free(&p);
    tell("rational against GMP", &c.tallies[0]);
    assert_int_equal(c.n_wrong + c.n_asymmetric, 0);
    assert_int_equal(c.tallies[0].verdicts[0][SHEAF_UNKNOWN], 0);
    assert_int_equal(c.tallies[0].verdicts[1][SHEAF_UNKNOWN], 0);
}

/* ---- groups --------------------------------------------------------------------------------- */

#define PAIRS_PER_SET 200 /* so many more pairs than sets are judged */

struct laws {
    long round;
    long n_pairs, n_equal_pairs, n_split, n_unknown_chains;
};

static void blame(const struct laws *laws, const struct partition *p, const char *law, size_t i,
                  size_t k)
{
    for (size_t a = 0; a < p->n; a++)
        print_message("    value %d: %s\n", p->class_of[a], p->text[a].p);
    fail_msg("%s, seed %ld, set %ld: %s | %s", law, arguments.seed, laws->round, p->text[i].p,
             p->text[k].p);
}

static void group(int *classes, const struct partition *p, const size_t *order)
{
    const char *answers[PARTITION_MAX];
    size_t lens[PARTITION_MAX];
    sheaf_error err = {0};
    for (size_t i = 0; i < p->n; i++) {
        answers[i] = p->text[order[i]].p;
        lens[i] = p->text[order[i]].n;
    }
    CHECK_OK(sheaf_answer_group(classes, answers, lens, p->n, &err), err);
}

/* Classes never join what is apart; what they do not join is counted. */
static void check_classes(struct laws *laws, const struct partition *p, const int *classes)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < i; k++) {
            bool same = p->class_of[i] == p->class_of[k], joined = classes[i] == classes[k];
            if (joined && !same)
                blame(laws, p, "in one class", i, k);
            laws->n_pairs++;
            laws->n_equal_pairs += same;
            laws->n_split += same && !joined;
        }
}

/* The same classes when the answers come in another order. */
static void check_order(const struct laws *laws, struct maker *m, const struct partition *p,
                        const int *classes)
{
    size_t order[PARTITION_MAX];
    int shuffled[PARTITION_MAX];
    for (size_t i = 0; i < p->n; i++) {
        size_t k = dice_roll(&m->dice, i + 1);
        order[i] = order[k];
        order[k] = i;
    }
    group(shuffled, p, order);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < i; k++)
            if ((shuffled[i] == shuffled[k]) != (classes[order[i]] == classes[order[k]]))
                blame(laws, p, "depends on the order", order[i], order[k]);
}

/* a = a; of a = b and b = c follows a = c, or UNKNOWN; EQUAL answers share a class. */
static void check_relation(struct laws *laws, const struct partition *p, const int *classes)
{
    enum { FEW = 8 };
    sheaf_verdict v[FEW][FEW];
    size_t n = p->n < FEW ? p->n : FEW;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            v[i][k] = ask(&p->text[i], &p->text[k]);
            if (i == k && v[i][k] != SHEAF_EQUAL)
                blame(laws, p, "not reflexive", i, i);
            if (v[i][k] == SHEAF_EQUAL && classes[i] != classes[k])
                blame(laws, p, "equal, in two classes", i, k);
        }
    for (size_t i = 0; i < n * n * n; i++) {
        size_t a = i / n / n, b = i / n % n, c = i % n;
        if (v[a][b] != SHEAF_EQUAL || v[b][c] != SHEAF_EQUAL || v[a][c] == SHEAF_EQUAL)
            continue;
        laws->n_unknown_chains++;
        if (v[a][c] != SHEAF_UNKNOWN)
            blame(laws, p, "not transitive", a, c);
    }
}

static void groups_by_the_laws(void **state)
{
    (void)state;
    struct laws laws = {0};
    struct partition p = {0};
    int classes[PARTITION_MAX];
    size_t order[PARTITION_MAX];
    for (size_t i = 0; i < PARTITION_MAX; i++)
        order[i] = i;
    for (laws.round = 0; laws.round < arguments.n_pairs / PAIRS_PER_SET; laws.round++) {
        struct maker m;
        maker_init(&m, (uint64_t)arguments.seed + 2, (uint64_t)laws.round);
        partition_make(&m, &p, (size_t)laws.round % PAIR_SCALAR_KINDS);
        group(classes, &p, order);
        check_classes(&laws, &p, classes);
        check_relation(&laws, &p, classes);
        check_order(&laws, &m, &p, classes);
        maker_free(&m);
    }
    partition_free(&p);
    print_message("groups: %ld pairs, %ld of %ld equal ones in two classes, %ld open chains\n",
                  laws.n_pairs, laws.n_split, laws.n_equal_pairs, laws.n_unknown_chains);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_rationals_as_gmp_does),
        cmocka_unit_test(judges_random_pairs),
        cmocka_unit_test(groups_by_the_laws),
    };
    if (argc > 1)
        arguments.n_pairs = atol(argv[1]);
    if (argc > 2)
        arguments.seed = atol(argv[2]);
    if (argc > 3)
        arguments.first = atol(argv[3]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
