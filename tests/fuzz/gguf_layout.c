/* gguf_layout.c - see gguf_layout.h. */
#include "tests/fuzz/gguf_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/gguf_parts.h"

#define FIELDS_OF_ARRAY 4 /* all lengths of a vocabulary would crowd out the other fields */

struct walker {
    struct gguf_layout *l;
    text file;
    size_t pos;
};

static void note(struct gguf_layout *l, size_t at, size_t n)
{
    struct gguf_place *grown = alloc_grow(l->fields, l->n_fields, &l->cap_fields, sizeof *grown);
    if (!grown)
        abort();
    l->fields = grown;
    l->fields[l->n_fields++] = (struct gguf_place){at, n};
}

static uint64_t walk_uint(struct walker *w, size_t n)
{
    uint64_t v = gguf_uint((const uint8_t *)w->file.p + w->pos, n);
    note(w->l, w->pos, n);
    w->pos += n;
    return v;
}

static void walk_string(struct walker *w)
{
    w->pos += walk_uint(w, 8);
}

static void walk_array(struct walker *w)
{
    uint64_t type = walk_uint(w, 4), n = walk_uint(w, 8);
    size_t n_fields = w->l->n_fields;
    if (type != GGUF_STRING) {
        w->pos += n * gguf_type_table[type].bytes;
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        walk_string(w);
    if (w->l->n_fields > n_fields + FIELDS_OF_ARRAY)
        w->l->n_fields = n_fields + FIELDS_OF_ARRAY;
}

static void walk_kv(struct walker *w)
{
    walk_string(w);
    uint64_t type = walk_uint(w, 4);
    if (type == GGUF_STRING)
        walk_string(w);
    else if (type == GGUF_ARRAY)
        walk_array(w);
    else
        (void)walk_uint(w, gguf_type_table[type].bytes);
}

static void walk_tensor(struct walker *w)
{
    walk_string(w);
    for (uint64_t n_dims = walk_uint(w, 4); n_dims > 0; n_dims--)
        (void)walk_uint(w, 8);
    (void)walk_uint(w, 4);
    (void)walk_uint(w, 8);
}

/* `n` entries, each by `walk`; their places. */
static struct gguf_place *walk_entries(struct walker *w, size_t n, void (*walk)(struct walker *w))
{
    struct gguf_place *places = alloc_zero(n, sizeof *places);
    if (!places)
        abort();
    for (size_t i = 0; i < n; i++) {
        places[i].at = w->pos;
        walk(w);
        places[i].n = w->pos - places[i].at;
    }
    return places;
}

void gguf_layout_init(struct gguf_layout *l, text file)
{
    struct walker w = {l, file, 4};
    *l = (struct gguf_layout){0};
    (void)walk_uint(&w, 4);
    l->n_tensors = walk_uint(&w, 8);
    l->n_kv = walk_uint(&w, 8);
    l->kv = walk_entries(&w, l->n_kv, walk_kv);
    l->tensors = walk_entries(&w, l->n_tensors, walk_tensor);
    l->data = (w.pos + 31) / 32 * 32;
}

void gguf_layout_free(struct gguf_layout *l)
{
    alloc_free(l->fields);
    alloc_free(l->kv);
    alloc_free(l->tensors);
    *l = (struct gguf_layout){0};
}

void gguf_layout_change(struct dice *d, const struct gguf_layout *l, strbuf *b)
{
    struct gguf_place f = l->fields[dice_roll(d, l->n_fields)];
    if (f.at > b->n || f.n > b->n - f.at)
        return;
    uint64_t v = dice_number(d, gguf_uint((const uint8_t *)b->p + f.at, f.n), b->n);
    memcpy(b->p + f.at, &v, f.n);
}
