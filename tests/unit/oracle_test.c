/* Every rule of votes, stops and cuts against a second, plain implementation
 * (tests/support/oracle.h) on random sets of traces. SHEAF_SETS and SHEAF_STREAMS ask for more of
 * them: `make check-votes`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tests/support/check.h"
#include "tests/support/oracle.h"
#include "tts/replay.h"
#include "tts/stop_rules.h"
#include "tts/vote.h"

enum { TRACES_MAX = 24, LEAST = 3, TOKENS_MAX = 40 };

/* A set of traces: answers by first appearance, statistics in steps of 1/8 so that ties happen and
 * sums are exact. */
struct set {
    size_t n, n_classes;
    int answers[TRACES_MAX];
    double stat[VOTE_STATS][TRACES_MAX];
    struct vote_ballot ballots[TRACES_MAX];
};

static size_t count_from(const char *name, size_t otherwise)
{
    const char *s = getenv(name);
    return s ? (size_t)strtoull(s, NULL, 10) : otherwise;
}

static uint64_t drawn; /* every number of a test is the next of one sequence */

static double uniform(void)
{
    return rng_uniform(7, 1, drawn++);
}

static size_t below(size_t n)
{
    return (size_t)(uniform() * (double)n);
}

/* Answers 0, 1, .. skewed to one of them as real votes are; some traces have none. */
static void make_answers(struct set *s)
{
    int names[5] = {-1, -1, -1, -1, -1};
    double skew = 1.0 + 3.0 * uniform();
    s->n_classes = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t pick = (size_t)(pow(uniform(), skew) * 5.0);
        s->answers[i] = ORACLE_NONE;
        if (uniform() < 0.15)
            continue;
        if (names[pick] < 0)
            names[pick] = (int)s->n_classes++;
        s->answers[i] = names[pick];
    }
}

static void make_set(struct set *s)
{
    s->n = 1 + below(TRACES_MAX);
    make_answers(s);
    for (size_t i = 0; i < s->n; i++) {
        s->ballots[i].answer = s->answers[i];
        for (size_t k = 0; k < VOTE_STATS; k++) {
            double v = 3.0 + (double)below(64) / 8.0;
            if (k == VOTE_STAT_PROBABILITY)
                v = (1.0 + (double)below(62)) / 64.0;
            s->stat[k][i] = s->ballots[i].stat[k] = v;
        }
    }
}

static void weigh_again(double *w, const struct vote_rule *rule, const struct set *s)
{
    const double *scores = s->stat[rule->stat];
    if (rule->filter == VOTE_BEST)
        oracle_best(w, s->answers, scores, s->n);
    else if (rule->filter == VOTE_HIGH_MODE)
        oracle_mixture(w, s->answers, scores, s->n, LEAST);
    else if (rule->weighting == VOTE_WEIGHT_BORDA)
        oracle_borda(w, s->answers, scores, s->n, rule->param);
    else if (rule->weighting == VOTE_WEIGHT_SOFTMAX)
        oracle_softmax(w, s->answers, scores, s->n, rule->param);
    else if (rule->weighting == VOTE_WEIGHT_POSTERIOR)
        oracle_cges_weights(w, s->answers, scores, s->n);
    else
        oracle_keep(w, s->answers, scores, s->n, rule->keep, rule->weighting == VOTE_WEIGHT_ONE,
                    LEAST);
}

static int32_t winner_of(const struct set *s, const double *weights)
{
    struct vote_entry entries[TRACES_MAX];
    struct vote_box box;
    vote_box_init(&box, entries, s->n_classes);
    for (size_t i = 0; i < s->n; i++)
        if (weights[i] > 0.0)
            vote_box_add(&box, s->answers[i], weights[i]);
    return box.leader;
}

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1.0, fabs(want))))
        fail_msg("%.17g, %.17g wanted (after %llu numbers)", got, want, (unsigned long long)drawn);
}

static void every_vote_rule(void **state)
{
    (void)state;
    struct set s;
    size_t n_sets = count_from("SHEAF_SETS", 1000), close = 0, decided = 0;
    void *scratch = alloc_zero(1, vote_scratch_bytes(TRACES_MAX));
    for (size_t set = 0; set < n_sets; set++) {
        make_set(&s);
        for (const struct vote_rule *rule = vote_rules; rule->name; rule++) {
            double got[TRACES_MAX], want[TRACES_MAX], margin;
            vote_weigh(rule, got, s.ballots, s.n, LEAST, scratch);
            weigh_again(want, rule, &s);
            for (size_t i = 0; i < s.n; i++)
                assert_near(got[i], want[i]);
            int winner = oracle_winner(s.answers, want, s.n, &margin);
            bool exact = rule->weighting <= VOTE_WEIGHT_STAT; /* sums of eighths: ties are ties */
            close += !exact && margin < 1e-9;
            if (exact || margin >= 1e-9) {
                assert_int_equal(winner_of(&s, got), winner);
                decided++;
            }
        }
    }
    assert_true(decided > 20 * close);
    alloc_free(scratch);
}

/* With scores that all differ, the order of the ballots changes no weight. */
static void weights_do_not_depend_on_order(void **state)
{
    (void)state;
    struct set s, turned;
    size_t n_sets = count_from("SHEAF_SETS", 1000);
    void *scratch = alloc_zero(1, vote_scratch_bytes(TRACES_MAX));
    for (size_t set = 0; set < n_sets; set++) {
        make_set(&s);
        for (size_t i = 0; i < s.n; i++)
            for (size_t k = 0; k < VOTE_STATS; k++)
                s.ballots[i].stat[k] += (double)i / 8192.0;
        turned = s;
        size_t by = below(s.n);
        for (size_t i = 0; i < s.n; i++)
            turned.ballots[i] = s.ballots[(i + by) % s.n];
        for (const struct vote_rule *rule = vote_rules; rule->name; rule++) {
            double a[TRACES_MAX], b[TRACES_MAX];
            vote_weigh(rule, a, s.ballots, s.n, LEAST, scratch);
            vote_weigh(rule, b, turned.ballots, s.n, LEAST, scratch);
            for (size_t i = 0; i < s.n; i++)
                assert_near(b[i], a[(i + by) % s.n]);
        }
    }
    alloc_free(scratch);
}

/* After how many traces the rule stops, 0 for never. */
static size_t stop_after(const struct set *s, enum stop_kind kind, struct stop_params p,
                         const double *weights)
{
    struct vote_entry entries[TRACES_MAX];
    struct stop_cges_answer cges[TRACES_MAX];
    struct stopper stopper;
    stopper_init(&stopper, stop_rule_of(kind), p, entries, cges, s->n_classes);
    for (size_t i = 0; i < s->n; i++) {
        struct stop_ballot b = {s->answers[i], weights ? weights[i] : 1.0,
                                s->stat[VOTE_STAT_PROBABILITY][i]};
        if (stopper_add(&stopper, b, s->n - i - 1))
            return i + 1;
    }
    return 0;
}

static void every_stop_rule(void **state)
{
    (void)state;
    struct set s;
    size_t n_sets = count_from("SHEAF_SETS", 1000), stops[STOP_CGES + 1] = {0};
    for (size_t set = 0; set < n_sets; set++) {
        make_set(&s);
        struct stop_params p = {.level = 0.55 + 0.4 * uniform(), .min_ballots = 1 + below(4),
                                .window = 1 + below(5)};
        const double *mean = s.stat[VOTE_STAT_MEAN];
        size_t want[] = {
            [STOP_NONE] = 0,
            [STOP_CERTIFICATE] = oracle_certificate(s.answers, s.n),
            [STOP_CONSENSUS] =
                oracle_consensus(s.answers, mean, s.n, p.level, p.min_ballots),
            [STOP_ESC] = oracle_esc(s.answers, s.n, p.window),
            [STOP_BETA] = oracle_beta(s.answers, s.n, p.level),
            [STOP_CGES] =
                oracle_cges(s.answers, s.stat[VOTE_STAT_PROBABILITY], s.n, p.level),
        };
        for (enum stop_kind k = STOP_NONE; k <= STOP_CGES; k++) {
            size_t got = stop_after(&s, k, p, k == STOP_CONSENSUS ? mean : NULL);
            if (got != want[k])
                fail_msg("%s: stops after %zu, not %zu (set %zu)", stop_rule_of(k)->name, got,
                         want[k], set);
            stops[k] += got > 0;
        }
    }
    for (enum stop_kind k = STOP_CERTIFICATE; k <= STOP_CGES; k++)
        assert_true(stops[k] > n_sets / 20);
}

static void the_weighted_posterior(void **state)
{
    (void)state;
    struct set s;
    size_t n_sets = count_from("SHEAF_SETS", 1000);
    for (size_t set = 0; set < n_sets; set++) {
        struct vote_entry entries[TRACES_MAX];
        struct vote_box box;
        make_set(&s);
        vote_box_init(&box, entries, s.n_classes);
        for (size_t i = 0; i < s.n; i++)
            vote_box_add(&box, s.answers[i], s.stat[VOTE_STAT_MEAN][i]);
        double want = oracle_beta_weighted(s.answers, s.stat[VOTE_STAT_MEAN], s.n);
        assert_near(stop_beta_box(&box), want);
    }
}

/* ---- Algorithm 2 ---- */

static float confidences[TRACES_MAX][TOKENS_MAX];

static void make_traces(struct replay_trace *traces, const float **conf, size_t *lengths,
                        const struct set *s)
{
    for (size_t i = 0; i < s->n; i++) {
        lengths[i] = 1 + below(TOKENS_MAX);
        for (size_t t = 0; t < lengths[i]; t++)
            confidences[i][t] = (float)(3.0 + (double)below(48) / 8.0);
        conf[i] = confidences[i];
        traces[i] = (struct replay_trace){conf[i], lengths[i], s->answers[i]};
    }
}

static void compare_runs(const struct replay_result *r, const struct oracle_online *o)
{
    assert_near(r->threshold, o->threshold);
    assert_int_equal(r->n_used, o->n_used);
    for (size_t i = 0; i < o->n_used; i++) {
        assert_int_equal(r->decisions[i].cut_at, o->cut_at[i]);
        assert_int_equal(r->decisions[i].votes, o->votes[i]);
        assert_near(r->decisions[i].lowest, o->lowest[i]);
    }
    if (o->margin > 1e-9 || o->answer == ORACLE_NONE)
        assert_int_equal(r->answer, o->answer);
}

/* Windows and keeps are powers of two over exact eighths, so that comparisons have one outcome. */
static void the_online_rule(void **state)
{
    (void)state;
    struct set s;
    size_t n_sets = count_from("SHEAF_SETS", 1000);
    for (size_t set = 0; set < n_sets; set++) {
        struct replay_trace traces[TRACES_MAX];
        struct replay_result r;
        struct oracle_online o;
        const float *conf[TRACES_MAX];
        size_t lengths[TRACES_MAX];
        make_set(&s);
        make_traces(traces, conf, lengths, &s);
        struct replay_params p = {.n_init = 1 + below(s.n), .eta = 25.0 * (double)below(5),
                                  .window = (size_t)1 << below(4), .tau = 0.6 + 0.6 * uniform(),
                                  .budget = s.n, .min_ballots = 1 + below(4)};
        sheaf_error err = {0};
        CHECK_OK(replay_run(&r, traces, s.n, s.n_classes, &p, &err), err);
        oracle_run(&o, conf, lengths, s.answers, s.n, p.n_init, p.eta, p.window, p.tau,
                   p.min_ballots);
        compare_runs(&r, &o);
        replay_free(&r);
    }
}

/* Lossless: the answer at the certificate is the answer of all traces. */
static void the_certificate_never_changes_the_answer(void **state)
{
    (void)state;
    struct set s;
    double margin, ones[TRACES_MAX];
    size_t n = count_from("SHEAF_STREAMS", 10000), stopped = 0;
    for (size_t stream = 0; stream < n; stream++) {
        s.n = 1 + below(TRACES_MAX);
        make_answers(&s);
        for (size_t i = 0; i < s.n; i++)
            ones[i] = s.answers[i] != ORACLE_NONE;
        size_t t = stop_after(&s, STOP_CERTIFICATE, (struct stop_params){.window = 1}, NULL);
        int all = oracle_winner(s.answers, ones, s.n, &margin);
        if (t > 0)
            assert_int_equal(oracle_winner(s.answers, ones, t, &margin), all);
        stopped += t > 0 && t < s.n;
    }
    assert_true(stopped > n / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vote_rule),
        cmocka_unit_test(weights_do_not_depend_on_order),
        cmocka_unit_test(every_stop_rule),
        cmocka_unit_test(the_weighted_posterior),
        cmocka_unit_test(the_online_rule),
        cmocka_unit_test(the_certificate_never_changes_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
