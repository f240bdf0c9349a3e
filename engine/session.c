/* session.c - timelines: open, fork, close, and their pages.
 *
 * A session has a page table for each class of layers. That of layers which see a limited number of
 * positions is a moving range: what lies before the first position that the next token can see is
 * given back after every step, and freed when no fork holds it either. */
#include <assert.h>
#include <string.h>

#include "base/fail.h"
#include "engine/decoder.h"

sheaf_code sheaf_session_open(sheaf_session **out, sheaf_decoder *d, sheaf_error *err)
{
    for (size_t i = 0; i < d->max_sessions; i++) {
        struct sheaf_session *s = &d->sessions[i];
        if (s->live)
            continue;
        s->live = true;
        s->n_tokens = 0;
        s->state = NO_STATE;
        *out = s;
        return SHEAF_OK;
    }
    return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "decoder", "all %zu sessions are live",
                      d->max_sessions);
}

/* s, which holds nothing, gets the past of another session. */
static void share(struct sheaf_session *s, const struct sheaf_session *other)
{
    s->n_tokens = other->n_tokens;
    for (int k = 0; k < KV_CLASSES; k++) {
        struct page_table *t = &s->tables[k];
        const struct page_table *from = &other->tables[k];
        t->first = from->first;
        t->end = from->end;
        for (size_t i = t->first; i < t->end; i++) {
            t->pages[i] = from->pages[i];
            kvcache_ref(&s->d->kv[k], t->pages[i]);
        }
    }
    s->state = other->state;
    state_ref(&s->d->states, s->state);
}

static void drop_pages(struct kvcache *kv, struct page_table *t, size_t before)
{
    for (; t->first < t->end && t->first < before; t->first++)
        kvcache_unref(kv, t->pages[t->first]);
}

static void release(struct sheaf_session *s)
{
    for (int k = 0; k < KV_CLASSES; k++) {
        drop_pages(&s->d->kv[k], &s->tables[k], SIZE_MAX);
        s->tables[k].first = s->tables[k].end = 0;
    }
    state_unref(&s->d->states, s->state);
    s->n_tokens = 0;
    s->state = NO_STATE;
}

sheaf_code sheaf_session_fork(sheaf_session **out, const sheaf_session *parent, sheaf_error *err)
{
    struct sheaf_decoder *d = parent->d;
    struct sheaf_session *s;
    sheaf_code rc = sheaf_session_open(&s, d, err);
    if (rc)
        return rc;
    share(s, parent);
    *out = s;
    return SHEAF_OK;
}

sheaf_code sheaf_session_rewind(sheaf_session *s, const sheaf_session *checkpoint, sheaf_error *err)
{
    if (!s->live || !checkpoint->live || s->d != checkpoint->d)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder",
                          "a rewind between sessions that are not live in one decoder");
    if (s == checkpoint)
        return SHEAF_OK;
    release(s);
    share(s, checkpoint);
    return SHEAF_OK;
}

void sheaf_session_close(sheaf_session *s)
{
    if (!s || !s->live)
        return;
    release(s);
    s->live = false;
}

size_t sheaf_session_length(const sheaf_session *s)
{
    return s->n_tokens;
}

/* True when the next token goes into a page that others see too. */
static bool writes_shared_page(const struct sheaf_session *s, enum kv_class kind)
{
    const struct page_table *t = &s->tables[kind];
    size_t page = s->n_tokens / KV_PAGE;
    return page < t->end && s->d->kv[kind].refs[t->pages[page]] > 1;
}

/* End of the table when the session has n_tokens. */
static size_t end_for(const struct kvcache *kv, size_t n_tokens)
{
    return kv->page_bytes ? (n_tokens + KV_PAGE - 1) / KV_PAGE : 0;
}

size_t session_pages_needed(const struct sheaf_session *s, enum kv_class kind, size_t n_tokens)
{
    return end_for(&s->d->kv[kind], s->n_tokens + n_tokens) - s->tables[kind].end +
           writes_shared_page(s, kind);
}

static void extend_table(struct sheaf_session *s, enum kv_class kind, size_t n_tokens)
{
    struct kvcache *kv = &s->d->kv[kind];
    struct page_table *t = &s->tables[kind];
    if (writes_shared_page(s, kind)) {
        int32_t *page = &t->pages[s->n_tokens / KV_PAGE];
        *page = kvcache_own(kv, *page);
        assert(*page >= 0);
    }
    for (size_t end = end_for(kv, s->n_tokens + n_tokens); t->end < end; t->end++) {
        t->pages[t->end] = kvcache_take(kv);
        assert(t->pages[t->end] >= 0);
    }
}

void session_extend(struct sheaf_session *s, size_t n_tokens)
{
    for (int k = 0; k < KV_CLASSES; k++)
        extend_table(s, (enum kv_class)k, n_tokens);
}

void session_advance(struct sheaf_session *s, size_t n_tokens)
{
    const struct hparams *h = &s->d->e->h;
    s->n_tokens += n_tokens;
    if (h->n_sight)
        drop_pages(&s->d->kv[KV_LIMITED], &s->tables[KV_LIMITED],
                   hparams_first_seen(h, s->n_tokens) / KV_PAGE);
}
