/* revote.c - see revote.h. Problem by problem, so that one problem's traces are in memory at a
 * time; scores are kept per problem, since the problem is the unit of every error. */
#include "evals/revote.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/metrics.h"
#include "evals/revote_desk.h"
#include "evals/stats.h"

#define CONFIDENCE 0.95

/* A row with its scores, one per problem that has k traces. */
struct score_line {
    const struct desk_rule *rule;
    double *scores; /* [n_problems] */
};

struct work {
    const struct run_reader *run;
    const struct revote_options *o;
    struct revote r;
    struct desk_rule *rules;  /* [n_strategies] */
    struct score_line *lines; /* [r.n_rows] */
    size_t *ks;               /* [n_ks] */
    size_t n_ks, n_problems;
};

/* ---- set-up --------------------------------------------------------------------------------- */

static sheaf_code choose_rules(struct work *w, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < w->o->n_strategies && !rc; i++) {
        const char *name = w->o->strategies[i];
        w->rules[i] = (struct desk_rule){name, revote_offline_rule(name), w->o->solve};
        w->rules[i].options.strategy = name;
        rc = revote_check_name(name, err);
    }
    return rc;
}

static bool has_problem(const struct work *w, const char *problem)
{
    return !w->o->problem || strcmp(w->o->problem, problem) == 0;
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

/* Counts problems with traces of the source; *least traces of one of them. */
static size_t count_problems(const struct work *w, size_t *least)
{
    const char *problem;
    size_t n_problems = 0;
    *least = SIZE_MAX;
    for (size_t i = 0; (problem = run_reader_problem(w->run, i)); i++) {
        size_t n = has_problem(w, problem) ? count_traces(w, problem) : 0;
        n_problems += n > 0;
        if (n > 0 && n < *least)
            *least = n;
    }
    return n_problems;
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

static sheaf_code no_memory(const struct work *w, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->run->dir, "no memory for its votes");
}

/* Rows by k, then by strategy. */
static sheaf_code make_rows(struct work *w, sheaf_error *err)
{
    size_t n_strategies = w->o->n_strategies, n = w->n_ks * n_strategies;
    w->r.rows = alloc_zero(n, sizeof *w->r.rows);
    w->lines = alloc_zero(n, sizeof *w->lines);
    if (!w->r.rows || !w->lines)
        return no_memory(w, err);
    w->r.n_rows = n;
    for (size_t i = 0; i < n; i++) {
        w->lines[i].rule = &w->rules[i % n_strategies];
        w->lines[i].scores = alloc_zero(w->n_problems, sizeof(double));
        w->r.rows[i].strategy = w->lines[i].rule->name;
        w->r.rows[i].k = w->ks[i / n_strategies];
        if (!w->lines[i].scores)
            return no_memory(w, err);
    }
    return SHEAF_OK;
}

static sheaf_code set_up(struct work *w, sheaf_error *err)
{
    size_t least;
    sheaf_code rc = choose_source(w, err);
    if (rc)
        return rc;
    w->n_problems = count_problems(w, &least);
    if (w->n_problems == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, w->run->dir, "has no traces of problem \"%.60s\"",
                          w->o->problem ? w->o->problem : "");
    w->n_ks = w->o->n_ks ? w->o->n_ks : 1;
    w->ks = alloc_zero(w->n_ks, sizeof *w->ks);
    w->rules = alloc_zero(w->o->n_strategies, sizeof *w->rules);
    if (!w->ks || !w->rules)
        return no_memory(w, err);
    w->ks[0] = least;
    if (w->o->n_ks)
        memcpy(w->ks, w->o->ks, w->n_ks * sizeof *w->ks);
    rc = choose_rules(w, err);
    return rc ? rc : make_rows(w, err);
}

/* ---- a problem ------------------------------------------------------------------------------ */

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

/* The votes of one row on one problem; adds to the row's sums. */
static sheaf_code vote_row(struct work *w, size_t row, struct desk *d, sheaf_error *err)
{
    struct revote_row *r = &w->r.rows[row];
    const struct desk_rule *rule = w->lines[row].rule;
    const size_t n_votes = r->k < d->n ? w->o->resamples : 1;
    bool exact = d->graded && r->k < d->n && rule->offline && d->n <= METRICS_CONS_MAX &&
                 vote_rule_is_unit(rule->offline);
    double score = 0, each = 1.0 / (double)n_votes;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < n_votes && !rc; i++) {
        struct desk_outcome out = {.answer = VOTE_NONE};
        desk_pick(d, r->k, w->o->seed, i);
        rc = desk_vote(&out, d, r->k, rule, w->o->judge, err);
        score += each * out.right;
        r->tokens += each * out.tokens;
        r->ballots += each * out.ballots;
        r->share += each * out.share;
        if (r->k == d->n)
            keep_answer(r, d, out.answer);
    }
    if (!rc && exact)
        rc = exact_score(&score, d, r->k, err);
    r->n_votes = exact ? 0 : n_votes;
    w->lines[row].scores[r->n_problems++] = score;
    return rc;
}

static sheaf_code vote_problem(struct work *w, const char *problem, sheaf_error *err)
{
    struct desk d = {.problem = NULL};
    sheaf_code rc = desk_open(&d, w->run, problem, w->r.source, &w->o->solve, w->o->judge, err);
    if (!rc && d.n > 0)
        w->r.n_problems++;
    w->r.graded = w->r.graded || d.graded;
    for (size_t row = 0; row < w->r.n_rows && !rc; row++)
        if (w->r.rows[row].k <= d.n)
            rc = vote_row(w, row, &d, err);
    desk_close(&d);
    return rc;
}

static sheaf_code vote_all(struct work *w, sheaf_error *err)
{
    const char *problem;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; !rc && (problem = run_reader_problem(w->run, i)); i++)
        if (has_problem(w, problem))
            rc = vote_problem(w, problem, err);
    return rc;
}

/* ---- the table ------------------------------------------------------------------------------ */

static void compare(struct revote_row *row, const double *scores, const double *first,
                    uint64_t seed)
{
    struct stats_paired p = stats_paired(first, scores, row->n_problems, CONFIDENCE, seed);
    row->diff = p.mean;
    row->diff_se = p.se;
    row->p = p.p_flip;
}

static double standard_error(const double *scores, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += scores[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (scores[i] - mean) * (scores[i] - mean);
    return n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
}

static void finish_row(struct work *w, size_t i)
{
    struct revote_row *row = &w->r.rows[i];
    const double *scores = w->lines[i].scores;
    size_t first = i - i % w->o->n_strategies;
    double n = (double)row->n_problems;
    row->accuracy = row->se = row->diff = row->diff_se = row->p = NAN;
    row->tokens /= n;
    row->ballots /= n;
    row->share /= n;
    if (w->r.n_problems != 1)
        row->answer[0] = '\0';
    if (!w->r.graded || row->n_problems == 0)
        return;
    row->accuracy = 0;
    for (size_t j = 0; j < row->n_problems; j++)
        row->accuracy += scores[j] / n;
    row->se = standard_error(scores, row->n_problems);
    if (i != first)
        compare(row, scores, w->lines[first].scores, w->o->seed);
}

static sheaf_code finish(struct work *w, sheaf_error *err)
{
    for (size_t i = 0; i < w->r.n_rows; i++) {
        if (w->r.rows[i].n_problems == 0)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "k", "%zu; no problem has so many traces",
                              w->r.rows[i].k);
        finish_row(w, i);
    }
    return SHEAF_OK;
}

static void release(struct work *w)
{
    for (size_t i = 0; w->lines && i < w->r.n_rows; i++)
        alloc_free(w->lines[i].scores);
    alloc_free(w->lines);
    alloc_free(w->rules);
    alloc_free(w->ks);
}

sheaf_code revote_run(struct revote *out, const struct run_reader *run,
                      const struct revote_options *o, sheaf_error *err)
{
    struct work w = {.run = run, .o = o};
    sheaf_code rc = set_up(&w, err);
    if (!rc)
        rc = vote_all(&w, err);
    if (!rc)
        rc = finish(&w, err);
    release(&w);
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
