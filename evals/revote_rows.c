/* revote_rows.c - see revote_rows.h. A row needs its own cells and those of the first strategy at
 * its k, so rows are filled side by side; Holm's correction and the front come after. */
#include "evals/revote_rows.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"

#define CONFIDENCE 0.95
#define BOOT_RESAMPLES 10000

struct fill {
    struct revote *r;
    const struct revote_cell *cells;
    size_t n_problems;
    bool *failed; /* [n_rows] no memory */
};

/* What a row's problems scored, beside the first strategy. */
struct columns {
    double *scores, *drawn, *base, *diffs; /* [n] */
    double *tokens;                /* [n] */
    double *means;                 /* [BOOT_RESAMPLES] */
    size_t n;
};

static bool columns_open(struct columns *c, size_t cap)
{
    *c = (struct columns){.scores = alloc_zero(cap, sizeof(double)),
                          .drawn = alloc_zero(cap, sizeof(double)),
                          .base = alloc_zero(cap, sizeof(double)),
                          .diffs = alloc_zero(cap, sizeof(double)),
                          .tokens = alloc_zero(cap, sizeof(double)),
                          .means = alloc_zero(BOOT_RESAMPLES, sizeof(double))};
    return c->scores && c->drawn && c->base && c->diffs && c->tokens && c->means;
}

static void columns_close(struct columns *c)
{
    alloc_free(c->scores);
    alloc_free(c->drawn);
    alloc_free(c->base);
    alloc_free(c->diffs);
    alloc_free(c->tokens);
    alloc_free(c->means);
}

/* ---- a row ---------------------------------------------------------------------------------- */

/* Adds up the cells of a row, problem by problem. */
static void collect(struct revote_row *row, struct columns *c, const struct fill *f, size_t at)
{
    const size_t first = at - at % f->r->n_strategies;
    double base_tokens = 0;
    bool exact = false;
    for (size_t i = 0; i < f->n_problems; i++) {
        const struct revote_cell *cell = &f->cells[i * f->r->n_rows + at];
        const struct revote_cell *base = &f->cells[i * f->r->n_rows + first];
        if (!cell->used)
            continue;
        c->scores[c->n] = cell->score;
        c->drawn[c->n] = cell->drawn;
        c->base[c->n] = base->drawn;
        c->diffs[c->n] = cell->drawn - base->drawn;
        c->tokens[c->n++] = cell->tokens;
        base_tokens += base->tokens;
        row->tokens += cell->tokens;
        row->ballots += cell->ballots;
        row->share += cell->share;
        row->n_votes = cell->n_votes > row->n_votes ? cell->n_votes : row->n_votes;
        exact = exact || cell->n_votes == 0;
    }
    row->n_problems = c->n;
    row->saved = 1 - row->tokens / base_tokens;
    row->tokens /= (double)c->n;
    row->ballots /= (double)c->n;
    row->share /= (double)c->n;
    row->n_votes = exact ? 0 : row->n_votes;
}

static void mean_of(double *mean, double *se, const double *values, size_t n)
{
    double squares = 0;
    *mean = 0;
    for (size_t i = 0; i < n; i++)
        *mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - *mean) * (values[i] - *mean);
    *se = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
}

static struct stats_interval bootstrap(const struct columns *c, uint64_t seed)
{
    const double tail = 0.5 * (1 - CONFIDENCE);
    struct stats_support support[STATS_BOOT_SUPPORT];
    if (c->n > STATS_BOOT_N)
        return stats_bootstrap(c->means, BOOT_RESAMPLES, c->diffs, c->n, CONFIDENCE, seed);
    size_t n = stats_bootstrap_exact(support, c->diffs, c->n);
    return (struct stats_interval){stats_support_quantile(support, n, tail),
                                   stats_support_quantile(support, n, 1 - tail)};
}

static bool all_or_nothing(const struct columns *c)
{
    for (size_t i = 0; i < c->n; i++)
        if ((c->drawn[i] != 0 && c->drawn[i] != 1) || (c->base[i] != 0 && c->base[i] != 1))
            return false;
    return true;
}

/* Problems without a difference are left out: they change no sum whatever their sign. */
static double sign_flip(struct columns *c, uint64_t seed)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->diffs[i] == 0)
            continue;
        c->base[n] = c->base[i];
        c->drawn[n++] = c->drawn[i];
    }
    return n ? stats_paired(c->base, c->drawn, n, CONFIDENCE, seed).p_flip : 1;
}

static void compare(struct revote_row *row, struct columns *c, uint64_t seed)
{
    mean_of(&row->diff, &row->diff_se, c->diffs, c->n);
    row->boot = bootstrap(c, seed);
    row->mcnemar = all_or_nothing(c);
    row->p = row->mcnemar ? stats_mcnemar_p(c->diffs, c->n) : sign_flip(c, seed);
}

static void fill_row(const struct fill *f, size_t at, struct columns *c)
{
    struct revote_row *row = &f->r->rows[at];
    double mean;
    c->n = 0;
    row->tokens = row->ballots = row->share = 0;
    row->accuracy = row->se = row->diff = row->diff_se = row->p = row->p_holm = NAN;
    row->boot = (struct stats_interval){NAN, NAN};
    collect(row, c, f, at);
    mean_of(&mean, &row->tokens_se, c->tokens, c->n);
    if (!f->r->graded || c->n == 0)
        return;
    mean_of(&row->accuracy, &row->se, c->scores, c->n);
    if (at % f->r->n_strategies != 0)
        compare(row, c, f->r->seed);
}

static void fill_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct fill *f = ctx;
    struct columns c;
    bool ok = columns_open(&c, f->n_problems);
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        f->failed[i] = !ok;
        if (ok)
            fill_row(f, i, &c);
    }
    columns_close(&c);
}

/* ---- all rows ------------------------------------------------------------------------------- */

void revote_holm(double *adjusted, size_t *order, const double *p, size_t n)
{
    size_t n_tests = 0;
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = n_tests;
        adjusted[i] = NAN;
        if (isnan(p[i]))
            continue;
        for (; j > 0 && p[order[j - 1]] > p[i]; j--)
            order[j] = order[j - 1];
        order[j] = i;
        n_tests++;
    }
    for (size_t i = 0; i < n_tests; i++) {
        most = fmax(most, fmin(1, (double)(n_tests - i) * p[order[i]]));
        adjusted[order[i]] = most;
    }
}

static enum revote_noise noise_of(const struct revote_row *row)
{
    if (!(row->p < REVOTE_LEVEL) || (row->boot.low <= 0 && row->boot.high >= 0))
        return REVOTE_WITHIN;
    return row->p_holm < REVOTE_LEVEL ? REVOTE_BEYOND : REVOTE_ALONE;
}

/* The comparisons at one k: rows [n_strategies]. */
static bool correct(struct revote_row *rows, size_t n)
{
    double *p = alloc_zero(n, sizeof *p), *adjusted = alloc_zero(n, sizeof *adjusted);
    size_t *order = alloc_zero(n, sizeof *order);
    bool ok = p && adjusted && order;
    for (size_t i = 0; i < n && ok; i++)
        p[i] = rows[i].p;
    if (ok)
        revote_holm(adjusted, order, p, n);
    for (size_t i = 0; i < n && ok; i++) {
        rows[i].p_holm = adjusted[i];
        rows[i].noise = noise_of(&rows[i]);
    }
    alloc_free(p);
    alloc_free(adjusted);
    alloc_free(order);
    return ok;
}

static bool beats(const struct revote_row *a, const struct revote_row *b)
{
    return a->accuracy >= b->accuracy && a->tokens <= b->tokens &&
           (a->accuracy > b->accuracy || a->tokens < b->tokens || a < b);
}

static void mark_front(struct revote *r)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        size_t j = 0;
        while (j < r->n_rows && !beats(&r->rows[j], &r->rows[i]))
            j++;
        r->rows[i].pareto = r->graded && j == r->n_rows;
    }
}

static sheaf_code check_rows(const struct fill *f, sheaf_error *err)
{
    for (size_t i = 0; i < f->r->n_rows; i++) {
        if (f->failed[i])
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "votes", "no memory for %zu problems",
                              f->n_problems);
        if (f->r->rows[i].n_problems == 0)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "k", "%zu; no problem has so many traces",
                              f->r->rows[i].k);
    }
    return SHEAF_OK;
}

sheaf_code revote_rows_fill(struct revote *r, const struct revote_cell *cells, size_t n_problems,
                            pool *threads, sheaf_error *err)
{
    struct fill f = {r, cells, n_problems, alloc_zero(r->n_rows, sizeof *f.failed)};
    bool ok = f.failed != NULL;
    sheaf_code rc = SHEAF_OK;
    if (ok) {
        pool_run(threads, r->n_rows, 1, fill_rows, &f);
        rc = check_rows(&f, err);
    }
    for (size_t i = 0; ok && !rc && i < r->n_rows; i += r->n_strategies)
        ok = correct(&r->rows[i], r->n_strategies);
    if (ok && !rc)
        mark_front(r);
    alloc_free(f.failed);
    return ok ? rc : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "votes", "no memory for %zu rows", r->n_rows);
}
