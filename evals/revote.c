/* revote.c - see revote.h. A problem is on one desk at a time, several problems side by side; what
 * its votes came to is kept per problem and row, and made into rows at the end, so that no number
 * depends on the threads. */
#include "evals/revote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/metrics.h"
#include "evals/revote_desk.h"
#include "evals/revote_rows.h"

/* A problem with traces of the source. */
struct task {
    const char *problem;
    size_t n_traces;
    struct revote_cell *cells; /* [n_rows] */
    bool graded;
    sheaf_code rc;
    sheaf_error err;
};

struct work {
    const struct run_reader *run;
    const struct revote_options *o;
    struct revote r;
    struct desk_rule *rules;   /* [n_strategies] */
    struct task *tasks;        /* [n_tasks] in order of the records */
    struct revote_cell *cells; /* [n_tasks][n_rows] */
    size_t n_tasks;
    size_t *ks;                /* [n_ks] */
    size_t n_ks;
};

/* ---- set-up --------------------------------------------------------------------------------- */

static sheaf_code no_memory(const struct work *w, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->run->dir, "no memory for its votes");
}

static sheaf_code choose_source(struct work *w, sheaf_error *err)
{
    const char *name;
    if (!w->o->source) {
        w->r.source = revote_source(w->run);
        return w->r.source ? SHEAF_OK
                           : SHEAF_FAIL(err, SHEAF_ERR_USAGE, w->run->dir,
                                        "holds no strategy with whole traces; --from wanted");
    }
    for (size_t i = 0; (name = run_reader_strategy(w->run, i)); i++)
        if (strcmp(name, w->o->source) == 0)
            w->r.source = name;
    return w->r.source ? SHEAF_OK
                       : SHEAF_FAIL(err, SHEAF_ERR_USAGE, w->run->dir,
                                    "has no traces of \"%.40s\"", w->o->source);
}

static size_t count_traces(const struct work *w, const char *problem)
{
    size_t n = 0;
    for (size_t i = 0; i < w->run->table.n; i++) {
        const struct trace_record *r = &w->run->table.items[i].r;
        n += strcmp(r->problem, problem) == 0 && strcmp(r->strategy, w->r.source) == 0;
    }
    return n;
}

static sheaf_code list_tasks(struct work *w, sheaf_error *err)
{
    const char *problem;
    size_t n_problems = 0;
    while (run_reader_problem(w->run, n_problems))
        n_problems++;
    w->tasks = alloc_zero(n_problems, sizeof *w->tasks);
    if (!w->tasks)
        return no_memory(w, err);
    for (size_t i = 0; (problem = run_reader_problem(w->run, i)); i++) {
        bool wanted = !w->o->problem || strcmp(w->o->problem, problem) == 0;
        size_t n = wanted ? count_traces(w, problem) : 0;
        if (n)
            w->tasks[w->n_tasks++] = (struct task){.problem = problem, .n_traces = n};
    }
    w->r.n_problems = w->n_tasks;
    return w->n_tasks ? SHEAF_OK
                      : SHEAF_FAIL(err, SHEAF_ERR_USAGE, w->run->dir,
                                   "has no traces of problem \"%.60s\"",
                                   w->o->problem ? w->o->problem : "");
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The traces that half of the problems have. */
static size_t usual_traces(size_t *scratch, const struct work *w)
{
    for (size_t i = 0; i < w->n_tasks; i++)
        scratch[i] = w->tasks[i].n_traces;
    qsort(scratch, w->n_tasks, sizeof *scratch, by_size);
    return scratch[w->n_tasks / 2];
}

/* What a run that goes on has of the problem in work are the traces that ended first, which are
 * the short ones: it is left out. */
static void drop_unfinished(struct work *w, size_t usual)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_tasks; i++)
        if (w->run->done || w->o->problem || w->tasks[i].n_traces >= usual)
            w->tasks[n++] = w->tasks[i];
    w->n_tasks = w->r.n_problems = n;
}

static sheaf_code choose_ks(struct work *w, sheaf_error *err)
{
    size_t *scratch = alloc_zero(w->n_tasks, sizeof *scratch);
    w->n_ks = w->o->n_ks ? w->o->n_ks : 1;
    w->ks = alloc_zero(w->n_ks, sizeof *w->ks);
    bool ok = w->ks && scratch;
    if (ok) {
        w->ks[0] = usual_traces(scratch, w);
        drop_unfinished(w, w->ks[0]);
    }
    if (ok && w->o->n_ks)
        memcpy(w->ks, w->o->ks, w->n_ks * sizeof *w->ks);
    alloc_free(scratch);
    return ok ? SHEAF_OK : no_memory(w, err);
}

static sheaf_code choose_rules(struct work *w, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    w->rules = alloc_zero(w->o->n_strategies, sizeof *w->rules);
    if (!w->rules)
        return no_memory(w, err);
    for (size_t i = 0; i < w->o->n_strategies && !rc; i++) {
        w->rules[i] = revote_rule(w->o->strategies[i], &w->o->solve);
        rc = revote_check_name(w->o->strategies[i], err);
    }
    return rc;
}

/* Rows by k, then by strategy; a cell for each on every problem. */
static sheaf_code make_rows(struct work *w, sheaf_error *err)
{
    const size_t n_strategies = w->o->n_strategies, n = w->n_ks * n_strategies;
    w->r.rows = alloc_zero(n, sizeof *w->r.rows);
    w->cells = alloc_zero(w->n_tasks, n * sizeof *w->cells);
    if (!w->r.rows || !w->cells)
        return no_memory(w, err);
    w->r.n_rows = n;
    w->r.n_strategies = n_strategies;
    for (size_t i = 0; i < n; i++) {
        w->r.rows[i].strategy = w->rules[i % n_strategies].name;
        w->r.rows[i].k = w->ks[i / n_strategies];
    }
    for (size_t i = 0; i < w->n_tasks; i++)
        w->tasks[i].cells = &w->cells[i * n];
    return SHEAF_OK;
}

static sheaf_code set_up(struct work *w, sheaf_error *err)
{
    w->r.resamples = w->o->resamples;
    w->r.parallel = w->o->solve.parallel;
    w->r.seed = w->o->seed;
    sheaf_code rc = choose_source(w, err);
    if (!rc)
        rc = list_tasks(w, err);
    if (!rc)
        rc = choose_ks(w, err);
    if (!rc)
        rc = choose_rules(w, err);
    return rc ? rc : make_rows(w, err);
}

/* ---- a problem ------------------------------------------------------------------------------ */

/* Of the only problem there is. */
static void keep_answer(struct revote_row *row, const struct desk *d, int32_t class)
{
    const char *answer = desk_answer(d, class);
    snprintf(row->answer, sizeof row->answer, "%s", answer ? answer : "");
}

/* Exact cons@k of a majority, for which ballots need not be drawn. */
static sheaf_code exact_score(double *score, const struct desk *d, size_t k, sheaf_error *err)
{
    size_t n_silent = 0, right = METRICS_NO_CLASS;
    size_t *counts = alloc_zero(d->n, sizeof *counts);
    if (!counts)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, d->problem, "no memory for its votes");
    for (size_t i = 0; i < d->n; i++) {
        int32_t answer = d->ballots[i].answer;
        if (answer == VOTE_NONE)
            n_silent++;
        else if (++counts[answer] && d->right[answer] &&
                 (right == METRICS_NO_CLASS || counts[answer] >= counts[right]))
            right = (size_t)answer;
    }
    sheaf_code rc = metrics_cons_at_k(score, counts, d->n, right, n_silent, k, err);
    alloc_free(counts);
    return rc;
}

/* The votes of one row on one problem. */
static sheaf_code vote_row(struct revote_cell *cell, struct work *w, size_t at, struct desk *d,
                           sheaf_error *err)
{
    struct revote_row *row = &w->r.rows[at];
    const struct desk_rule *rule = &w->rules[at % w->o->n_strategies];
    const size_t n_votes = row->k < d->n ? w->o->resamples : 1;
    const double each = 1.0 / (double)n_votes;
    sheaf_code rc = SHEAF_OK;
    size_t n_right = 0;
    for (size_t i = 0; i < n_votes && !rc; i++) {
        struct desk_outcome out = {.answer = VOTE_NONE};
        desk_pick(d, row->k, w->o->seed, i);
        rc = desk_vote(&out, d, row->k, rule, err);
        n_right += out.right;
        cell->tokens += each * out.tokens;
        cell->ballots += each * out.ballots;
        cell->share += each * out.share;
        if (w->n_tasks == 1 && row->k == d->n)
            keep_answer(row, d, out.answer);
    }
    cell->used = true;
    cell->n_votes = n_votes;
    cell->score = cell->drawn = (double)n_right / (double)n_votes;
    if (rc || !d->graded || row->k == d->n || !rule->offline || d->n > METRICS_CONS_MAX ||
        !vote_rule_is_unit(rule->offline))
        return rc;
    cell->n_votes = 0;
    return exact_score(&cell->score, d, row->k, err);
}

/* Where the first strategy of a k is known exactly, its draws tell how far they are off, and most
 * of that is common to all strategies (a control variate): what is drawn of the others is moved by
 * as much. cells [n] at one k. */
static void correct_draws(struct revote_cell *cells, size_t n)
{
    double off = cells[0].score - cells[0].drawn;
    for (size_t i = 1; i < n && cells[0].n_votes == 0; i++)
        if (cells[i].n_votes > 0)
            cells[i].score += off;
}

static void vote_task(struct work *w, struct task *t)
{
    struct desk d = {.problem = NULL};
    t->rc = desk_open(&d, w->run, t->problem, w->r.source, &w->o->solve, w->o->judge, &t->err);
    t->graded = d.graded;
    for (size_t row = 0; row < w->r.n_rows && !t->rc; row++)
        if (w->r.rows[row].k <= d.n)
            t->rc = vote_row(&t->cells[row], w, row, &d, &t->err);
    for (size_t row = 0; row < w->r.n_rows; row += w->r.n_strategies)
        if (t->cells[row].used)
            correct_draws(&t->cells[row], w->r.n_strategies);
    desk_close(&d);
}

static void vote_tasks(void *ctx, size_t begin, size_t end, int worker)
{
    struct work *w = ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        vote_task(w, &w->tasks[i]);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* The fault of the first problem that has one. */
static sheaf_code first_fault(struct work *w, sheaf_error *err)
{
    for (size_t i = 0; i < w->n_tasks; i++) {
        w->r.graded = w->r.graded || w->tasks[i].graded;
        if (w->tasks[i].rc) {
            if (err && !err->code)
                *err = w->tasks[i].err;
            return w->tasks[i].rc;
        }
    }
    return SHEAF_OK;
}

static sheaf_code vote_all(struct work *w, sheaf_error *err)
{
    pool *threads = NULL;
    sheaf_code rc = pool_create(&threads, w->o->threads, err);
    if (rc)
        return rc;
    pool_run(threads, w->n_tasks, 1, vote_tasks, w);
    rc = first_fault(w, err);
    if (!rc)
        rc = revote_rows_fill(&w->r, w->cells, w->n_tasks, threads, err);
    pool_free(threads);
    return rc;
}

sheaf_code revote_run(struct revote *out, const struct run_reader *run,
                      const struct revote_options *o, sheaf_error *err)
{
    struct work w = {.run = run, .o = o};
    sheaf_code rc = set_up(&w, err);
    if (!rc)
        rc = vote_all(&w, err);
    alloc_free(w.tasks);
    alloc_free(w.cells);
    alloc_free(w.rules);
    alloc_free(w.ks);
    if (rc)
        revote_free(&w.r);
    else
        *out = w.r;
    return rc;
}

void revote_free(struct revote *r)
{
    alloc_free(r->rows);
    *r = (struct revote){.rows = NULL};
}
