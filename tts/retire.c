/* retire.c - the end of a trace: its slot is freed, its text read, its answer found, its arithmetic
 * checked. */
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "tts/known.h"
#include "tts/run.h"
#include "tts/steps.h"

/* The trace's answer, which its finish calls for. */
static sheaf_code keep_answer(struct run *r, struct trace *t, const char *answer, sheaf_error *err)
{
    const sheaf_judge *j = r->judge;
    t->answer = alloc_strndup(answer, strlen(answer));
    if (!t->answer)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "trace", "no memory for an answer");
    t->pub.answer = t->answer;
    t->pub.answer_class = run_classify(r, t->answer);
    t->fits = !j->fits || j->fits(j->ctx, t->answer);
    return SHEAF_OK;
}

static void check_steps(struct trace *t)
{
    struct steps s = {0, 0};
    steps_count(&s, (text){t->text, t->pub.text_len});
    t->pub.steps_right = s.right;
    t->pub.steps_wrong = s.wrong;
}

/* A known trace that was not played to its end has no answer to look for, and no text. */
static sheaf_code read_text(const struct run *r, struct trace *t, const sheaf_trace *known,
                            sheaf_error *err)
{
    if (!known)
        return sheaf_engine_detokenize(r->e, &t->text, &t->pub.text_len, t->tokens,
                                       t->pub.n_tokens, err);
    t->pub.text_len = known_is_whole(t, known) ? known->text_len : 0;
    t->text = alloc_strndup(t->pub.text_len ? known->text : "", t->pub.text_len);
    return t->text ? SHEAF_OK : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "trace", "no memory for a text");
}

static sheaf_code read_answer(struct run *r, struct trace *t, const sheaf_trace *known,
                              const char *probed, sheaf_error *err)
{
    char answer[4097];
    sheaf_code rc = read_text(r, t, known, err);
    if (rc)
        return rc;
    t->pub.text = t->text;
    check_steps(t);
    if (known)
        return known_has_answer(t, known) ? keep_answer(r, t, known->answer, err) : SHEAF_OK;
    if (t->pub.finish == SHEAF_FINISH_PROBE)
        return keep_answer(r, t, probed, err);
    if (!sheaf_finish_answers(t->pub.finish) ||
        !r->judge->extract(r->judge->ctx, answer, sizeof answer, t->text, t->pub.text_len))
        return SHEAF_OK;
    return keep_answer(r, t, answer, err);
}

sheaf_code run_retire(struct run *r, struct slot *s, enum sheaf_finish finish, sheaf_error *err)
{
    struct trace *t = s->trace;
    const sheaf_trace *known = s->known;
    t->state = TRACE_DONE;
    t->pub.finish = finish;
    t->pub.end_s = run_seconds(r);
    t->pub.self_certainty = known && known_is_whole(t, known)
                                ? known->self_certainty
                                : (float)(t->self_certainty_sum / (double)(t->pub.n_tokens + 1));
    probe_drop(&s->probe);
    sheaf_session_close(s->session);
    s->session = NULL;
    s->known = NULL;
    s->trace = NULL;
    r->n_live--;
    r->n_decoding -= !known;
    sheaf_code rc = read_answer(r, t, known, s->probe.answer, err);
    if (!rc)
        run_event(r, SHEAF_EVENT_TRACE, t);
    return rc;
}

int run_classify(struct run *r, const char *answer)
{
    for (size_t i = 0; i < r->n_values; i++)
        if (r->judge->equal(r->judge->ctx, r->values[i].answer, answer))
            return (int)i;
    r->values[r->n_values].answer = answer;
    return (int)r->n_values++;
}
