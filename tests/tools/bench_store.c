/* bench_store - what a large store costs: bench_store [TRACES [TOKENS [DIR]]]   512 32768 /tmp/...
 *
 * Writes TRACES traces of TOKENS tokens, reads them back, and votes on them by every rule. The
 * confidences are a random walk with the spread of real ones. Prints medians of five. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "evals/grader.h"
#include "evals/revote.h"
#include "evals/revote_desk.h"
#include "store/trace_index.h"
#include "store/trace_log.h"

enum { REPEATS = 5 };

static const struct rundir_identity identity = {.run_id = "00000000000000ab",
                                                .config = {"{}", 2}};

static void stop_on(sheaf_code rc, const sheaf_error *err)
{
    if (rc) {
        fprintf(stderr, "bench_store: %s: %s\n", err->source, err->message);
        exit(1);
    }
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
    qsort(values, REPEATS, sizeof *values, by_value);
    return values[REPEATS / 2];
}

/* ---- writing -------------------------------------------------------------------------------- */

static void make_trace(int32_t *tokens, float *confidence, char *body, size_t n, uint64_t id)
{
    double level = 12.0;
    for (size_t i = 0; i < n; i++) {
        level += 0.2 * (rng_uniform(1, id, i) - 0.5) + 0.01 * (12.0 - level);
        tokens[i] = (int32_t)(rng_bits(2, id, i) % 4000);
        confidence[i] = (float)(level + 6.0 * rng_uniform(3, id, i));
        memcpy(body + 4 * i, i % 16 ? "word" : "\n- a", 4);
    }
}

static void write_store(const char *dir, size_t n_traces, size_t n_tokens)
{
    struct rundir d;
    struct trace_log log;
    sheaf_error err = {0};
    int32_t *tokens = alloc_zero(n_tokens, sizeof *tokens);
    float *confidence = alloc_zero(n_tokens, sizeof *confidence);
    char *body = alloc_zero(n_tokens, 4);
    stop_on(rundir_open(&d, dir, &identity, true, &err), &err);
    stop_on(trace_log_open(&log, &d, identity.run_id, &err), &err);
    for (size_t i = 0; i < n_traces; i++) {
        char answer[16];
        snprintf(answer, sizeof answer, "%d", (int)(rng_bits(4, 0, i) % 40));
        struct trace_record r = {.run_id = identity.run_id, .problem = "p", .strategy = "majority",
                                 .gold = "7", .id = (uint32_t)i, .finish = SHEAF_FINISH_STOP,
                                 .n_tokens = n_tokens, .answer = answer,
                                 .verdict = strcmp(answer, "7") == 0 ? TRACE_RIGHT : TRACE_WRONG,
                                 .body = {body, 4 * n_tokens}};
        make_trace(tokens, confidence, body, n_tokens, i);
        stop_on(trace_log_add(&log, &r, tokens, confidence, NULL, &err), &err);
    }
    trace_log_close(&log);
    rundir_close(&d);
    alloc_free(tokens);
    alloc_free(confidence);
    alloc_free(body);
}

/* ---- reading -------------------------------------------------------------------------------- */

static double time_open(const char *dir, bool with_index)
{
    double s[REPEATS];
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, TRACE_INDEX_NAME);
    for (int i = 0; i < REPEATS; i++) {
        struct run_reader run;
        sheaf_error err = {0};
        if (!with_index)
            unlink(path);
        double start = clock_now_s();
        stop_on(run_reader_open(&run, dir, &err), &err);
        s[i] = clock_now_s() - start;
        run_reader_close(&run);
    }
    return median(s);
}

static double time_load(const struct run_reader *run)
{
    double s[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        struct trace_set set;
        sheaf_error err = {0};
        double start = clock_now_s();
        stop_on(trace_set_load(&set, &run->table, &run->files, "p", "majority", &err), &err);
        s[i] = clock_now_s() - start;
        trace_set_free(&set);
    }
    return median(s);
}

/* ---- voting --------------------------------------------------------------------------------- */

static double time_vote(struct desk *d, const struct desk_rule *rule)
{
    double s[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        struct desk_outcome out;
        sheaf_error err = {0};
        double start = clock_now_s();
        desk_pick(d, d->n, 0, 0);
        stop_on(desk_vote(&out, d, d->n, rule, &err), &err);
        s[i] = clock_now_s() - start;
    }
    return median(s);
}

static void time_votes(struct desk *d, const sheaf_solve_options *o)
{
    double sum = 0, worst = 0;
    const char *name, *slowest = "";
    for (size_t i = 0; (name = sheaf_vote_rule_name(i)); i++) {
        const struct desk_rule rule = revote_rule(name, o);
        double s = time_vote(d, &rule);
        sum += s;
        if (s > worst) {
            worst = s;
            slowest = name;
        }
    }
    printf("vote, all rules         %9.3f ms\n", 1e3 * sum);
    printf("vote, slowest rule      %9.3f ms  (%s)\n", 1e3 * worst, slowest);
    static const char *const replayed[] = {"deepconf-online-low", "deepconf-online-high"};
    for (size_t i = 0; i < 2; i++) {
        const struct desk_rule rule = revote_rule(replayed[i], o);
        printf("replay, %-20s %8.0f ms\n", replayed[i], 1e3 * time_vote(d, &rule));
    }
}

static void measure(const char *dir)
{
    struct run_reader run;
    struct desk desk;
    sheaf_error err = {0};
    struct grader grader = grader_for(SHEAF_TASK_GENERIC, ANSWER_ANY);
    printf("open, no index          %9.1f ms\n", 1e3 * time_open(dir, false));
    printf("open, with index        %9.1f ms\n", 1e3 * time_open(dir, true));
    stop_on(run_reader_open(&run, dir, &err), &err);
    sheaf_solve_options o = revote_settings(&run);
    o.max_tokens = 1 << 20;
    printf("load all confidences    %9.1f ms\n", 1e3 * time_load(&run));
    double start = clock_now_s();
    stop_on(desk_open(&desk, &run, "p", "majority", &o, &grader.judge, &err), &err);
    printf("load, class, statistics %9.1f ms  (once)\n", 1e3 * (clock_now_s() - start));
    time_votes(&desk, &o);
    desk_close(&desk);
    run_reader_close(&run);
}

int main(int argc, char **argv)
{
    size_t n_traces = argc > 1 ? strtoul(argv[1], NULL, 10) : 512;
    size_t n_tokens = argc > 2 ? strtoul(argv[2], NULL, 10) : 32768;
    char dir[128], command[160];
    snprintf(dir, sizeof dir, "%s/sheaf-bench-%ld", argc > 3 ? argv[3] : "/tmp", (long)getpid());
    printf("%zu traces of %zu tokens\n", n_traces, n_tokens);
    double start = clock_now_s();
    write_store(dir, n_traces, n_tokens);
    printf("write and sync          %9.1f ms\n", 1e3 * (clock_now_s() - start));
    measure(dir);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command) != 0;
}
