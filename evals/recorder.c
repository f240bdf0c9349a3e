/* recorder.c - see recorder.h. */
#include "evals/recorder.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "tts/confidence.h"

#define CANONICAL_BYTES 8192

/* ---- a record ------------------------------------------------------------------------------- */

static sheaf_code no_memory(const struct recorder *rec, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, rec->origin.problem, "no memory for a record");
}

/* Statistics from the confidences themselves: those of `t` are not set before the run ends. */
static bool summarize(struct trace_record *r, const sheaf_trace *t, size_t window)
{
    struct conf_summary s;
    r->mean = (float)conf_tail(t->confidence, t->n_tokens, t->n_tokens);
    r->tail = (float)conf_tail(t->confidence, t->n_tokens, CONF_TAIL);
    r->window = window;
    r->bottom10 = r->lowest = NAN;
    if (window == 0)
        return true;
    double *scratch = alloc_zero(t->n_tokens, sizeof *scratch);
    if (!scratch)
        return false;
    conf_summarize(&s, scratch, t->confidence, t->n_tokens, window, CONF_TAIL);
    alloc_free(scratch);
    r->bottom10 = (float)s.bottom10;
    r->lowest = (float)s.lowest;
    return true;
}

static void grade(struct trace_record *r, const struct recorder *rec, const sheaf_trace *t,
                  char *canonical)
{
    const struct grader *g = rec->grader;
    r->answer = t->answer;
    if (t->answer && g->canonical(g->ctx, canonical, CANONICAL_BYTES, t->answer))
        r->canonical = canonical;
    r->verdict = TRACE_UNGRADED;
    if (r->gold)
        r->verdict = t->answer && g->right(g->ctx, r->gold, t->answer) ? TRACE_RIGHT : TRACE_WRONG;
}

static sheaf_code add_with_text(struct recorder *rec, struct trace_record *r, const sheaf_trace *t,
                                sheaf_error *err)
{
    uint32_t *text_bytes = NULL;
    sheaf_code rc = SHEAF_OK;
    if (rec->engine) {
        text_bytes = alloc_zero(t->n_tokens, sizeof *text_bytes);
        rc = text_bytes ? sheaf_engine_text_bytes(rec->engine, text_bytes, t->tokens, t->n_tokens,
                                                  err)
                        : no_memory(rec, err);
    }
    if (!rc)
        rc = trace_log_add(rec->log, r, t->tokens, t->confidence, text_bytes, err);
    alloc_free(text_bytes);
    return rc;
}

sheaf_code recorder_add(struct recorder *rec, const sheaf_trace *t, size_t window,
                        sheaf_error *err)
{
    char canonical[CANONICAL_BYTES];
    struct trace_record r = rec->origin;
    if (t->finish == SHEAF_FINISH_CANCELLED ||
        trace_table_find(&rec->log->table, r.problem, r.strategy, t->id))
        return SHEAF_OK;
    r.id = t->id;
    r.finish = t->finish;
    r.n_tokens = t->n_tokens;
    r.n_probes = t->n_probes;
    r.n_probe_tokens = t->n_probe_tokens;
    r.self_certainty = t->self_certainty;
    r.start_s = rec->earlier_s + t->start_s;
    r.end_s = rec->earlier_s + t->end_s;
    r.body = (text){t->text ? t->text : "", t->text_len};
    grade(&r, rec, t, canonical);
    return summarize(&r, t, window) ? add_with_text(rec, &r, t, err) : no_memory(rec, err);
}

/* ---- beside a run --------------------------------------------------------------------------- */

static void on_event(void *ctx, const sheaf_event *e)
{
    struct recorder *rec = ctx;
    rec->n_ended += e->kind == SHEAF_EVENT_TRACE;
    if (e->kind == SHEAF_EVENT_TRACE && e->trace && !rec->rc)
        rec->rc = recorder_add(rec, e->trace, e->so_far ? e->so_far->window : 0, &rec->err);
    if (rec->rc || (rec->cancel && *rec->cancel))
        rec->stop = 1;
    if (rec->on_event)
        rec->on_event(rec->on_event_ctx, e);
}

static sheaf_code load_known(struct recorder *rec, sheaf_error *err)
{
    struct trace_files files = {.records.size = 0};
    const struct trace_record *r = &rec->origin;
    sheaf_code rc = trace_files_open(&files, rec->log->dir->path, err);
    if (!rc)
        rc = trace_set_load(&rec->known, &rec->log->table, &files, r->problem, r->strategy, err);
    trace_files_close(&files);
    for (size_t i = 0; i < rec->known.n; i++)
        rec->earlier_s = fmax(rec->earlier_s, rec->known.traces[i].end_s);
    return rc;
}

sheaf_code recorder_begin(struct recorder *rec, sheaf_solve_options *o, sheaf_error *err)
{
    sheaf_code rc = load_known(rec, err);
    if (rc)
        return rc;
    rec->on_event = o->on_event;
    rec->on_event_ctx = o->on_event_ctx;
    rec->cancel = o->cancel;
    rec->stop = rec->cancel && *rec->cancel;
    o->on_event = on_event;
    o->on_event_ctx = rec;
    o->cancel = &rec->stop;
    o->known = rec->known.traces;
    o->n_known = rec->known.n;
    return SHEAF_OK;
}

sheaf_code recorder_end(struct recorder *rec, sheaf_code rc, sheaf_error *err)
{
    trace_set_free(&rec->known);
    if (!rec->rc)
        return rc;
    if (err)
        *err = rec->err;
    return rec->rc;
}
