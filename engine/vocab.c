/* vocab.c - tokenizer.ggml.tokens and token_type.
 *
 * A token is kept as the bytes it stands for, not as the file spells it: byte-level BPE spelling
 * is undone, SentencePiece's U+2581 becomes a space, <0xXX> a byte. So encoding finds bytes of
 * the text and decoding copies bytes. Only tokens that plain text may become can be found by
 * content; control and unused ones never, whatever the merges say. */
#include "base/alloc.h"
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

#define KEY_TOKENS "tokenizer.ggml.tokens"
#define KEY_TYPES "tokenizer.ggml.token_type"

static bool is_kind(enum gguf_type type, enum vocab_kind kind)
{
    switch (type) {
    case GGUF_STRING:
        return kind == VOCAB_STRINGS;
    case GGUF_F32:
    case GGUF_F64:
        return kind == VOCAB_NUMBERS;
    case GGUF_BOOL:
    case GGUF_ARRAY:
        return false;
    default:
        return kind != VOCAB_STRINGS;
    }
}

sheaf_code vocab_array(gguf_array *out, const gguf *g, const char *key, enum vocab_kind kind,
                       size_t n, sheaf_error *err)
{
    static const char *const names[] = {"strings", "integers", "numbers"};
    sheaf_code rc = gguf_get_array(g, key, out, err);
    if (rc || out->n == 0)
        return rc;
    if (!is_kind(out->type, kind))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "%s is no array of %s", key,
                          names[kind]);
    if (n != SIZE_MAX && out->n != n)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          "%s has %llu entries; %zu wanted, one for each token", key,
                          (unsigned long long)out->n, n);
    return SHEAF_OK;
}

static sheaf_code read_types(tokenizer *t, const gguf *g, sheaf_error *err)
{
    gguf_array a;
    sheaf_code rc = vocab_array(&a, g, KEY_TYPES, VOCAB_INTEGERS, t->info.n_tokens, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < t->info.n_tokens; i++) {
        int64_t type = a.n ? gguf_array_i64(&a, i) : TOKEN_NORMAL;
        if (type < 0 || type > TOKEN_BYTE)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                              KEY_TYPES " of token %zu is %lld; 0 to %d are known", i,
                              (long long)type, TOKEN_BYTE);
        t->type[i] = (uint8_t)(type ? type : TOKEN_NORMAL);
    }
    return SHEAF_OK;
}

/* <0xXX>; -1 if it is anything else. */
static int hex_byte(text t)
{
    const text digits = TEXT("0123456789ABCDEF");
    if (t.n != 6 || !text_starts(t, TEXT("<0x")) || t.p[5] != '>')
        return -1;
    size_t high = text_find(digits, text_slice(t, 3, 1));
    size_t low = text_find(digits, text_slice(t, 4, 1));
    return high < 16 && low < 16 ? (int)(high << 4 | low) : -1;
}

/* U+2581 to space. */
static void unescape_space(strbuf *out, text t)
{
    const text mark = TEXT("\u2581");
    for (size_t at = 0; at < t.n;) {
        text rest = text_slice(t, at, t.n - at);
        bool is_mark = text_starts(rest, mark);
        strbuf_char(out, is_mark ? ' ' : rest.p[0]);
        at += is_mark ? mark.n : 1;
    }
}

/* Bytes of a SentencePiece token; false: plain text cannot become it. */
static bool decode_spm(strbuf *out, enum token_type type, text spelled)
{
    int byte = type == TOKEN_BYTE ? hex_byte(spelled) : -1;
    if (byte >= 0)
        strbuf_char(out, (char)byte);
    else if (type == TOKEN_NORMAL)
        unescape_space(out, spelled);
    else
        strbuf_text(out, spelled);
    return type == TOKEN_NORMAL || type == TOKEN_USER_DEFINED;
}

/* The same for byte-level BPE. */
static bool decode_bpe(strbuf *out, enum token_type type, text spelled)
{
    if ((type == TOKEN_NORMAL || type == TOKEN_BYTE) && byte_alphabet_decode(out, spelled))
        return true;
    strbuf_text(out, spelled);
    return type == TOKEN_USER_DEFINED;
}

static sheaf_code add_token(tokenizer *t, const gguf *g, text spelled, strbuf *work,
                            sheaf_error *err)
{
    size_t id = t->symbols.n;
    enum token_type type = t->type[id];
    if (spelled.n > TOKEN_MAX_BYTES)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          "token %zu has %zu bytes; at most %d are taken", id, spelled.n,
                          TOKEN_MAX_BYTES);
    if (t->is_spm && type == TOKEN_BYTE && hex_byte(spelled) < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          "byte token %zu is \"%.*s\"; <0x00> to <0xFF> wanted", id,
                          (int)(spelled.n < 32 ? spelled.n : 32), spelled.p);
    strbuf_reset(work);
    bool findable = (t->is_spm ? decode_spm : decode_bpe)(work, type, spelled) && spelled.n > 0;
    if (work->failed || symtab_add(&t->symbols, strbuf_view(work), findable) == SYMTAB_NONE)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for %zu tokens",
                          t->info.n_tokens);
    return SHEAF_OK;
}

sheaf_code vocab_load(tokenizer *t, const gguf *g, sheaf_error *err)
{
    gguf_array a;
    sheaf_code rc = vocab_array(&a, g, KEY_TOKENS, VOCAB_STRINGS, SIZE_MAX, err);
    if (rc)
        return rc;
    if (a.n == 0 || a.n > INT32_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          KEY_TOKENS " has %llu entries; 1 to %d wanted", (unsigned long long)a.n,
                          INT32_MAX);
    t->info.n_tokens = (size_t)a.n;
    t->type = alloc_zero(t->info.n_tokens, 1);
    t->flags = alloc_zero(t->info.n_tokens, 1);
    if (!t->type || !t->flags)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for %zu tokens",
                          t->info.n_tokens);
    rc = read_types(t, g, err);
    strbuf work = {0};
    for (uint64_t i = 0; !rc && i < a.n; i++)
        rc = add_token(t, g, gguf_array_text(&a, i), &work, err);
    strbuf_free(&work);
    return rc;
}
