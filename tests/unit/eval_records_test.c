/* eval_records_test.c - votes: what is written comes back bit by bit. */
#include "tests/support/check.h"

#include <string.h>

#include "evals/records.h"
#include "store/seal.h"

static bool no_canonical(void *ctx, char *out, size_t cap, const char *answer)
{
    (void)ctx;
    (void)out;
    (void)cap;
    return answer[0] == '!';
}

static const struct grader grader = {.canonical = no_canonical};

static const struct record_origin origin = {
    .run_id = "0123456789abcdef", .problem = "set/1 \"quoted\"", .gold = "7",
    .strategy = "majority", .window = 16, .parallel = 4};

static text one_line(const strbuf *b)
{
    assert_true(!b->failed && b->n > 0 && b->p[b->n - 1] == '\n');
    assert_null(memchr(b->p, '\n', b->n - 1));
    return text_slice(strbuf_view(b), 0, b->n - 1);
}

static struct record_vote some_vote(void)
{
    return (struct record_vote){.rule = "lowest", .answer = "7", .share = 1.0 / 3,
                                .score = {.correct = true, .ballots = 11}};
}

static struct score_run some_run(void)
{
    return (struct score_run){.n_traces = 16, .n_right = 9, .n_cut = 1, .n_looped = 2,
                              .n_length = 3, .n_unfinished = 4, .tokens = 123456789,
                              .seconds = 0.1 + 0.2, .cons = {1.0 / 3, 2.0 / 7, 1e-300}};
}

static void test_vote_comes_back(void **state)
{
    (void)state;
    strbuf b = {0};
    struct record_vote v = some_vote();
    struct score_run run = some_run(), run_back;
    struct score_rule back;
    record_vote(&b, &origin, &grader, &v, &run);
    assert_true(record_read_vote(&back, &run_back, one_line(&b), &origin, "lowest"));
    assert_true(back.correct && back.ballots == 11);
    assert_memory_equal(&run_back, &run, sizeof run);
    strbuf_free(&b);
}

static void test_another_vote_is_refused(void **state)
{
    (void)state;
    strbuf b = {0};
    struct record_vote v = some_vote();
    struct score_run run = some_run();
    struct score_rule back;
    record_vote(&b, &origin, &grader, &v, &run);
    struct record_origin others[] = {origin, origin, origin};
    others[0].run_id = "0000000000000000";
    others[1].problem = "set/2";
    others[2].strategy = "deepconf-online";
    for (size_t i = 0; i < 3; i++)
        assert_false(record_read_vote(&back, &run, one_line(&b), &others[i], "lowest"));
    assert_false(record_read_vote(&back, &run, one_line(&b), &origin, "majority"));
    strbuf_free(&b);
}

/* More right traces than traces: sealed, but nothing that was ever written. */
static void test_impossible_vote_is_refused(void **state)
{
    (void)state;
    strbuf b = {0};
    struct record_vote v = some_vote();
    struct score_run run = some_run();
    struct score_rule back;
    run.n_right = 17;
    record_vote(&b, &origin, &grader, &v, &run);
    assert_true(seal_intact(one_line(&b)));
    assert_false(record_read_vote(&back, &run, one_line(&b), &origin, "lowest"));
    strbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vote_comes_back),
        cmocka_unit_test(test_another_vote_is_refused),
        cmocka_unit_test(test_impossible_vote_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
