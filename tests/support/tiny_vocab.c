/* tiny_vocab.c - see tiny_vocab.h. */
#include "tests/support/tiny_vocab.h"

#include "base/alloc.h"

#define N_BYTES 256
#define N_SPECIAL (TINY_VOCAB - TINY_THINK)
#define N_MERGES (TINY_THINK - N_BYTES)

enum { TYPE_NORMAL = 1, TYPE_CONTROL = 3, TYPE_USER = 4 };

/* Merges in rank order, '_' for a space. Each part is a byte or the result of an earlier line. */
static const char *const MERGES[] = {
    "_ t",  "h e",  "_ a",  "i n",   "_t he",    "o n",  "r e",  "_ s",    "a n",   "e r",
    "_ w",  "a t",  "_ =",  "_ +",   "o u",      "_ c",  "_ b",  "i s",    "e n",   "_ f",
    "_ i",  "e s",  "in g", "_ o",   "n d",      "_a nd", "o r", "_ p",    "_ d",   "_ m",
    "i t",  "a l",  "l l",  "_t o",  "_o f",     "_i s", "e d",  "_ l",    "_ h",   "_ n",
    "a r",  "i c",  "_ e",  "s t",   "w er",     "an s", "ans wer", "_b e", "u m",  "b er",
    "um ber", "_n umber", "b o", "x ed", "bo xed", "_s o", "_w e", "\n \n", "1 2",
};
_Static_assert(sizeof MERGES / sizeof *MERGES == N_MERGES, "ids depend on the number of merges");

static const struct {
    const char *name;
    int32_t type;
} SPECIAL[N_SPECIAL] = {
    {"<think>", TYPE_USER},          {"</think>", TYPE_USER},      {"<|endoftext|>", TYPE_CONTROL},
    {"<|im_start|>", TYPE_CONTROL},  {"<|im_end|>", TYPE_CONTROL},
};

static const char TEMPLATE[] =
    "{%- for m in messages -%}"
    "{{- '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}";

/* The GPT-2 alphabet: printable bytes stand for themselves, the others for U+0100 onwards. */
static uint32_t byte_symbol(int byte)
{
    uint32_t other = 0x100;
    for (int b = 0; b <= byte; b++) {
        bool printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
        if (b == byte)
            return printable ? (uint32_t)b : other;
        other += !printable;
    }
    return 0;
}

/* Appends a merge in symbols, with or without the space between its parts. */
static void add_merge(strbuf *b, const char *merge, bool with_space)
{
    for (; *merge; merge++) {
        if (*merge != ' ')
            strbuf_utf8(b, byte_symbol(*merge == '_' ? ' ' : (unsigned char)*merge));
        else if (with_space)
            strbuf_char(b, ' ');
    }
}

/* Strings that lie behind each other. */
struct texts {
    strbuf bytes;
    size_t *end; /* [n] */
    size_t n;
};

static void end_text(struct texts *t)
{
    t->end[t->n++] = t->bytes.n;
}

/* Tokens and merges as they are spelled in the file, `n` tokens in all. */
struct spelling {
    struct texts tokens, merges;
    size_t n;
};

static void add_pair(struct spelling *v, int left, int right)
{
    strbuf_utf8(&v->merges.bytes, byte_symbol(left));
    strbuf_char(&v->merges.bytes, ' ');
    strbuf_utf8(&v->merges.bytes, byte_symbol(right));
    end_text(&v->merges);
    strbuf_utf8(&v->tokens.bytes, byte_symbol(left));
    strbuf_utf8(&v->tokens.bytes, byte_symbol(right));
    end_text(&v->tokens);
}

static int byte_of(char c)
{
    return c == '_' ? ' ' : (unsigned char)c;
}

static bool is_listed(int left, int right)
{
    for (int i = 0; i < N_MERGES; i++)
        if (byte_of(MERGES[i][0]) == left && MERGES[i][1] == ' ' &&
            byte_of(MERGES[i][2]) == right && !MERGES[i][3])
            return true;
    return false;
}

/* Pairs of bytes in an order that begins with those of text, until n tokens stand but the special
 * ones. */
static void add_pairs(struct spelling *v)
{
    for (int sum = 'a' + 'a'; v->tokens.n < v->n - N_SPECIAL; sum = (sum + 1) % 511)
        for (int left = sum > 255 ? sum - 255 : 0; left <= sum && left < 256; left++)
            if (v->tokens.n < v->n - N_SPECIAL && !is_listed(left, sum - left))
                add_pair(v, left, sum - left);
}

static void spell(struct spelling *v)
{
    for (int id = 0; id < N_BYTES; id++) {
        strbuf_utf8(&v->tokens.bytes, byte_symbol(id));
        end_text(&v->tokens);
    }
    for (int i = 0; i < N_MERGES; i++) {
        add_merge(&v->tokens.bytes, MERGES[i], false);
        end_text(&v->tokens);
        add_merge(&v->merges.bytes, MERGES[i], true);
        end_text(&v->merges);
    }
    add_pairs(v);
    for (int i = 0; i < N_SPECIAL; i++) {
        strbuf_str(&v->tokens.bytes, SPECIAL[i].name);
        end_text(&v->tokens);
    }
}

static bool write_texts(struct gguf_writer *w, const char *key, const struct texts *t)
{
    text *items = alloc_zero(t->n, sizeof *items);
    if (!items || t->bytes.failed)
        return false;
    for (size_t i = 0, from = 0; i < t->n; from = t->end[i++])
        items[i] = (text){t->bytes.p + from, t->end[i] - from};
    gguf_writer_texts(w, key, items, t->n);
    alloc_free(items);
    return true;
}

static bool write_types(struct gguf_writer *w, size_t n)
{
    int32_t *types = alloc_zero(n, sizeof *types);
    if (!types)
        return false;
    for (size_t id = 0; id < n; id++)
        types[id] = id < n - N_SPECIAL ? TYPE_NORMAL : SPECIAL[id - (n - N_SPECIAL)].type;
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, types, n);
    alloc_free(types);
    return true;
}

static bool write_strings(struct gguf_writer *w, size_t n)
{
    struct spelling v = {.n = n};
    v.tokens.end = alloc_zero(n, sizeof *v.tokens.end);
    v.merges.end = alloc_zero(n, sizeof *v.merges.end);
    bool ok = v.tokens.end && v.merges.end;
    if (ok)
        spell(&v);
    ok = ok && write_texts(w, "tokenizer.ggml.tokens", &v.tokens) &&
         write_texts(w, "tokenizer.ggml.merges", &v.merges);
    strbuf_free(&v.tokens.bytes);
    strbuf_free(&v.merges.bytes);
    alloc_free(v.tokens.end);
    alloc_free(v.merges.end);
    return ok;
}

bool tiny_vocab_write(struct gguf_writer *w, const char *pre, size_t n)
{
    gguf_writer_text(w, "tokenizer.ggml.model", TEXT("gpt2"));
    gguf_writer_text(w, "tokenizer.ggml.pre", text_of(pre));
    bool ok = write_strings(w, n) && write_types(w, n);
    gguf_writer_int(w, "tokenizer.ggml.eos_token_id", GGUF_U32, (int64_t)n - 1);
    gguf_writer_int(w, "tokenizer.ggml.padding_token_id", GGUF_U32,
                    (int64_t)n - (TINY_VOCAB - TINY_ENDOFTEXT));
    gguf_writer_int(w, "tokenizer.ggml.add_bos_token", GGUF_BOOL, 0);
    gguf_writer_text(w, "tokenizer.chat_template", TEXT(TEMPLATE));
    return ok;
}
