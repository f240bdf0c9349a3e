/* snapshot.c - see snapshot.h. Layout: head, the pages of each class in order, the slot. */
#include "engine/snapshot.h"

#include <assert.h>
#include <string.h>

#include "base/fail.h"

struct head {
    uint64_t n_tokens;
    struct {
        uint64_t first, end, page_bytes;
    } tables[KV_CLASSES];
    uint64_t state_bytes;
};

static struct head head_of(const struct sheaf_session *s)
{
    struct head h = {.n_tokens = s->n_tokens};
    for (int k = 0; k < KV_CLASSES; k++) {
        h.tables[k].first = s->tables[k].first;
        h.tables[k].end = s->tables[k].end;
        h.tables[k].page_bytes = s->d->kv[k].page_bytes;
    }
    h.state_bytes = s->state == NO_STATE ? 0 : s->d->states.slot_bytes;
    return h;
}

static size_t body_bytes(const struct head *h)
{
    size_t bytes = h->state_bytes;
    for (int k = 0; k < KV_CLASSES; k++)
        bytes += (h->tables[k].end - h->tables[k].first) * h->tables[k].page_bytes;
    return bytes;
}

size_t snapshot_bytes(const struct sheaf_session *s)
{
    struct head h = head_of(s);
    return sizeof h + body_bytes(&h);
}

void snapshot_save(const struct sheaf_session *s, uint8_t *out)
{
    struct head h = head_of(s);
    assert(s->n_tokens % SNAPSHOT_GRAIN == 0);
    memcpy(out, &h, sizeof h);
    out += sizeof h;
    for (int k = 0; k < KV_CLASSES; k++) {
        const struct kvcache *kv = &s->d->kv[k];
        const struct page_table *t = &s->tables[k];
        for (size_t i = t->first; i < t->end; i++, out += kv->page_bytes)
            memcpy(out, kv->pages + (size_t)t->pages[i] * kv->page_bytes, kv->page_bytes);
    }
    if (h.state_bytes)
        memcpy(out, s->d->states.slots + (size_t)s->state * h.state_bytes, h.state_bytes);
}

/* The tables a session of this decoder has after n_tokens, with the room for them. */
static sheaf_code check_head(const struct sheaf_session *s, const struct head *h, size_t bytes,
                             sheaf_error *err)
{
    const struct sheaf_decoder *d = s->d;
    bool fits = h->n_tokens > 0 && h->n_tokens % SNAPSHOT_GRAIN == 0 &&
                h->n_tokens <= (uint64_t)1 << 30 && h->state_bytes == d->states.slot_bytes;
    for (int k = 0; k < KV_CLASSES; k++) {
        uint64_t end = d->kv[k].page_bytes ? h->n_tokens / KV_PAGE : 0;
        uint64_t first = k == KV_LIMITED && d->e->h.n_sight
                             ? hparams_first_seen(&d->e->h, (uint32_t)h->n_tokens) / KV_PAGE
                             : 0;
        fits = fits && h->tables[k].page_bytes == d->kv[k].page_bytes &&
               h->tables[k].end == end && h->tables[k].first == (first < end ? first : end);
    }
    if (!fits || bytes != sizeof *h + body_bytes(h))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "snapshot",
                          "%zu bytes for %llu tokens; not of this model's shape", bytes,
                          (unsigned long long)h->n_tokens);
    bool room = h->n_tokens <= d->max_positions;
    for (int k = 0; k < KV_CLASSES; k++)
        room = room && h->tables[k].end - h->tables[k].first <= d->kv[k].n_free;
    if (!room)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "snapshot", "no room for %llu tokens",
                          (unsigned long long)h->n_tokens);
    return SHEAF_OK;
}

sheaf_code snapshot_load(struct sheaf_session *s, const uint8_t *in, size_t bytes, sheaf_error *err)
{
    struct head h;
    assert(s->n_tokens == 0);
    if (bytes < sizeof h)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "snapshot", "%zu bytes; %zu at least are wanted",
                          bytes, sizeof h);
    memcpy(&h, in, sizeof h);
    sheaf_code rc = check_head(s, &h, bytes, err);
    if (rc)
        return rc;
    in += sizeof h;
    for (int k = 0; k < KV_CLASSES; k++) {
        struct kvcache *kv = &s->d->kv[k];
        struct page_table *t = &s->tables[k];
        t->first = (size_t)h.tables[k].first;
        for (t->end = t->first; t->end < h.tables[k].end; t->end++, in += kv->page_bytes) {
            t->pages[t->end] = kvcache_take(kv);
            memcpy(kv->pages + (size_t)t->pages[t->end] * kv->page_bytes, in, kv->page_bytes);
        }
    }
    if (h.state_bytes) {
        const uint8_t *from;
        uint8_t *to;
        state_advance(&s->d->states, &s->state, &from, &to);
        memcpy(to, in, h.state_bytes);
    }
    s->n_tokens = (size_t)h.n_tokens;
    return SHEAF_OK;
}
