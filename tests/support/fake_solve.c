/* fake_solve.c - see fake_solve.h. */
#include "tests/support/fake_solve.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

#define ANSWERS_MAX 64
#define TOKENS_MAX 20
#define WIDTH_MAX 16

struct fake_result {
    sheaf_result pub;
    sheaf_trace traces[ANSWERS_MAX];
    sheaf_vote votes[ANSWERS_MAX];
    char answers[ANSWERS_MAX][2];
    int32_t tokens[TOKENS_MAX];
    float confidence[TOKENS_MAX];
};

/* More ballots, or as many and the first to vote. */
static bool leads(const sheaf_vote *a, const sheaf_vote *b)
{
    return a->ballots != b->ballots ? a->ballots > b->ballots : a->answer_class < b->answer_class;
}

/* Unit votes in order of weight, first voter first among equals. */
static size_t count_votes(const sheaf_result *r, const char *rule, sheaf_vote *out, size_t cap)
{
    size_t n = 0, total = 0;
    (void)rule;
    for (size_t i = 0; i < r->n_traces; i++) {
        const sheaf_trace *t = &r->traces[i];
        size_t at = 0;
        if (!t->answer)
            continue;
        while (at < n && out[at].answer_class != t->answer_class)
            at++;
        if (at == n && n < cap)
            out[n++] = (sheaf_vote){.answer = t->answer, .answer_class = t->answer_class};
        out[at].ballots++;
        total++;
        for (; at > 0 && leads(&out[at], &out[at - 1]); at--) {
            sheaf_vote v = out[at];
            out[at] = out[at - 1];
            out[at - 1] = v;
        }
    }
    for (size_t i = 0; i < n; i++)
        out[i].share = (double)out[i].ballots / (double)total;
    return n;
}

static int class_of(const struct fake_result *f, size_t trace)
{
    int next = 0;
    for (size_t i = 0; i < trace; i++) {
        if (f->traces[i].answer && strcmp(f->traces[i].answer, f->answers[trace]) == 0)
            return f->traces[i].answer_class;
        if (f->traces[i].answer_class >= next)
            next = f->traces[i].answer_class + 1;
    }
    return next;
}

static void fill_trace(struct fake_result *f, size_t i, char answer, bool cut, uint64_t seed)
{
    sheaf_trace *t = &f->traces[i];
    bool answers = answer != '-' && !cut;
    f->answers[i][0] = answer;
    *t = (sheaf_trace){.id = (uint32_t)i,
                       .finish = cut ? SHEAF_FINISH_CUT : SHEAF_FINISH_STOP,
                       .n_tokens = cut ? 4 : 10 + (size_t)(seed % 7),
                       .tokens = f->tokens,
                       .confidence = f->confidence,
                       .text = f->answers[i],
                       .text_len = 1,
                       .answer_class = -1,
                       .mean = 3.5f + (float)i,
                       .end_s = 0.1 * (double)(i + 1)};
    if (answers) {
        t->answer = f->answers[i];
        t->answer_class = class_of(f, i);
    }
    f->pub.tokens += t->n_tokens;
    f->pub.n_cut += cut;
    f->pub.n_stopped += !cut;
}

/* Traces end one after the other; a cancelled run ends half of them, and cancels the others. */
static void tell_ended(struct fake_result *f, const sheaf_solve_options *o)
{
    for (size_t i = 0; i < f->pub.n_traces; i++) {
        sheaf_trace *t = &f->traces[i];
        const sheaf_event e = {.kind = SHEAF_EVENT_TRACE, .so_far = &f->pub, .trace = t};
        if (f->pub.partial && i >= f->pub.n_traces / 2)
            t->finish = SHEAF_FINISH_CANCELLED;
        if (o->on_event)
            o->on_event(o->on_event_ctx, &e);
    }
}

static sheaf_code fake_run(void *ctx, sheaf_result **out, const char *question,
                           const sheaf_solve_options *o, const sheaf_judge *judge, sheaf_error *err)
{
    struct fake_solve *state = ctx;
    (void)judge;
    if (++state->n_calls == state->fail_at)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "question", "is a fake fault");
    struct fake_result *f = calloc(1, sizeof *f);
    if (!f)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "fake", "no memory");
    bool online = strcmp(o->strategy, "deepconf-online") == 0;
    size_t n_answers = (strlen(question) + 1) / 2;
    for (size_t i = 0; i < o->traces; i++)
        fill_trace(f, i, question[2 * (i % n_answers)], online && i + 1 == o->traces, o->seed);
    f->pub.traces = f->traces;
    f->pub.n_traces = o->traces;
    f->pub.votes = f->votes;
    f->pub.n_votes = count_votes(&f->pub, NULL, f->votes, ANSWERS_MAX);
    f->pub.seconds = 0.1 * (double)f->pub.tokens + 1.0 / 3.0;
    if (state->n_calls == state->cancel_at) {
        state->cancel = 1;
        f->pub.partial = true;
        f->pub.stop = SHEAF_STOP_CANCELLED;
    }
    tell_ended(f, o);
    *out = &f->pub;
    return SHEAF_OK;
}

static void fake_job(struct fake_solve *state, const sheaf_jobs *jobs, const sheaf_job *job)
{
    sheaf_result *r = NULL;
    sheaf_error err = {0};
    sheaf_code rc = fake_run(state, &r, job->question, job->options, job->judge, &err);
    jobs->done(jobs->ctx, job, r, rc ? &err : NULL);
}

static sheaf_code fake_many(void *ctx, const sheaf_jobs *jobs, sheaf_error *err)
{
    struct fake_solve *state = ctx;
    sheaf_job begun[WIDTH_MAX];
    size_t width = state->width ? state->width : 1, n;
    (void)err;
    do {
        for (n = 0; n < width && jobs->next(jobs->ctx, &begun[n]);)
            n++;
        for (size_t i = n; i-- > 0;)
            fake_job(state, jobs, &begun[i]);
    } while (n == width);
    return SHEAF_OK;
}

static void fake_release(sheaf_result *r)
{
    free(r);
}

struct eval_backend fake_backend(struct fake_solve *f)
{
    return (struct eval_backend){
        .ctx = f,
        .solve = fake_run,
        .solve_many = fake_many,
        .revote = count_votes,
        .release = fake_release,
        .model = {.name = "fake", .quantization = "F32", .chat_template = "none", .cpu = "ref",
                  .threads = 1, .hash = 0x1234},
    };
}

static bool fake_right(void *ctx, const char *gold, const char *answer)
{
    (void)ctx;
    return strcmp(gold, answer) == 0;
}

static bool fake_canonical(void *ctx, char *out, size_t cap, const char *answer)
{
    (void)ctx;
    if (strlen(answer) >= cap)
        return false;
    strcpy(out, answer);
    return true;
}

struct grader fake_grader(void)
{
    return (struct grader){.right = fake_right, .canonical = fake_canonical};
}
