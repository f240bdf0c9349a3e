/* revote_desk.c - see revote_desk.h. */
#include "evals/revote_desk.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/rng.h"
#include "tts/run.h"

static sheaf_code no_memory(const char *problem, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, problem, "no memory for its votes");
}

/* Runs options over the k known traces, which get the ids 0 .. k - 1 in their order. */
static sheaf_code replay(sheaf_result **out, struct desk *d, size_t k,
                         const sheaf_solve_options *options, const sheaf_judge *judge,
                         sheaf_error *err)
{
    sheaf_solve_options o = *options;
    sheaf_error why = {0};
    for (size_t i = 0; i < k; i++)
        d->known[i].id = (uint32_t)i;
    o.known = d->known;
    o.n_known = o.traces = k;
    o.only_trace = -1;
    o.on_event = NULL;
    o.cancel = NULL;
    sheaf_code rc = sheaf_solve(out, NULL, d->problem, &o, judge, &why);
    return rc ? SHEAF_FAIL(err, rc, d->problem, "%.80s: %.160s", why.source, why.message) : rc;
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool allocate(struct desk *d)
{
    d->ballots = alloc_zero(d->n, sizeof *d->ballots);
    d->right = alloc_zero(d->n, sizeof *d->right);
    d->picks = alloc_zero(d->n, sizeof *d->picks);
    d->drawn = alloc_zero(d->n, sizeof *d->drawn);
    d->weights = alloc_zero(d->n, sizeof *d->weights);
    d->entries = alloc_zero(d->n, sizeof *d->entries);
    d->classes = alloc_zero(d->n, sizeof *d->classes);
    d->known = alloc_zero(d->n, sizeof *d->known);
    d->scratch = alloc_zero(vote_scratch_bytes(d->n), 1);
    d->spellings = alloc_zero(d->n, sizeof *d->spellings);
    return d->ballots && d->right && d->picks && d->drawn && d->weights && d->entries &&
           d->classes && d->known && d->scratch && d->spellings;
}

static const struct desk_spelling *spelling_of(const struct desk *d, const char *answer)
{
    for (size_t i = 0; i < d->n_spellings; i++)
        if (strcmp(d->spellings[i].answer, answer) == 0)
            return &d->spellings[i];
    return NULL;
}

static void list_spellings(struct desk *d, const sheaf_judge *judge)
{
    for (size_t i = 0; i < d->n; i++) {
        const sheaf_trace *t = &d->whole->traces[i];
        if (t->answer && !spelling_of(d, t->answer))
            d->spellings[d->n_spellings++] = (struct desk_spelling){
                t->answer, t->answer_class, !judge->fits || judge->fits(judge->ctx, t->answer)};
    }
}

/* A class is right when the traces that gave it were graded so. */
static void read_whole(struct desk *d, const sheaf_solve_options *o)
{
    for (size_t i = 0; i < d->n; i++) {
        const sheaf_trace *t = &d->whole->traces[i];
        enum trace_verdict verdict = d->set.entries[i]->r.verdict;
        d->ballots[i] = run_ballot(t, run_calibration(o));
        if (!t->votes)
            d->ballots[i].answer = VOTE_NONE;
        d->graded = d->graded || verdict != TRACE_UNGRADED;
        if (t->answer_class >= 0 && verdict == TRACE_RIGHT)
            d->right[t->answer_class] = true;
    }
}

static sheaf_code fill(struct desk *d, const sheaf_solve_options *settings,
                       const sheaf_judge *judge, sheaf_error *err)
{
    sheaf_solve_options o = *settings;
    o.strategy = "self-consistency";
    o.cut = o.vote = o.stop = NULL;
    d->n = d->set.n;
    if (!allocate(d))
        return no_memory(d->problem, err);
    if (d->n == 0)
        return SHEAF_OK;
    memcpy(d->known, d->set.traces, d->n * sizeof *d->known);
    sheaf_code rc = replay(&d->whole, d, d->n, &o, judge, err);
    if (rc)
        return rc;
    read_whole(d, &o);
    list_spellings(d, judge);
    return SHEAF_OK;
}

sheaf_code desk_open(struct desk *out, const struct run_reader *run, const char *problem,
                     const char *source, const sheaf_solve_options *o, const sheaf_judge *judge,
                     sheaf_error *err)
{
    struct desk d = {.problem = problem};
    sheaf_code rc = trace_set_load(&d.set, &run->table, &run->files, problem, source, err);
    if (!rc)
        rc = fill(&d, o, judge, err);
    if (rc)
        desk_close(&d);
    else
        *out = d;
    return rc;
}

void desk_close(struct desk *d)
{
    sheaf_result_free(d->whole);
    trace_set_free(&d->set);
    alloc_free(d->ballots);
    alloc_free(d->right);
    alloc_free(d->picks);
    alloc_free(d->drawn);
    alloc_free(d->weights);
    alloc_free(d->entries);
    alloc_free(d->classes);
    alloc_free(d->known);
    alloc_free(d->scratch);
    alloc_free(d->spellings);
    *d = (struct desk){.problem = NULL};
}

/* ---- votes ---------------------------------------------------------------------------------- */

void desk_pick(struct desk *d, size_t k, uint64_t seed, uint64_t draw)
{
    uint64_t stream = hash_bytes(d->problem, strlen(d->problem), draw);
    for (size_t i = 0; i < d->n; i++)
        d->picks[i] = i;
    for (size_t i = 0; i < k && k < d->n; i++) {
        size_t j = i + (size_t)(rng_uniform(seed, stream, i) * (double)(d->n - i));
        size_t pick = d->picks[j];
        d->picks[j] = d->picks[i];
        d->picks[i] = pick;
    }
}

/* The k ballots drawn; classes are numbered anew in order of appearance, as a run of them would.
 * Returns how many there are. */
static int32_t draw_ballots(struct desk *d, size_t k)
{
    int32_t n = 0;
    for (size_t i = 0; i < k; i++) {
        d->drawn[i] = d->ballots[d->picks[i]];
        int32_t class = d->drawn[i].answer, known = 0;
        if (class == VOTE_NONE)
            continue;
        while (known < n && d->classes[known] != class)
            known++;
        if (known == n)
            d->classes[n++] = class;
        d->drawn[i].answer = known;
    }
    return n;
}

static void vote_offline(struct desk_outcome *out, struct desk *d, size_t k,
                         const struct vote_rule *rule, size_t min_ballots)
{
    struct vote_box box;
    *out = (struct desk_outcome){.answer = VOTE_NONE};
    vote_box_init(&box, d->entries, (size_t)draw_ballots(d, k));
    vote_weigh(rule, d->weights, d->drawn, k, min_ballots, d->scratch);
    for (size_t i = 0; i < k; i++) {
        out->tokens += (double)d->whole->traces[d->picks[i]].n_tokens;
        if (d->weights[i] > 0.0)
            vote_box_add(&box, d->drawn[i].answer, d->weights[i]);
    }
    out->answer = box.leader == VOTE_NONE ? VOTE_NONE : d->classes[box.leader];
    out->share = vote_box_share(&box);
    out->ballots = (double)box.ballots;
}

/* ---- replays --------------------------------------------------------------------------------- */

/* What is known of the answers, as a judge: a verifier would be asked the same again and again. */

static bool never_asked(void *ctx, char *out, size_t cap, const char *body, size_t len)
{
    (void)ctx, (void)out, (void)cap, (void)body, (void)len;
    return false; /* known traces bring their answers */
}

static bool same_class(void *ctx, const char *a, const char *b)
{
    const struct desk_spelling *x = spelling_of(ctx, a), *y = spelling_of(ctx, b);
    return strcmp(a, b) == 0 || (x && y && x->class == y->class);
}

static bool spelling_fits(void *ctx, const char *answer)
{
    const struct desk_spelling *s = spelling_of(ctx, answer);
    return s && s->fits;
}

static sheaf_code vote_replayed(struct desk_outcome *out, struct desk *d, size_t k,
                                const struct desk_rule *rule, sheaf_error *err)
{
    const sheaf_judge judge = {d, never_asked, same_class, spelling_fits};
    sheaf_result *r = NULL;
    for (size_t i = 0; i < k; i++) {
        d->known[i] = d->set.traces[d->picks[i]];
        if (!rule->reads_text)
            d->known[i].text_len = 0;
    }
    sheaf_code rc = replay(&r, d, k, &rule->options, &judge, err);
    if (rc)
        return rc;
    const struct desk_spelling *s = r->answer ? spelling_of(d, r->answer) : NULL;
    *out = (struct desk_outcome){.answer = s ? s->class : VOTE_NONE, .share = r->share,
                                 .tokens = (double)r->tokens};
    for (size_t i = 0; i < r->n_votes; i++)
        out->ballots += (double)r->votes[i].ballots;
    sheaf_result_free(r);
    return SHEAF_OK;
}

sheaf_code desk_vote(struct desk_outcome *out, struct desk *d, size_t k,
                     const struct desk_rule *rule, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    if (rule->offline)
        vote_offline(out, d, k, rule->offline, rule->options.min_ballots);
    else
        rc = vote_replayed(out, d, k, rule, err);
    if (!rc)
        out->right = out->answer != VOTE_NONE && d->right[out->answer];
    return rc;
}

const char *desk_answer(const struct desk *d, int32_t class)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->whole->traces[i].answer_class == class && d->whole->traces[i].answer)
            return d->whole->traces[i].answer;
    return NULL;
}
