/* eval_many_test.c - evaluations with many problems at once, over a tiny random model: the files
 * are those of one problem at a time, byte for byte but for times, whatever the batch, however
 * often the run is killed, stopped or out of disk, and with whatever batch it goes on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "evals/runner.h"
#include "tests/support/check.h"
#include "tests/support/run_compare.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/tiny_solve.h"

#define PATH_BYTES 128
enum { N_PROBLEMS = 6, N_TRACES = 5 };

static char data_path[SCRATCH_PATH];
static const char *strategies = "majority,deepconf-online-high,esc,probe";

static int make_set(void **state)
{
    strbuf b = {0};
    int rc = scratch_make(state);
    scratch_path(data_path, "set.jsonl");
    for (size_t i = 0; i < N_PROBLEMS; i++)
        strbuf_printf(&b, "{\"id\":\"set/%zu\",\"question\":\"How many %s%zu?\",\"answer\":\"7\","
                          "\"answer_type\":\"integer\"}\n",
                      i + 1, i % 2 ? "a b c d e f g h i j k l m n o p " : "", i);
    rc = rc || file_write(data_path, strbuf_view(&b), NULL);
    strbuf_free(&b);
    return rc;
}

/* ---- an evaluation -------------------------------------------------------------------------- */

struct attempt {
    const char *dir, *reuse;
    size_t batch, mem_bytes, n_traces; /* n_traces 0: N_TRACES */
    uint64_t seed;
    bool redo;
    size_t kill_at, cancel_at; /* events of an ended trace; 0: never */
    size_t n_ended;
    volatile int cancel;
    size_t n_done, n_events; /* of progress */
    sheaf_error err;
};

static void count_trace(void *ctx, const sheaf_event *e)
{
    struct attempt *a = ctx;
    if (e->kind != SHEAF_EVENT_TRACE)
        return;
    if (++a->n_ended == a->kill_at)
        kill(getpid(), SIGKILL);
    if (a->n_ended == a->cancel_at)
        a->cancel = 1;
}

static void check_progress(void *ctx, const sheaf_eval_progress *p)
{
    struct attempt *a = ctx;
    assert_true(p->n_done >= a->n_done && p->n_done <= p->n_problems && p->eta_s >= 0);
    assert_int_equal(p->n_done - p->n_resumed, a->n_events++);
    a->n_done = p->n_done;
}

/* The tiny judge reads any text; a grader that takes its answers as they are. */
static bool right(void *ctx, const char *gold, const char *answer)
{
    (void)ctx;
    return gold[0] == answer[0];
}

static bool canonical(void *ctx, char *out, size_t cap, const char *answer)
{
    (void)ctx;
    return snprintf(out, cap, "%s", answer) < (int)cap;
}

static sheaf_code solve(void *ctx, sheaf_result **out, const char *question,
                        const sheaf_solve_options *o, const sheaf_judge *judge, sheaf_error *err)
{
    return sheaf_solve(out, ctx, question, o, judge, err);
}

static sheaf_code solve_many(void *ctx, const sheaf_jobs *jobs, sheaf_error *err)
{
    return sheaf_solve_many(ctx, jobs, err);
}

static struct eval_backend backend_of(sheaf_engine *e)
{
    struct eval_backend b = {.ctx = e, .engine = e, .solve = solve, .solve_many = solve_many,
                             .revote = sheaf_result_revote, .release = sheaf_result_free};
    sheaf_engine_info(e, &b.model);
    b.model.path = b.model.name = "tiny";
    return b;
}

static sheaf_code start_on(sheaf_engine *e, struct attempt *a)
{
    char path[PATH_BYTES];
    sheaf_dataset *data = NULL;
    sheaf_eval *ev = NULL;
    struct eval_backend backend = backend_of(e);
    struct grader grader = {.judge = tiny_judge, .right = right, .canonical = canonical};
    sheaf_eval_options o = sheaf_eval_defaults();
    char reuse[PATH_BYTES];
    o.solve = tiny_options("", a->n_traces ? a->n_traces : N_TRACES);
    o.solve.seed += a->seed;
    o.solve.max_tokens = 30;
    o.solve.probe_every = 8;
    o.solve.probe_agree = 1;
    o.solve.esc_window = 2;
    o.solve.parallel = 3;
    o.solve.mem_bytes = a->mem_bytes;
    o.solve.cancel = &a->cancel;
    o.solve.on_event = count_trace;
    o.solve.on_event_ctx = a;
    o.on_progress = check_progress;
    o.on_progress_ctx = a;
    o.batch = a->batch;
    o.redo = a->redo;
    o.strategies = &strategies;
    o.n_strategies = 1;
    snprintf(path, sizeof path, "%s/%s", scratch_root(), a->dir);
    o.dir = path;
    if (a->reuse) {
        snprintf(reuse, sizeof reuse, "%s/%s", scratch_root(), a->reuse);
        o.reuse = reuse;
    }
    CHECK_OK(sheaf_dataset_open(&data, data_path, &a->err), a->err);
    sheaf_code rc = eval_run(&ev, &backend, &grader, data, &o, &a->err);
    sheaf_eval_free(ev);
    sheaf_dataset_close(data);
    return rc;
}

static sheaf_code start(struct attempt *a)
{
    sheaf_engine *e = tiny_open(7);
    sheaf_code rc = start_on(e, a);
    tiny_close(e);
    return rc;
}

static void complete(const char *dir, size_t batch)
{
    struct attempt a = {.dir = dir, .batch = batch};
    CHECK_OK(start(&a), a.err);
    assert_int_equal(a.n_done, N_PROBLEMS);
}

/* The run of one problem at a time, made once. */
static void check_as_single(const char *dir)
{
    static bool made;
    if (!made)
        complete("single", 1);
    made = true;
    run_check_all(scratch_root(), dir, "single");
}

/* Starts in a process of its own, which ends itself. */
static void start_and_kill(const char *dir, size_t batch, size_t kill_at)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct attempt a = {.dir = dir, .batch = batch, .kill_at = kill_at};
        _exit(start(&a) == SHEAF_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void any_batch(void **state)
{
    (void)state;
    static const size_t batches[] = {0, 2, 5, 11, 64};
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        char dir[32];
        snprintf(dir, sizeof dir, "batch%zu", batches[i]);
        complete(dir, batches[i]);
        check_as_single(dir);
    }
}

static void killed_and_taken_up(void **state)
{
    (void)state;
    static const size_t batches[] = {32, 1, 6};
    for (size_t at = 1; at < N_PROBLEMS * N_TRACES * 4; at += 6) {
        char dir[32];
        snprintf(dir, sizeof dir, "killed%zu", at);
        start_and_kill(dir, 32, at);
        start_and_kill(dir, batches[at % 3], at + 7); /* traces played back are counted, too */
        complete(dir, batches[at / 6 % 3]);
        check_as_single(dir);
    }
}

static void stopped_and_taken_up(void **state)
{
    (void)state;
    for (size_t at = 1; at < N_PROBLEMS * N_TRACES * 4; at += 9) {
        char dir[32];
        snprintf(dir, sizeof dir, "stopped%zu", at);
        struct attempt a = {.dir = dir, .batch = 20, .cancel_at = at};
        CHECK_OK(start(&a), a.err);
        complete(dir, at % 2 ? 20 : 1);
        check_as_single(dir);
    }
}

static void redo_begins_anew(void **state)
{
    (void)state;
    start_and_kill("redo", 32, 40);
    struct attempt a = {.dir = "redo", .batch = 32, .redo = true};
    CHECK_OK(start(&a), a.err);
    check_as_single("redo");
}

static void check_but_for_order(const char *dir)
{
    static const char *const names[] = {"votes.jsonl", "results.json", "run.json"};
    complete("single", 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        run_check_same(scratch_root(), dir, "single", names[i]);
    run_check_traces(scratch_root(), dir, "single");
}

/* Traces of a run with fewer of them are taken over, also by a run that was broken off; what a cut
 * or a stop ended is not. */
static void reused(void **state)
{
    (void)state;
    struct attempt few = {.dir = "few", .n_traces = 2}, more = {.dir = "more", .reuse = "few"},
                   other = {.dir = "other", .reuse = "few", .seed = 1}, none = {.dir = "none",
                                                                                .reuse = "gone"};
    CHECK_OK(start(&few), few.err);
    start_and_kill("broken", 32, 25);
    struct attempt broken = {.dir = "broken", .reuse = "few"};
    CHECK_OK(start(&broken), broken.err);
    CHECK_OK(start(&more), more.err);
    check_but_for_order("broken");
    check_but_for_order("more");
    assert_int_equal(start(&other), SHEAF_ERR_USAGE);
    assert_non_null(strstr(other.err.message, "with seed"));
    assert_int_equal(start(&none), SHEAF_ERR_IO);
}

/* Wherever a write fails: in the run's own files, or in those of a job whose turn has not come. */
static void full_disk(void **state)
{
    (void)state;
    struct rlimit before;
    sheaf_engine *e = tiny_open(7);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 1000; limit < 60000; limit *= 3) {
        char dir[32];
        struct rlimit small = {limit, before.rlim_max};
        snprintf(dir, sizeof dir, "full%d", (int)limit);
        struct attempt a = {.dir = dir, .batch = 32};
        setrlimit(RLIMIT_FSIZE, &small);
        sheaf_code rc = start_on(e, &a);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_true(rc == SHEAF_ERR_IO);
        complete(dir, 32);
        check_as_single(dir);
    }
    tiny_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_batch),
        cmocka_unit_test(killed_and_taken_up),
        cmocka_unit_test(stopped_and_taken_up),
        cmocka_unit_test(redo_begins_anew),
        cmocka_unit_test(reused),
        cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, make_set, scratch_remove);
}
