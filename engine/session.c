/* session.c - timelines: open, fork, close, and their pages. */
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
        s->n_tokens = s->n_pages = 0;
        if (s->state)
            memset(s->state, 0, d->e->state_bytes);
        *out = s;
        return SHEAF_OK;
    }
    return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "decoder", "all %zu sessions are live",
                      d->max_sessions);
}

sheaf_code sheaf_session_fork(sheaf_session **out, const sheaf_session *parent, sheaf_error *err)
{
    struct sheaf_decoder *d = parent->d;
    struct sheaf_session *s;
    sheaf_code rc = sheaf_session_open(&s, d, err);
    if (rc)
        return rc;
    s->n_tokens = parent->n_tokens;
    s->n_pages = parent->n_pages;
    for (size_t i = 0; i < s->n_pages; i++) {
        s->pages[i] = parent->pages[i];
        kvcache_ref(&d->kv, s->pages[i]);
    }
    if (s->state)
        memcpy(s->state, parent->state, d->e->state_bytes);
    *out = s;
    return SHEAF_OK;
}

void sheaf_session_close(sheaf_session *s)
{
    if (!s || !s->live)
        return;
    for (size_t i = 0; i < s->n_pages; i++)
        kvcache_unref(&s->d->kv, s->pages[i]);
    s->n_pages = s->n_tokens = 0;
    s->live = false;
}

size_t sheaf_session_length(const sheaf_session *s)
{
    return s->n_tokens;
}

/* True when the next token goes into a page that others see too. */
static bool writes_shared_page(const struct sheaf_session *s)
{
    size_t page = s->n_tokens / KV_PAGE;
    return page < s->n_pages && s->d->kv.refs[s->pages[page]] > 1;
}

static size_t pages_for(size_t n_tokens)
{
    return (n_tokens + KV_PAGE - 1) / KV_PAGE;
}

size_t session_pages_needed(const struct sheaf_session *s, size_t n_tokens)
{
    return pages_for(s->n_tokens + n_tokens) - s->n_pages + writes_shared_page(s);
}

void session_extend(struct sheaf_session *s, size_t n_tokens)
{
    struct kvcache *kv = &s->d->kv;
    if (writes_shared_page(s)) {
        int32_t *page = &s->pages[s->n_tokens / KV_PAGE];
        *page = kvcache_own(kv, *page);
        assert(*page >= 0);
    }
    for (size_t n = pages_for(s->n_tokens + n_tokens); s->n_pages < n; s->n_pages++) {
        s->pages[s->n_pages] = kvcache_take(kv);
        assert(s->pages[s->n_pages] >= 0);
    }
}
