/* tokenizer_bpe.c - byte-level BPE: merges of the file, and the encoding of one piece.
 *
 * Merges are keyed by symbol numbers, not token ids: a few vocabularies have merges whose parts
 * are no tokens. Such symbols get numbers past the vocabulary, and one that is left over at the
 * end is emitted byte by byte. A byte that has no token either vanishes, as in Hugging Face. */
#include "base/alloc.h"
#include "base/fail.h"
#include "engine/nfc.h"
#include "engine/tokenizer_impl.h"

#define KEY_PRE "tokenizer.ggml.pre"
#define KEY_MERGES "tokenizer.ggml.merges"

static sheaf_code no_memory(const gguf *g, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for the merges");
}

/* Slot of a pair, or the free one where it belongs. At most half of the slots are in use. */
static struct bpe_pair *pair_slot(const struct bpe *b, uint32_t left, uint32_t right)
{
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
    size_t mask = b->n_slots - 1;
    for (size_t i = (size_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
        struct bpe_pair *p = &b->pairs[i];
        if (p->left == SYMTAB_NONE || (p->left == left && p->right == right))
            return p;
    }
}

static bool make_slots(struct bpe *b, uint64_t n_merges)
{
    b->n_slots = 16;
    while (b->n_slots < 2 * n_merges)
        b->n_slots *= 2;
    b->pairs = alloc_zero(b->n_slots, sizeof *b->pairs);
    for (size_t i = 0; b->pairs && i < b->n_slots; i++)
        b->pairs[i].left = SYMTAB_NONE;
    return b->pairs != NULL;
}

static uint32_t intern(struct symtab *s, text t)
{
    uint32_t symbol = symtab_find(s, t);
    return symbol != SYMTAB_NONE ? symbol : symtab_add(s, t, true);
}

/* "left right", split at the first space that is not the first byte, into bytes of left and
 * right one after the other; *n_left of the former. False: the parts are not spelt in the byte
 * alphabet, which no text can match. */
static bool decode_merge(strbuf *work, size_t *n_left, text line, size_t space)
{
    strbuf_reset(work);
    if (!byte_alphabet_decode(work, text_slice(line, 0, space)))
        return false;
    *n_left = work->n;
    return byte_alphabet_decode(work, text_slice(line, space + 1, line.n - space - 1));
}

static sheaf_code add_merge(tokenizer *t, const gguf *g, uint32_t rank, text line, strbuf *work,
                            sheaf_error *err)
{
    size_t space = line.n > 1 ? text_find(text_slice(line, 1, line.n - 1), TEXT(" ")) : SIZE_MAX;
    if (space == SIZE_MAX || space + 2 >= line.n)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          KEY_MERGES " %u is \"%.*s\"; two parts with a space between wanted", rank,
                          (int)(line.n < 64 ? line.n : 64), line.p);
    size_t n_left;
    bool usable = decode_merge(work, &n_left, line, space + 1);
    if (work->failed)
        return no_memory(g, err);
    if (!usable)
        return SHEAF_OK;
    text whole = strbuf_view(work);
    uint32_t left = intern(&t->symbols, text_slice(whole, 0, n_left));
    uint32_t right = intern(&t->symbols, text_slice(whole, n_left, whole.n - n_left));
    uint32_t merged = intern(&t->symbols, whole);
    if (left == SYMTAB_NONE || right == SYMTAB_NONE || merged == SYMTAB_NONE)
        return no_memory(g, err);
    struct bpe_pair *slot = pair_slot(&t->bpe, left, right);
    if (slot->left == SYMTAB_NONE)
        *slot = (struct bpe_pair){left, right, rank, merged};
    return SHEAF_OK;
}

static sheaf_code load_merges(tokenizer *t, const gguf *g, sheaf_error *err)
{
    gguf_array a;
    sheaf_code rc = vocab_array(&a, g, KEY_MERGES, VOCAB_STRINGS, SIZE_MAX, err);
    if (rc)
        return rc;
    if (!gguf_has(g, KEY_MERGES) || a.n > INT32_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          KEY_MERGES " has %llu entries or is missing; 0 to %d wanted",
                          (unsigned long long)a.n, INT32_MAX);
    if (!make_slots(&t->bpe, a.n))
        return no_memory(g, err);
    strbuf work = {0};
    for (uint64_t i = 0; !rc && i < a.n; i++)
        rc = add_merge(t, g, (uint32_t)i, gguf_array_text(&a, i), &work, err);
    strbuf_free(&work);
    return rc;
}

static sheaf_code choose_rules(tokenizer *t, const gguf *g, sheaf_error *err)
{
    text name = text_of(pre_table[0].name);
    sheaf_code rc = gguf_get_text(g, KEY_PRE, &name, err);
    if (rc)
        return rc;
    t->bpe.pre = pre_find(name);
    if (t->bpe.pre) {
        t->info.pre = t->bpe.pre->name;
        t->info.pre_missing = !gguf_has(g, KEY_PRE);
        return SHEAF_OK;
    }
    strbuf known = {0};
    for (const struct pre_rules *r = pre_table; r->name; r++)
        strbuf_printf(&known, "%s%s", r == pre_table ? "" : " ", r->name);
    rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                    KEY_PRE " is \"%.*s\"; known: %s", (int)(name.n < 32 ? name.n : 32), name.p,
                    known.p ? known.p : "");
    strbuf_free(&known);
    return rc;
}

sheaf_code bpe_load(tokenizer *t, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = choose_rules(t, g, err);
    for (unsigned b = 0; !rc && b < 256; b++) {
        char byte = (char)b;
        t->bpe.byte_symbol[b] = intern(&t->symbols, (text){&byte, 1});
        if (t->bpe.byte_symbol[b] == SYMTAB_NONE)
            rc = no_memory(g, err);
    }
    return rc ? rc : load_merges(t, g, err);
}

static bool merge_pair(const void *ctx, const struct merge_node *left,
                       const struct merge_node *right, uint32_t *priority, uint32_t *symbol)
{
    const struct bpe_pair *p = pair_slot(ctx, left->symbol, right->symbol);
    *priority = p->rank;
    *symbol = p->merged;
    return p->left != SYMTAB_NONE;
}

static bool is_token(const tokenizer *t, uint32_t symbol)
{
    return symbol < t->info.n_tokens;
}

/* The token of a symbol, or those of its bytes. */
static bool emit(struct encoder *e, text piece, const struct merge_node *node)
{
    const tokenizer *t = e->t;
    if (is_token(t, node->symbol))
        return encoder_push(e, (int32_t)node->symbol);
    for (size_t i = node->at; i < node->at + node->n; i++) {
        uint32_t symbol = t->bpe.byte_symbol[(unsigned char)piece.p[i]];
        if (is_token(t, symbol) && !encoder_push(e, (int32_t)symbol))
            return false;
    }
    return true;
}

static bool encode_piece(struct encoder *e, text piece)
{
    const struct bpe *b = &e->t->bpe;
    if (b->pre->ignore_merges) {
        uint32_t symbol = symtab_find(&e->t->symbols, piece);
        if (symbol != SYMTAB_NONE && is_token(e->t, symbol))
            return encoder_push(e, (int32_t)symbol);
    }
    if (!merge_reset(&e->merges, piece.n))
        return false;
    for (size_t i = 0; i < piece.n; i++)
        merge_add(&e->merges, i, 1, b->byte_symbol[(unsigned char)piece.p[i]]);
    merge_run(&e->merges, merge_pair, b);
    bool ok = true;
    for (uint32_t i = 0; ok && i != MERGE_END; i = e->merges.nodes[i].next)
        ok = emit(e, piece, &e->merges.nodes[i]);
    return ok;
}

bool bpe_encode(struct encoder *e, text raw)
{
    const struct pre_rules *pre = e->t->bpe.pre;
    if (pre->nfc) {
        strbuf_reset(&e->work);
        if (!nfc_append(&e->work, raw) || e->work.failed)
            return false;
        raw = strbuf_view(&e->work);
    }
    if (!pretok_begin(&e->pretok, pre->family, raw))
        return false;
    text piece;
    bool ok = true;
    while (ok && pretok_next(&e->pretok, &piece))
        ok = encode_piece(e, piece);
    return ok;
}
