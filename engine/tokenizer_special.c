/* tokenizer_special.c - finding special tokens in text.
 *
 * The names lie sorted in an array; those that agree with the text so far are a range, which each
 * further byte narrows by bisection: a trie without nodes. The longest match at the leftmost place
 * wins, as in Hugging Face; llama.cpp cuts the longest name everywhere first, which differs only if
 * names overlap in part. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

static bool is_special(enum token_type type)
{
    return type == TOKEN_CONTROL || type == TOKEN_USER_DEFINED || type == TOKEN_UNKNOWN;
}

static int compare(const void *va, const void *vb)
{
    const struct special *a = va, *b = vb;
    int order = memcmp(a->t.p, b->t.p, a->t.n < b->t.n ? a->t.n : b->t.n);
    if (order == 0)
        order = (a->t.n > b->t.n) - (a->t.n < b->t.n);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

sheaf_code special_load(tokenizer *t, sheaf_error *err)
{
    size_t cap = 0;
    for (size_t id = 0; id < t->info.n_tokens; id++)
        cap += is_special(t->type[id]);
    t->specials = alloc_zero(cap, sizeof *t->specials);
    if (!t->specials)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory for %zu special tokens", cap);
    for (size_t id = 0; id < t->info.n_tokens; id++) {
        text name = symtab_text(&t->symbols, (uint32_t)id);
        if (is_special(t->type[id]) && name.n > 0)
            t->specials[t->n_specials++] = (struct special){name, (int32_t)id};
    }
    qsort(t->specials, t->n_specials, sizeof *t->specials, compare);
    return SHEAF_OK;
}

/* Byte `depth` of a name, -1 past its end. */
static int byte_at(const struct special *s, size_t depth)
{
    return depth < s->t.n ? (unsigned char)s->t.p[depth] : -1;
}

/* First of [from, to) whose byte `depth` is at least `byte`; the range agrees up to there. */
static size_t lower_bound(const tokenizer *t, size_t from, size_t to, size_t depth, int byte)
{
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (byte_at(&t->specials[middle], depth) < byte)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

int32_t special_match(const tokenizer *t, text rest, size_t n_trusted)
{
    int32_t best = -1;
    size_t from = 0, to = t->n_specials;
    for (size_t depth = 0; depth < rest.n; depth++) {
        int byte = (unsigned char)rest.p[depth];
        from = lower_bound(t, from, to, depth, byte);
        to = lower_bound(t, from, to, depth, byte + 1);
        if (from == to)
            break;
        const struct special *s = &t->specials[from]; /* the shortest, with the lowest id */
        bool is_whole = s->t.n == depth + 1;
        if (is_whole && (t->type[s->id] == TOKEN_USER_DEFINED || s->t.n <= n_trusted))
            best = s->id;
    }
    return best;
}

int32_t special_find(const tokenizer *t, text name)
{
    int32_t id = special_match(t, name, name.n);
    return id >= 0 && tokenizer_text(t, id).n == name.n ? id : -1;
}
