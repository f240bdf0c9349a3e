/* Tallies, ballot weights and the table of offline rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tts/vote.h"

static struct vote_entry entries[64];

static void test_ties_go_to_the_first(void **state)
{
    (void)state;
    struct vote_box box;
    vote_box_init(&box, entries, 3);
    assert_int_equal(box.leader, VOTE_NONE);
    assert_true(vote_box_share(&box) == 0);
    vote_box_add(&box, 2, 1);
    vote_box_add(&box, VOTE_NONE, 5);
    vote_box_add(&box, 0, 1);
    assert_int_equal(box.leader, 2);
    assert_int_equal(box.second, 0);
    vote_box_add(&box, 0, 1);
    assert_int_equal(box.leader, 0);
    vote_box_add(&box, 2, 1); /* level again: class 2 voted first */
    assert_int_equal(box.leader, 2);
    assert_int_equal(box.second, 0);
    assert_int_equal(box.ballots, 4);
    assert_int_equal(vote_box_sort(&box), 2);
    assert_int_equal(entries[0].answer, 2);
    assert_int_equal(entries[1].answer, 0);
}

static void test_odd_weights(void **state)
{
    (void)state;
    struct vote_box box;
    vote_box_init(&box, entries, 2);
    vote_box_add(&box, 0, NAN);
    vote_box_add(&box, 0, -3);
    vote_box_add(&box, 1, INFINITY);
    assert_int_equal(box.leader, 1);
    assert_true(vote_box_share(&box) == 1 && isfinite(box.total));
    vote_box_init(&box, entries, 0);
    assert_int_equal(vote_box_sort(&box), 0);
}

/* Leaders kept in O(1) are those of a full scan, for any sequence of ballots. */
static void test_leaders_by_scan(void **state)
{
    (void)state;
    struct vote_box box;
    for (uint64_t seed = 0; seed < 50; seed++) {
        vote_box_init(&box, entries, 7);
        for (uint64_t i = 0; i < 60; i++) {
            int32_t class = (int32_t)(rng_uniform(seed, 1, i) * 7);
            vote_box_add(&box, class, floor(rng_uniform(seed, 2, i) * 4));
            struct vote_entry copy[7];
            struct vote_box scan = box;
            memcpy(copy, entries, sizeof copy);
            scan.entries = copy;
            size_t n = vote_box_sort(&scan);
            assert_int_equal(copy[0].answer, box.leader);
            assert_int_equal(n > 1 ? copy[1].answer : VOTE_NONE, box.second);
        }
    }
}

static void test_borda(void **state)
{
    (void)state;
    static const double scores[] = {2, 5, 2, 9};
    double w[4];
    struct vote_rank r[4];
    vote_borda(w, r, scores, 4, 1.0);
    assert_true(w[3] == 4 && w[1] == 3 && w[0] == 2 && w[2] == 1); /* tie: lower index first */
    vote_borda(w, r, scores, 4, 0.0);
    assert_true(w[0] == 1 && w[1] == 1 && w[2] == 1 && w[3] == 1);
    vote_borda(w, r, scores, 0, 1.0);
}

static void test_softmax(void **state)
{
    (void)state;
    static const double scores[] = {0, 1, INFINITY};
    double w[3];
    vote_softmax(w, scores, 2, 1.0);
    assert_true(fabs(w[1] / w[0] - exp(1)) < 1e-12 && fabs(w[0] + w[1] - 1) < 1e-15);
    vote_softmax(w, scores, 2, 1e-4);
    assert_true(w[0] == 0 && w[1] == 1);
    vote_softmax(w, scores, 3, 1.0);
    assert_true(w[2] == 1);
}

/* A whole vote by a rule: the weights, then the tally. */
struct vote_result {
    int32_t answer; /* VOTE_NONE when no trace has an answer */
    double weight, total, share;
    size_t ballots;   /* that counted */
    size_t n_answers; /* entries of the tally */
    bool fell_back;   /* the filter left fewer than min_ballots, so all were counted */
};

enum { MAX_BALLOTS = 16 };

static struct vote_result vote_by_rule(const struct vote_rule *rule, struct vote_entry *tally,
                                       size_t n_classes, const struct vote_ballot *ballots, size_t n,
                                       size_t min_ballots, void *scratch)
{
    double weights[MAX_BALLOTS];
    assert_true(n <= MAX_BALLOTS);
    bool fell_back = vote_weigh(rule, weights, ballots, n, min_ballots, scratch);
    struct vote_box box;
    vote_box_init(&box, tally, n_classes);
    for (size_t i = 0; i < n; i++)
        if (weights[i] > 0.0)
            vote_box_add(&box, ballots[i].answer, weights[i]);
    return (struct vote_result){
        .answer = box.leader,
        .weight = vote_box_first(&box),
        .total = box.total,
        .share = vote_box_share(&box),
        .ballots = box.ballots,
        .n_answers = vote_box_sort(&box),
        .fell_back = fell_back,
    };
}

/* Nine unsure votes for 0, one sure vote for 1, a silent trace that is surest of all. */
static size_t sample_ballots(struct vote_ballot *b)
{
    for (size_t i = 0; i < 10; i++) {
        b[i].answer = i == 6;
        for (int s = 0; s < VOTE_STATS; s++)
            b[i].stat[s] = i == 6 ? 100.0 : 5.0 + (double)i / 100.0;
    }
    b[10] = b[0];
    b[10].answer = VOTE_NONE;
    b[10].stat[VOTE_STAT_LOWEST] = 1000.0;
    return 11;
}

static struct vote_result vote(const char *rule, size_t min_ballots)
{
    struct vote_ballot b[11];
    size_t n = sample_ballots(b);
    void *scratch = alloc_zero(1, vote_scratch_bytes(n));
    struct vote_result r =
        vote_by_rule(vote_rule_by_name(rule), entries, 2, b, n, min_ballots, scratch);
    alloc_free(scratch);
    return r;
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        size_t min_ballots;
        int32_t answer;
        size_t ballots;
        bool fell_back;
    } cases[] = {
        {"majority", 4, 0, 10, false},     {"lowest", 4, 1, 10, false},
        {"lowest-keep10", 1, 1, 1, false}, {"lowest-keep10", 4, 1, 10, true},
        {"tail-keep90", 4, 1, 9, false},   {"borda", 4, 0, 10, false},
        {"cisc", 4, 1, 10, false},         {"best", 4, 1, 1, false},
        {"distri", 4, 0, 10, true},        {"distri", 1, 1, 1, false},
        {"steps", 4, 1, 10, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vote_result r = vote(cases[i].rule, cases[i].min_ballots);
        assert_int_equal(r.answer, cases[i].answer);
        assert_int_equal(r.ballots, cases[i].ballots);
        assert_int_equal(r.fell_back, cases[i].fell_back);
        assert_int_equal(entries[0].answer, r.answer);
        assert_true(fabs(r.share - r.weight / r.total) < 1e-15);
    }
    assert_null(vote_rule_by_name("no such rule"));
}

/* Every rule of the table answers, also when nobody did, and does not depend on how classes are
 * named. */
static void test_all_rules(void **state)
{
    (void)state;
    struct vote_ballot b[11], none = {.answer = VOTE_NONE};
    size_t n = sample_ballots(b), n_rules = 0;
    void *scratch = alloc_zero(1, vote_scratch_bytes(n));
    for (const struct vote_rule *r = vote_rules; r->name; r++, n_rules++) {
        assert_ptr_equal(vote_rule_by_name(r->name), r);
        assert_int_equal(vote_by_rule(r, entries, 0, &none, 1, 1, scratch).answer, VOTE_NONE);
        assert_int_equal(vote_by_rule(r, entries, 0, &none, 0, 1, scratch).n_answers, 0);
        struct vote_result before = vote_by_rule(r, entries, 2, b, n, 1, scratch);
        for (size_t i = 0; i < 10; i++)
            b[i].answer = 1 - b[i].answer;
        struct vote_result after = vote_by_rule(r, entries, 2, b, n, 1, scratch);
        assert_int_equal(before.answer, 1 - after.answer);
        for (size_t i = 0; i < 10; i++)
            b[i].answer = 1 - b[i].answer;
    }
    assert_true(n_rules >= 20);
    alloc_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties_go_to_the_first), cmocka_unit_test(test_odd_weights),
        cmocka_unit_test(test_leaders_by_scan),      cmocka_unit_test(test_borda),
        cmocka_unit_test(test_softmax),              cmocka_unit_test(test_rules),
        cmocka_unit_test(test_all_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
