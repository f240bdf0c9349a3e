/* tokenizer_spm.c - SentencePiece with scores: characters merge into tokens, highest score
 * first.
 *
 * Only pairs whose whole is a token merge, so every symbol of two or more characters is a token
 * and nothing has to be undone; a character that is none becomes its byte tokens. The text keeps
 * its spaces: vocab.c turned the U+2581 of the tokens into spaces, so U+2581 in the text counts
 * as one. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

#define KEY_SCORES "tokenizer.ggml.scores"
#define KEY_PREFIX "tokenizer.ggml.add_space_prefix"

/* A number that falls as the score grows and is equal for equal scores. */
static uint32_t priority_of(float score)
{
    uint32_t bits;
    score += 0.0f; /* -0 to +0 */
    memcpy(&bits, &score, sizeof bits);
    uint32_t rising = bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
    return ~rising;
}

static sheaf_code load_scores(tokenizer *t, const gguf *g, sheaf_error *err)
{
    gguf_array a;
    sheaf_code rc = vocab_array(&a, g, KEY_SCORES, VOCAB_NUMBERS, t->info.n_tokens, err);
    if (rc)
        return rc;
    t->spm.priority = alloc_zero(t->info.n_tokens, sizeof *t->spm.priority);
    if (!t->spm.priority)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for %zu scores",
                          t->info.n_tokens);
    for (size_t i = 0; i < t->info.n_tokens; i++) {
        float score = a.n ? (float)gguf_array_f64(&a, i) : 0.0f;
        if (!isfinite(score))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                              KEY_SCORES " of token %zu is %g; a finite number wanted", i,
                              (double)score);
        t->spm.priority[i] = priority_of(score);
    }
    return SHEAF_OK;
}

static void index_bytes(tokenizer *t)
{
    for (size_t b = 0; b < 256; b++)
        t->spm.byte_token[b] = -1;
    for (size_t id = t->info.n_tokens; id-- > 0;) /* downwards: the lowest id stays */
        if (t->type[id] == TOKEN_BYTE)
            t->spm.byte_token[(unsigned char)tokenizer_text(t, (int32_t)id).p[0]] = (int32_t)id;
}

sheaf_code spm_load(tokenizer *t, const gguf *g, sheaf_error *err)
{
    index_bytes(t);
    t->info.pre = "";
    t->spm.add_space_prefix = true;
    sheaf_code rc = gguf_get_bool(g, KEY_PREFIX, &t->spm.add_space_prefix, err);
    return rc ? rc : load_scores(t, g, err);
}

static bool merge_into_token(const void *ctx, const struct merge_node *left,
                             const struct merge_node *right, uint32_t *priority, uint32_t *symbol)
{
    const struct encoder *e = ctx;
    text whole = text_slice(strbuf_view(&e->work), left->at, (size_t)left->n + right->n);
    *symbol = symtab_find(&e->t->symbols, whole);
    if (*symbol == SYMTAB_NONE)
        return false;
    *priority = e->t->spm.priority[*symbol];
    return true;
}

/* Byte tokens of a character that is no token, or the unknown token if one of them is missing. */
static bool emit_bytes(struct encoder *e, text character)
{
    const int32_t *byte_token = e->t->spm.byte_token;
    for (size_t i = 0; i < character.n; i++)
        if (byte_token[(unsigned char)character.p[i]] < 0)
            return e->t->info.unk < 0 || encoder_push(e, e->t->info.unk);
    bool ok = true;
    for (size_t i = 0; ok && i < character.n; i++)
        ok = encoder_push(e, byte_token[(unsigned char)character.p[i]]);
    return ok;
}

/* `raw` with its prefix into e->work. */
static bool prepare(struct encoder *e, text raw)
{
    const text mark = TEXT("\u2581");
    strbuf_reset(&e->work);
    if (e->t->spm.add_space_prefix)
        strbuf_char(&e->work, ' ');
    for (size_t at = 0; at < raw.n;) {
        text rest = text_slice(raw, at, raw.n - at);
        size_t n = text_find(rest, mark);
        strbuf_text(&e->work, n == SIZE_MAX ? rest : text_slice(rest, 0, n));
        if (n == SIZE_MAX)
            break;
        strbuf_char(&e->work, ' ');
        at += n + mark.n;
    }
    return !e->work.failed;
}

bool spm_encode(struct encoder *e, text raw)
{
    if (!prepare(e, raw) || !merge_reset(&e->merges, e->work.n))
        return false;
    text t = strbuf_view(&e->work);
    for (size_t at = 0; at < t.n;) {
        uint32_t cp;
        size_t n = utf8_decode(text_slice(t, at, t.n - at), &cp);
        merge_add(&e->merges, at, n, symtab_find(&e->t->symbols, text_slice(t, at, n)));
        at += n;
    }
    merge_run(&e->merges, merge_into_token, e);
    bool ok = true;
    for (uint32_t i = 0; ok && i != MERGE_END; i = e->merges.nodes[i].next) {
        const struct merge_node *node = &e->merges.nodes[i];
        ok = node->symbol != SYMTAB_NONE ? encoder_push(e, (int32_t)node->symbol)
                                         : emit_bytes(e, text_slice(t, node->at, node->n));
    }
    return ok;
}
