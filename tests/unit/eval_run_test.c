/* eval_run_test.c - evaluations with a scripted model: numbers by hand, records, and every way a
 * run can be broken off and taken up. */
#include "tests/support/check.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "store/seal.h"
#include "tests/support/fake_solve.h"
#include "tests/support/run_compare.h"
#include "tests/support/scratch_dir.h"

#define PATH_BYTES 128

static char data_path[SCRATCH_PATH];

/* Gold 7 everywhere; the questions are the answers of the traces. */
static const char *const questions[] = {"7 7 7 7", "7 8 7 -", "8 8 7 9", "- - - -", "8 7 7 8"};
enum { N_PROBLEMS = sizeof questions / sizeof questions[0], N_TRACES = 4 };

static int make_set(void **state)
{
    strbuf b = {0};
    int rc = scratch_make(state);
    scratch_path(data_path, "set.jsonl");
    for (size_t i = 0; i < N_PROBLEMS; i++)
        strbuf_printf(&b, "{\"id\":\"set/%zu\",\"question\":\"%s\",\"answer\":\"7\","
                          "\"answer_type\":\"integer\"}\n", i + 1, questions[i]);
    rc = rc || file_write(data_path, strbuf_view(&b), NULL);
    strbuf_free(&b);
    return rc;
}

/* ---- a run in a directory of root ------------------------------------------------------------ */

struct attempt {
    const char *dir, *limit, *strategies;
    struct fake_solve fake;
    sheaf_eval_options o;
    sheaf_eval *ev;
    sheaf_dataset *data;
    sheaf_error err;
};

static struct attempt attempt_in(const char *dir)
{
    struct attempt a = {.dir = dir, .strategies = "majority,deepconf-online-low",
                        .o = sheaf_eval_defaults()};
    a.o.solve.traces = N_TRACES;
    return a;
}

static sheaf_code start(struct attempt *a)
{
    static char path[PATH_BYTES];
    struct eval_backend backend = fake_backend(&a->fake);
    struct grader grader = fake_grader();
    snprintf(path, sizeof path, "%s/%s", scratch_root(), a->dir);
    CHECK_OK(sheaf_dataset_open(&a->data, data_path, &a->err), a->err);
    CHECK_OK(sheaf_dataset_limit(a->data, a->limit, &a->err), a->err);
    a->o.dir = path;
    a->o.strategies = &a->strategies;
    a->o.n_strategies = 1;
    a->o.solve.cancel = &a->fake.cancel;
    return eval_run(&a->ev, &backend, &grader, a->data, &a->o, &a->err);
}

static void finish(struct attempt *a)
{
    sheaf_eval_free(a->ev);
    sheaf_dataset_close(a->data);
    a->ev = NULL;
    a->data = NULL;
}

/* Runs to the end in `dir`. */
static void complete(const char *dir)
{
    struct attempt a = attempt_in(dir);
    CHECK_OK(start(&a), a.err);
    assert_true(sheaf_eval_summarize(a.ev)->complete);
    finish(&a);
}

static void read_file(strbuf *out, const char *dir, const char *name)
{
    run_read(out, scratch_root(), dir, name);
}

static void check_same(const char *dir, const char *other, const char *name)
{
    run_check_same(scratch_root(), dir, other, name);
}

static void check_same_run(const char *dir, const char *other)
{
    run_check_all(scratch_root(), dir, other);
}

static void write_file(const char *dir, const char *name, text content)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s/%s", scratch_root(), dir, name);
    assert_int_equal(file_write(path, content, NULL), SHEAF_OK);
}

/* ---- numbers and records --------------------------------------------------------------------- */

static void check_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("%.17g, %.17g wanted", got, want);
}

static void test_numbers(void **state)
{
    (void)state;
    struct attempt a = attempt_in("numbers");
    CHECK_OK(start(&a), a.err);
    assert_int_equal(a.fake.n_calls, 2 * N_PROBLEMS);
    const sheaf_eval_summary *s = sheaf_eval_summarize(a.ev);
    assert_true(s->complete && !s->partial && s->has_majority);
    check_close(s->rules[0].value, (1 + 0.5 + 0.25 + 0 + 0.5) / 5);
    check_close(s->rules[1].value, 2.0 / 5); /* the tie of the last goes to 8, which voted first */
    check_close(s->rules[1].ballots, (4 + 3 + 4 + 0 + 4) / 5.0);
    /* without the last trace: 777, 787, 887, -, 877: one more */
    check_close(s->rules[s->n_rules - 1].value, 3.0 / 5);
    check_close(s->rules[s->n_rules - 1].diff, 1.0 / 5);
    check_close(s->rules[s->n_rules - 1].ballots, 3 * 4 / 5.0);
    /* cons@4: ties share: 1, 1, 0, 0, 1/2 */
    check_close(s->points[2].cons, 2.5 / 5);
    check_close(s->points[0].cons, s->rules[0].value);
    check_close(s->points[2].pass, 4.0 / 5);
    assert_int_equal(s->costs[1].n_cut, N_PROBLEMS);
    assert_int_equal(s->costs[0].n_traces, N_TRACES * N_PROBLEMS);
    finish(&a);
}

static void count_intact(const char *dir, const char *name, size_t wanted)
{
    strbuf b = {0};
    size_t n = 0;
    read_file(&b, dir, name);
    for (text rest = strbuf_view(&b); rest.n;) {
        size_t end = text_find(rest, TEXT("\n"));
        assert_true(end != SIZE_MAX && seal_intact(text_slice(rest, 0, end)));
        rest = text_slice(rest, end + 1, rest.n);
        n++;
    }
    assert_int_equal(n, wanted);
    strbuf_free(&b);
}

static double number_in(const cJSON *o, const char *a, const char *b, const char *c)
{
    const cJSON *v = json_get(json_get(json_get(o, a), b), c);
    assert_true(cJSON_IsNumber(v));
    return v->valuedouble;
}

static void test_files(void **state)
{
    (void)state;
    complete("files");
    count_intact("files", "samples.jsonl", 2 * N_TRACES * N_PROBLEMS);
    struct lineup l;
    const char *names = "majority,deepconf-online-low";
    assert_int_equal(lineup_make(&l, &names, 1, NULL), SHEAF_OK);
    count_intact("files", "votes.jsonl", l.n_rules * N_PROBLEMS);
    strbuf b = {0};
    cJSON *o = NULL;
    sheaf_error err = {0};
    read_file(&b, "files", "results.json");
    CHECK_OK(json_parse(&o, strbuf_view(&b), "results.json", &err), err);
    check_close(number_in(o, "results", "set", "exact_match,majority"), 0.4);
    check_close(number_in(o, "results", "set", "exact_match_stderr,majority"), sqrt(1.2 / 4 / 5));
    check_close(number_in(o, "n-samples", "set", "original"), N_PROBLEMS);
    assert_string_equal(json_get(json_get(o, "config"), "model_hash")->valuestring,
                        "0000000000001234");
    assert_true(cJSON_IsFalse(json_get(json_get(o, "sheaf"), "partial")));
    cJSON_Delete(o);
    strbuf_reset(&b);
    read_file(&b, "files", "run.json");
    assert_true(text_find(strbuf_view(&b), TEXT("\"status\":\"done\"")) != SIZE_MAX);
    strbuf_free(&b);
}

static void test_limit_is_partial(void **state)
{
    (void)state;
    struct attempt a = attempt_in("limit");
    a.limit = "2-3";
    CHECK_OK(start(&a), a.err);
    const sheaf_eval_summary *s = sheaf_eval_summarize(a.ev);
    assert_true(s->complete && s->partial && s->n_done == 2 && s->n_total == N_PROBLEMS);
    check_close(s->rules[1].value, 0.5);
    finish(&a);
}

/* ---- broken off ------------------------------------------------------------------------------ */

static void test_cancel_then_go_on(void **state)
{
    (void)state;
    complete("whole");
    for (size_t at = 1; at <= 2 * N_PROBLEMS; at++) {
        char dir[32];
        snprintf(dir, sizeof dir, "cancel%zu", at);
        struct attempt a = attempt_in(dir);
        a.fake.cancel_at = at;
        CHECK_OK(start(&a), a.err);
        const sheaf_eval_summary *s = sheaf_eval_summarize(a.ev);
        assert_true(!s->complete && s->partial);
        assert_int_equal(s->n_done, (at - 1) / 2);
        finish(&a);
        complete(dir);
        check_same_run("whole", dir);
    }
}

/* A kill leaves any number of bytes of either file, votes only for traces that are there. */
static void test_kill_then_go_on(void **state)
{
    (void)state;
    strbuf traces = {0}, votes = {0};
    complete("unkilled");
    complete("killed");
    read_file(&traces, "unkilled", "samples.jsonl");
    read_file(&votes, "unkilled", "votes.jsonl");
    for (size_t i = 0; i <= 40; i++) {
        write_file("killed", "votes.jsonl", text_slice(strbuf_view(&votes), 0, votes.n * i / 40));
        write_file("killed", "samples.jsonl",
                   text_slice(strbuf_view(&traces), 0, traces.n * (i + (i % 4) * 2) / 40));
        complete("killed");
        check_same_run("unkilled", "killed");
    }
    strbuf_free(&traces);
    strbuf_free(&votes);
}

/* Lines of a file that are not sealed. */
static size_t count_damaged(const char *dir, const char *name)
{
    strbuf b = {0};
    size_t n = 0;
    read_file(&b, dir, name);
    for (text rest = strbuf_view(&b); rest.n;) {
        size_t end = text_find(rest, TEXT("\n"));
        assert_true(end != SIZE_MAX);
        n += !seal_intact(text_slice(rest, 0, end));
        rest = text_slice(rest, end + 1, rest.n);
    }
    strbuf_free(&b);
    return n;
}

static void damage_middle(const char *dir, const char *name)
{
    strbuf b = {0};
    read_file(&b, dir, name);
    b.p[b.n / 2] ^= 1;
    write_file(dir, name, strbuf_view(&b));
    strbuf_free(&b);
}

/* Votes are made again. A damaged trace stays where it is, and is decoded and recorded once more;
 * so is one whose tokens are damaged. */
static void test_damage_runs_again(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n_damaged; /* in samples.jsonl afterwards */
    } cases[] = {{"votes.jsonl", 0}, {"tokens.zst", 0}, {"samples.jsonl", 1}};
    complete("sound");
    for (size_t f = 0; f < sizeof cases / sizeof cases[0]; f++) {
        complete("damaged");
        damage_middle("damaged", cases[f].name);
        struct attempt a = attempt_in("damaged");
        CHECK_OK(start(&a), a.err);
        assert_true(a.fake.n_calls > 0 && a.fake.n_calls < 2 * N_PROBLEMS);
        finish(&a);
        check_same("sound", "damaged", "votes.jsonl");
        check_same("sound", "damaged", "results.json");
        assert_int_equal(count_damaged("damaged", "samples.jsonl"), cases[f].n_damaged);
        struct attempt again = attempt_in("damaged");
        CHECK_OK(start(&again), again.err);
        assert_int_equal(again.fake.n_calls, 0);
        finish(&again);
    }
    strbuf cut = {0};
    read_file(&cut, "damaged", "votes.jsonl.cut"); /* nothing is thrown away */
    assert_true(cut.n > 0);
    strbuf_free(&cut);
}

static void test_done_needs_no_model(void **state)
{
    (void)state;
    complete("done");
    struct attempt a = attempt_in("done");
    CHECK_OK(start(&a), a.err);
    assert_int_equal(a.fake.n_calls, 0);
    finish(&a);
}

/* ---- refused --------------------------------------------------------------------------------- */

static void test_other_settings(void **state)
{
    (void)state;
    complete("settings");
    static const struct {
        const char *names_it, *limit, *strategies;
        uint64_t seed;
        size_t max_tokens;
    } cases[] = {
        {"seed", NULL, NULL, 5, 0},
        {"max_tokens 1024, not 7", NULL, NULL, 0, 7},
        {"problems 5, not 3", "3", NULL, 0, 0},
        {"strategies", NULL, "majority", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct attempt a = attempt_in("settings");
        a.limit = cases[i].limit;
        a.strategies = cases[i].strategies ? cases[i].strategies : a.strategies;
        a.o.solve.seed = cases[i].seed;
        a.o.solve.max_tokens = cases[i].max_tokens ? cases[i].max_tokens : a.o.solve.max_tokens;
        assert_int_equal(start(&a), SHEAF_ERR_USAGE);
        if (!strstr(a.err.message, cases[i].names_it))
            fail_msg("'%s' in '%s' wanted", cases[i].names_it, a.err.message);
        finish(&a);
        a.err = (sheaf_error){0};
        if (i + 1 < sizeof cases / sizeof cases[0])
            continue;
        a.o.redo = true;
        CHECK_OK(start(&a), a.err);
        assert_int_equal(a.fake.n_calls, N_PROBLEMS);
        finish(&a);
    }
}

static void test_directory_faults(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    complete("faults");
    snprintf(path, sizeof path, "%s/faults/run.json", scratch_root());
    struct attempt a = attempt_in("faults");
    write_file("faults", "run.json", TEXT("{\"config\":"));
    assert_int_equal(start(&a), SHEAF_ERR_FORMAT);
    finish(&a);
    a = attempt_in("faults");
    unlink(path);
    assert_int_equal(start(&a), SHEAF_ERR_USAGE); /* records of nobody knows what */
    finish(&a);
    a = attempt_in("set.jsonl");
    assert_int_equal(start(&a), SHEAF_ERR_IO); /* a file */
    finish(&a);
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    struct attempt a = attempt_in("locked"), b = attempt_in("locked");
    CHECK_OK(start(&a), a.err);
    assert_int_equal(start(&b), SHEAF_ERR_USAGE);
    assert_non_null(strstr(b.err.message, "in use"));
    finish(&b);
    finish(&a);
    complete("locked");
}

static void test_fault_names_the_problem(void **state)
{
    (void)state;
    struct attempt a = attempt_in("fault");
    a.fake.fail_at = 5;
    assert_int_equal(start(&a), SHEAF_ERR_FORMAT);
    assert_string_equal(a.err.source, "set/3");
    finish(&a);
    complete("whole2");
    complete("fault");
    check_same_run("whole2", "fault");
}

static void check_untorn(const char *dir, const char *name)
{
    strbuf b = {0};
    read_file(&b, dir, name);
    if (b.n && b.p[b.n - 1] != '\n')
        fail_msg("%s of %s ends in the middle of a line", name, dir);
    strbuf_free(&b);
}

/* The file size limit stands for a full disk: write() fails in the middle of a record. */
static void test_full_disk(void **state)
{
    (void)state;
    static const rlim_t limits[] = {1000, 4000, 30000}; /* traces, votes at once, votes later */
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    complete("unfull");
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit small = {limits[i], before.rlim_max};
        char dir[32];
        snprintf(dir, sizeof dir, "full%zu", i);
        struct attempt a = attempt_in(dir);
        setrlimit(RLIMIT_FSIZE, &small);
        sheaf_code rc = start(&a);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(rc, SHEAF_ERR_IO);
        assert_non_null(strstr(a.err.message, "cannot write"));
        finish(&a);
        check_untorn(dir, "samples.jsonl");
        check_untorn(dir, "votes.jsonl");
        complete(dir);
        check_same_run("unfull", dir);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    uint64_t n = 1;
    for (size_t n_survived = 0; n_survived < 3; n++) { /* past the last allocation nothing fails */
        struct attempt a = attempt_in("memory");
        CHECK_OK(sheaf_dataset_open(&a.data, data_path, &a.err), a.err);
        struct eval_backend backend = fake_backend(&a.fake);
        struct grader grader = fake_grader();
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/memory", scratch_root());
        a.o.dir = path;
        a.o.redo = true;
        alloc_fail_at(n);
        sheaf_code rc = eval_run(&a.ev, &backend, &grader, a.data, &a.o, &a.err);
        alloc_fail_at(0);
        if (rc && rc != SHEAF_ERR_NOMEM)
            fail_msg("allocation %d: %s", (int)n, a.err.message);
        n_survived += rc == SHEAF_OK;
        finish(&a);
    }
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_limit_is_partial),
        cmocka_unit_test(test_cancel_then_go_on),
        cmocka_unit_test(test_kill_then_go_on),
        cmocka_unit_test(test_damage_runs_again),
        cmocka_unit_test(test_done_needs_no_model),
        cmocka_unit_test(test_other_settings),
        cmocka_unit_test(test_directory_faults),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_fault_names_the_problem),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, make_set, scratch_remove);
}
