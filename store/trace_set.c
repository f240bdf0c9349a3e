/* trace_set.c - see trace_set.h. */
#include "store/trace_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "store/frame.h"

#define MEMORY_MAX ((size_t)16 << 30)

static sheaf_code no_memory(const char *problem, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, problem, "no memory for its traces");
}

static int by_id(const void *a, const void *b)
{
    const struct trace_entry *const *x = a, *const *y = b;
    return ((*x)->r.id > (*y)->r.id) - ((*x)->r.id < (*y)->r.id);
}

/* Entries of the problem and strategy into s->entries; with NULL only their number. */
static size_t collect(const struct trace_entry **out, const struct trace_table *t,
                      const char *problem, const char *strategy)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct trace_record *r = &t->items[i].r;
        if (strcmp(r->problem, problem) != 0 || strcmp(r->strategy, strategy) != 0)
            continue;
        if (out)
            out[n] = &t->items[i];
        n++;
    }
    return n;
}

/* Tokens, confidences and text bytes of trace i. */
static sheaf_code load_frame(struct trace_set *s, size_t i, const struct trace_files *f,
                             sheaf_error *err)
{
    const struct trace_record *r = &s->entries[i]->r;
    struct frame_out out = {.tokens = arena_take(&s->memory, r->n_tokens, sizeof *out.tokens),
                            .confidence = arena_take(&s->memory, r->n_tokens, sizeof(float)),
                            .text_bytes = arena_take(&s->memory, r->n_tokens, sizeof(uint32_t)),
                            .n = r->n_tokens};
    bool has_text_bytes = false;
    if (!out.tokens || !out.confidence || !out.text_bytes)
        return no_memory(r->problem, err);
    if (!trace_frame_intact(f, &r->frame))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, r->problem,
                          "the tokens of trace %u are damaged", (unsigned)r->id);
    sheaf_code rc =
        frame_unpack(&out, &has_text_bytes, trace_frame(f, &r->frame), r->problem, err);
    s->traces[i].tokens = out.tokens;
    s->traces[i].confidence = out.confidence;
    s->text_bytes[i] = has_text_bytes ? out.text_bytes : NULL;
    s->traces[i].text_bytes = s->text_bytes[i];
    return rc;
}

static sheaf_code load_trace(struct trace_set *s, size_t i, const struct trace_files *f,
                             sheaf_error *err)
{
    struct trace_record full;
    const struct trace_record *r = &s->entries[i]->r;
    if (!trace_record_read(&full, &s->memory, trace_line(f, s->entries[i]), true))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, r->problem, "the record of trace %u has changed",
                          (unsigned)r->id);
    s->traces[i] = (sheaf_trace){
        .id = r->id, .finish = r->finish, .n_tokens = r->n_tokens,
        .text = full.body.p ? full.body.p : "", .text_len = full.body.n,
        .answer = r->answer, .answer_class = -1,
        .mean = r->mean, .tail = r->tail, .bottom10 = r->bottom10, .lgc = r->lowest,
        .n_probes = full.n_probes, .n_probe_tokens = full.n_probe_tokens,
        .self_certainty = r->self_certainty, .start_s = r->start_s, .end_s = r->end_s,
    };
    return load_frame(s, i, f, err);
}

/* Room for n traces. */
static sheaf_code begin(struct trace_set *s, size_t n, const char *problem, sheaf_error *err)
{
    *s = (struct trace_set){.n = n};
    arena_init(&s->memory, MEMORY_MAX);
    s->traces = alloc_zero(n, sizeof *s->traces);
    s->entries = alloc_zero(n, sizeof *s->entries);
    s->text_bytes = alloc_zero(n, sizeof *s->text_bytes);
    return s->traces && s->entries && s->text_bytes ? SHEAF_OK : no_memory(problem, err);
}

/* Loads all entries, or releases the set. */
static sheaf_code finish(struct trace_set *out, struct trace_set *s, const struct trace_files *f,
                         sheaf_code rc, sheaf_error *err)
{
    for (size_t i = 0; i < s->n && !rc; i++)
        rc = load_trace(s, i, f, err);
    if (rc)
        trace_set_free(s);
    else
        *out = *s;
    return rc;
}

sheaf_code trace_set_load(struct trace_set *out, const struct trace_table *t,
                          const struct trace_files *f, const char *problem, const char *strategy,
                          sheaf_error *err)
{
    struct trace_set s;
    sheaf_code rc = begin(&s, collect(NULL, t, problem, strategy), problem, err);
    if (!rc) {
        collect(s.entries, t, problem, strategy);
        qsort(s.entries, s.n, sizeof *s.entries, by_id);
    }
    return finish(out, &s, f, rc, err);
}

sheaf_code trace_set_load_one(struct trace_set *out, const struct trace_entry *e,
                              const struct trace_files *f, sheaf_error *err)
{
    struct trace_set s;
    sheaf_code rc = begin(&s, 1, e->r.problem, err);
    if (!rc)
        s.entries[0] = e;
    return finish(out, &s, f, rc, err);
}

void trace_set_free(struct trace_set *s)
{
    arena_free(&s->memory);
    alloc_free(s->traces);
    alloc_free(s->entries);
    alloc_free(s->text_bytes);
    *s = (struct trace_set){.n = 0};
}
