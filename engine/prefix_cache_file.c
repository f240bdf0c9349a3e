/* prefix_cache_file.c - the prompt cache as a file: head, entries (counts, tokens, snapshot), and a
 * checksum of it all. */
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/model.h"
#include "engine/prefix_cache.h"

#define MAGIC "SHEAFPC1"

struct file_head {
    char magic[8];
    uint64_t model_hash, numerics; /* what the bits depend on */
    uint64_t n_entries;
};

struct file_entry {
    uint64_t n, bytes;
};

/* KV and state types, CPU tier, exactness: of another kind the snapshot would not be the same. */
static uint64_t numerics_of(const struct sheaf_engine *e)
{
    const uint32_t parts[] = {(uint32_t)e->kv, (uint32_t)e->state_type,
                              (uint32_t)e->kernels.tier, e->weights.exact};
    return hash_bytes(parts, sizeof parts, 1);
}

sheaf_code sheaf_prefix_cache_write(const sheaf_prefix_cache *c, const char *path, sheaf_error *err)
{
    strbuf b = {0};
    struct file_head h = {.model_hash = c->e->hash, .numerics = numerics_of(c->e),
                          .n_entries = c->n};
    memcpy(h.magic, MAGIC, sizeof h.magic);
    strbuf_add(&b, &h, sizeof h);
    for (size_t i = 0; i < c->n; i++) {
        const struct prefix_entry *e = &c->entries[i];
        const struct file_entry f = {e->n, e->bytes};
        strbuf_add(&b, &f, sizeof f);
        strbuf_add(&b, e->tokens, e->n * sizeof *e->tokens);
        strbuf_add(&b, e->data, e->bytes);
    }
    uint64_t sum = hash_bytes(b.p, b.n, 0);
    strbuf_add(&b, &sum, sizeof sum);
    sheaf_code rc = SHEAF_OK;
    if (b.failed)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory to write %zu bytes", c->bytes);
    else
        rc = file_write(path, strbuf_view(&b), err);
    strbuf_free(&b);
    return rc;
}

/* What is left of a mapped file. */
struct reader {
    const uint8_t *p;
    size_t left;
};

static bool read_bytes(struct reader *r, void *out, size_t n)
{
    if (n > r->left)
        return false;
    memcpy(out, r->p, n);
    r->p += n;
    r->left -= n;
    return true;
}

static sheaf_code check_file(const struct sheaf_prefix_cache *c, struct file_head *h,
                             struct reader *r, const char *path, sheaf_error *err)
{
    uint64_t sum;
    const uint8_t *start = r->p;
    size_t all = r->left;
    if (all < sizeof *h + sizeof sum || memcmp(start, MAGIC, 8) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "not a prompt cache of this version");
    memcpy(&sum, start + all - sizeof sum, sizeof sum);
    if (sum != hash_bytes(start, all - sizeof sum, 0))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path,
                          "the checksum is wrong; the file is damaged");
    r->left -= sizeof sum;
    read_bytes(r, h, sizeof *h);
    if (h->model_hash != c->e->hash || h->numerics != numerics_of(c->e))
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, path,
                          "made for model %016llx with numerics %016llx; %016llx with %016llx are "
                          "wanted (--kv-type, --state-type, --cpu, --exact)",
                          (unsigned long long)h->model_hash, (unsigned long long)h->numerics,
                          (unsigned long long)c->e->hash, (unsigned long long)numerics_of(c->e));
    return SHEAF_OK;
}

sheaf_code sheaf_prefix_cache_read(sheaf_prefix_cache *c, const char *path, sheaf_error *err)
{
    file_view v;
    struct file_head h;
    sheaf_code rc = file_map(&v, path, err);
    if (rc)
        return rc;
    struct reader r = {v.data, v.size};
    rc = check_file(c, &h, &r, path, err);
    for (uint64_t i = 0; !rc && i < h.n_entries; i++) {
        struct file_entry f;
        if (!read_bytes(&r, &f, sizeof f) || f.n > r.left / sizeof(int32_t) || f.bytes > r.left) {
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "entry %llu reaches past the end",
                            (unsigned long long)i);
            break;
        }
        struct prefix_entry *e = prefix_cache_add(c, (size_t)f.n, (size_t)f.bytes);
        if (!e) { /* over the limit: skipped */
            size_t skip = (size_t)f.n * sizeof(int32_t) + (size_t)f.bytes;
            skip = skip < r.left ? skip : r.left;
            r.p += skip;
            r.left -= skip;
        } else if (!read_bytes(&r, e->tokens, e->n * sizeof *e->tokens) ||
                   !read_bytes(&r, e->data, e->bytes)) {
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "entry %llu reaches past the end",
                            (unsigned long long)i);
        }
    }
    file_unmap(&v);
    return rc;
}
