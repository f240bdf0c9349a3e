/* prefix_cache.c - beginnings of prompts that were prefilled before.
 *
 * An entry is a run of tokens and the snapshot of the session after it. Entries end at multiples of
 * SNAPSHOT_GRAIN, where a continued prefill gives the same bits as a fresh one. Of every prompt two
 * are kept: what it has in common with the prompt before it (the system prompt and the examples of
 * a data set) and nearly all of it (the same question asked again). The least recently used go when
 * the bytes are more than the limit. */
#include "engine/prefix_cache.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/snapshot.h"

sheaf_code sheaf_prefix_cache_create(sheaf_prefix_cache **out, const sheaf_engine *e,
                                     size_t max_bytes, sheaf_error *err)
{
    struct sheaf_prefix_cache *c = alloc_zero(1, sizeof *c);
    if (!c)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "prompt cache", "no memory");
    c->e = e;
    c->max_bytes = max_bytes;
    *out = c;
    return SHEAF_OK;
}

static size_t entry_bytes(const struct prefix_entry *e)
{
    return e->bytes + e->n * sizeof *e->tokens;
}

static void drop(struct sheaf_prefix_cache *c, size_t i)
{
    c->bytes -= entry_bytes(&c->entries[i]);
    alloc_free(c->entries[i].tokens);
    alloc_free(c->entries[i].data);
    c->entries[i] = c->entries[--c->n];
}

void sheaf_prefix_cache_free(sheaf_prefix_cache *c)
{
    if (!c)
        return;
    while (c->n)
        drop(c, c->n - 1);
    alloc_free(c->entries);
    alloc_free(c->last);
    alloc_free(c);
}

/* ---- lookup and insertion ------------------------------------------------------------------- */

static size_t common(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b)
{
    size_t n = 0;
    while (n < n_a && n < n_b && a[n] == b[n])
        n++;
    return n;
}

/* The longest entry that the prompt begins with and that leaves it a token; NULL: none. */
static struct prefix_entry *find(struct sheaf_prefix_cache *c, const int32_t *tokens, size_t n)
{
    struct prefix_entry *best = NULL;
    for (size_t i = 0; i < c->n; i++) {
        struct prefix_entry *e = &c->entries[i];
        if (e->n < n && (!best || e->n > best->n) && common(e->tokens, e->n, tokens, n) == e->n)
            best = e;
    }
    if (best)
        best->used = ++c->clock;
    return best;
}

/* Room for `bytes` more: the least recently used go. False: it is more than the limit. */
static bool make_room(struct sheaf_prefix_cache *c, size_t bytes)
{
    if (bytes > c->max_bytes)
        return false;
    while (c->bytes > c->max_bytes - bytes) {
        size_t oldest = 0;
        for (size_t i = 1; i < c->n; i++)
            if (c->entries[i].used < c->entries[oldest].used)
                oldest = i;
        drop(c, oldest);
    }
    return true;
}

struct prefix_entry *prefix_cache_add(struct sheaf_prefix_cache *c, size_t n, size_t bytes)
{
    struct prefix_entry e = {.n = n, .bytes = bytes};
    if (!make_room(c, bytes + n * sizeof *e.tokens))
        return NULL;
    struct prefix_entry *grown = alloc_grow(c->entries, c->n, &c->cap, sizeof *grown);
    if (!grown)
        return NULL;
    c->entries = grown;
    e.tokens = alloc_zero(n, sizeof *e.tokens);
    e.data = alloc_zero(bytes, 1);
    if (!e.tokens || !e.data) {
        alloc_free(e.tokens);
        alloc_free(e.data);
        return NULL;
    }
    e.used = ++c->clock;
    c->bytes += entry_bytes(&e);
    c->entries[c->n] = e;
    return &c->entries[c->n++];
}

static void keep(struct sheaf_prefix_cache *c, const struct sheaf_session *s, const int32_t *tokens)
{
    size_t n = s->n_tokens;
    const struct prefix_entry *known = find(c, tokens, n + 1);
    if (known && known->n == n)
        return;
    struct prefix_entry *e = prefix_cache_add(c, n, snapshot_bytes(s));
    if (!e)
        return;
    memcpy(e->tokens, tokens, n * sizeof *tokens);
    snapshot_save(s, e->data);
}

static void remember_prompt(struct sheaf_prefix_cache *c, const int32_t *tokens, size_t n)
{
    c->n_last = 0;
    if (n > c->cap_last) {
        int32_t *grown = alloc_resize(c->last, n, sizeof *grown);
        if (!grown)
            return;
        c->last = grown;
        c->cap_last = n;
    }
    memcpy(c->last, tokens, n * sizeof *tokens);
    c->n_last = n;
}

/* ---- prefill -------------------------------------------------------------------------------- */

static size_t grain_before(size_t n)
{
    return n - n % SNAPSHOT_GRAIN;
}

/* Feeds the prompt up to `end` and keeps what is there. */
static sheaf_code advance(struct sheaf_prefix_cache *c, struct sheaf_session *s,
                          const int32_t *tokens, size_t end, sheaf_error *err)
{
    if (end <= s->n_tokens)
        return SHEAF_OK;
    sheaf_code rc =
        sheaf_session_prefill(s, tokens + s->n_tokens, end - s->n_tokens, NULL, err);
    if (!rc)
        keep(c, s, tokens);
    return rc;
}

sheaf_code sheaf_session_prefill_cached(sheaf_session *s, sheaf_prefix_cache *c,
                                        const int32_t *tokens, size_t n, float **logits,
                                        size_t *n_cached, sheaf_error *err)
{
    if (n_cached)
        *n_cached = 0;
    if (!c || n == 0 || s->n_tokens || s->d->e != c->e)
        return sheaf_session_prefill(s, tokens, n, logits, err);
    const struct prefix_entry *e = find(c, tokens, n);
    sheaf_code rc = e ? snapshot_load(s, e->data, e->bytes, err) : SHEAF_OK;
    if (n_cached)
        *n_cached = s->n_tokens;
    size_t shared = common(c->last, c->n_last, tokens, n);
    if (!rc)
        rc = advance(c, s, tokens, grain_before(shared < n ? shared : n - 1), err);
    if (!rc)
        rc = advance(c, s, tokens, grain_before(n - 1), err);
    if (!rc)
        rc = sheaf_session_prefill(s, tokens + s->n_tokens, n - s->n_tokens, logits, err);
    if (!rc)
        remember_prompt(c, tokens, n);
    return rc;
}
