/* gguf_split.c - joins the shards of a split model.
 *
 * Shard i of n is named PREFIX-%05d-of-%05d.gguf, counted from 1. Names are derived from the name
 * that was opened, never from metadata, so a file cannot make us read another path. All metadata of
 * the model is in the first shard; the others add tensors. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/gguf_parts.h"

#define MAX_SHARDS 65535 /* split.count is a u16 */
#define SUFFIX_BYTES 40

static void shard_suffix(char out[SUFFIX_BYTES], uint32_t i, uint32_t n)
{
    snprintf(out, SUFFIX_BYTES, "-%05u-of-%05u.gguf", (unsigned)i + 1, (unsigned)n);
}

/* A split.* key that must be there and equal `wanted`. */
static sheaf_code want_key(const gguf *g, const char *key, uint32_t wanted, sheaf_error *err)
{
    char source[GGUF_SOURCE_BYTES];
    uint32_t seen = 0;
    gguf_source(source, g, "key ", text_of(key));
    if (!gguf_has(g, key))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is missing; %u wanted", wanted);
    sheaf_code rc = gguf_get_u32(g, key, &seen, err);
    if (!rc && seen != wanted)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is %u; %u wanted", seen, wanted);
    return rc;
}

static sheaf_code open_shard(gguf *g, text prefix, uint32_t i, uint32_t n, sheaf_error *err)
{
    char suffix[SUFFIX_BYTES];
    strbuf path = {0};
    shard_suffix(suffix, i, n);
    strbuf_text(&path, prefix);
    strbuf_str(&path, suffix);
    sheaf_code rc = SHEAF_OK;
    if (path.failed)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, g->name, "no memory for a shard's name");
    if (!rc)
        rc = gguf_open_file(&g->shards[g->n_shards], path.p, err);
    if (!rc) {
        const gguf *shard = g->shards[g->n_shards++];
        rc = want_key(shard, "split.no", i, err);
        if (!rc)
            rc = want_key(shard, "split.count", n, err);
    }
    strbuf_free(&path);
    return rc;
}

/* Replaces g's tensor table by that of all shards. */
static sheaf_code merge_tensors(gguf *g, sheaf_error *err)
{
    size_t total = g->n_tensors;
    for (size_t i = 0; i < g->n_shards; i++)
        total += g->shards[i]->n_tensors;
    if (total > GGUF_MAX_TENSORS)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, g->name, "%zu tensors in all shards; at most %d",
                          total, GGUF_MAX_TENSORS);
    gguf_tensor *all = alloc_resize(g->tensors, total, sizeof *all);
    if (!all)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, g->name, "no memory for %zu tensors", total);
    g->tensors = all;
    for (size_t i = 0; i < g->n_shards; i++) {
        const gguf *shard = g->shards[i];
        for (size_t t = 0; t < shard->n_tensors; t++)
            all[g->n_tensors++] = shard->tensors[t];
    }
    gguf_index_free(&g->tensor_index);
    if (!gguf_index_init(&g->tensor_index, all, sizeof *all, total))
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, g->name, "no memory for %zu names", total);
    for (size_t i = 0; i < total; i++)
        if (!gguf_index_add(&g->tensor_index, i)) {
            char source[GGUF_SOURCE_BYTES];
            gguf_source(source, g, "", all[i].name);
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source,
                              "occurs in two shards; one tensor for each name wanted");
        }
    return want_key(g, "split.tensors.count", (uint32_t)total, err);
}

sheaf_code gguf_join_shards(gguf *g, sheaf_error *err)
{
    uint32_t n = 1;
    char suffix[SUFFIX_BYTES];
    text name = text_of(g->name);
    sheaf_code rc = gguf_get_u32(g, "split.count", &n, err);
    if (rc || n <= 1)
        return rc;
    if (n > MAX_SHARDS)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, g->name, "split.count is %u; at most %d wanted", n,
                          MAX_SHARDS);
    shard_suffix(suffix, 0, n);
    if (!text_ends(name, text_of(suffix)))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, g->name,
                          "a shard of %u; open the first, with a name ending in %s", n, suffix);
    if ((rc = want_key(g, "split.no", 0, err)))
        return rc;
    g->shards = alloc_zero(n, sizeof(gguf *));
    if (!g->shards)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, g->name, "no memory for %u shards", n);
    name.n -= strlen(suffix);
    for (uint32_t i = 1; !rc && i < n; i++)
        rc = open_shard(g, name, i, n, err);
    return rc ? rc : merge_tensors(g, err);
}
