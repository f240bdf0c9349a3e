/* symtab.c - linear probing over 8-byte slots; the hash kept in the slot spares most looks at the
 * text and all of them when the table grows. At most half of the slots are in use. */
#include "engine/symtab.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

enum { FIRST_SLOTS = 1024 };

void symtab_free(struct symtab *s)
{
    strbuf_free(&s->bytes);
    alloc_free(s->end);
    alloc_free(s->slots);
    *s = (struct symtab){0};
}

text symtab_text(const struct symtab *s, uint32_t symbol)
{
    assert(symbol < s->n);
    size_t from = symbol ? s->end[symbol - 1] : 0;
    return (text){s->bytes.p + from, s->end[symbol] - from};
}

static uint32_t hash_of(text t)
{
    return (uint32_t)hash_bytes(t.p, t.n, 0);
}

/* Slot that holds `t`, or the free one where it belongs. Needs a free slot. */
static struct symtab_slot *slot_of(const struct symtab *s, text t, uint32_t hash)
{
    size_t mask = s->n_slots - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct symtab_slot *slot = &s->slots[i];
        if (slot->symbol_1 == 0 ||
            (slot->hash == hash && text_equal(symtab_text(s, slot->symbol_1 - 1), t)))
            return slot;
    }
}

uint32_t symtab_find(const struct symtab *s, text t)
{
    if (t.n > s->max_length || s->n_slots == 0)
        return SYMTAB_NONE;
    return slot_of(s, t, hash_of(t))->symbol_1 - 1; /* a free slot wraps to SYMTAB_NONE */
}

static bool grow_slots(struct symtab *s)
{
    size_t n_slots = s->n_slots ? 2 * s->n_slots : FIRST_SLOTS, mask = n_slots - 1;
    struct symtab_slot *slots = alloc_zero(n_slots, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < s->n_slots; i++) {
        if (s->slots[i].symbol_1 == 0)
            continue;
        size_t j = s->slots[i].hash & mask;
        while (slots[j].symbol_1)
            j = (j + 1) & mask;
        slots[j] = s->slots[i];
    }
    alloc_free(s->slots);
    s->slots = slots;
    s->n_slots = n_slots;
    return true;
}

static bool append(struct symtab *s, text t)
{
    if (t.n > UINT32_MAX - s->bytes.n || s->n >= SYMTAB_NONE - 1)
        return false;
    uint32_t *end = alloc_grow(s->end, s->n, &s->cap, sizeof *end);
    if (!end)
        return false;
    s->end = end;
    strbuf_text(&s->bytes, t);
    if (s->bytes.failed)
        return false;
    s->end[s->n++] = (uint32_t)s->bytes.n;
    return true;
}

uint32_t symtab_add(struct symtab *s, text t, bool findable)
{
    if (findable && 2 * (s->n_found + 1) > s->n_slots && !grow_slots(s))
        return SYMTAB_NONE;
    if (!append(s, t))
        return SYMTAB_NONE;
    uint32_t symbol = (uint32_t)s->n - 1;
    if (!findable)
        return symbol;
    uint32_t hash = hash_of(t);
    struct symtab_slot *slot = slot_of(s, t, hash);
    if (slot->symbol_1 == 0) {
        *slot = (struct symtab_slot){hash, symbol + 1};
        s->n_found++;
    }
    if (t.n > s->max_length)
        s->max_length = t.n;
    return symbol;
}
