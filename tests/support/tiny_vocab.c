/* tiny_vocab.c - see tiny_vocab.h. */
#include "tests/support/tiny_vocab.h"

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

/* Writes the n strings that lie in `b` between the offsets end[i - 1] and end[i]. */
static void write_texts(struct gguf_writer *w, const char *key, const strbuf *b, const size_t *end,
                        size_t n)
{
    text items[TINY_VOCAB];
    for (size_t i = 0, from = 0; i < n; from = end[i++])
        items[i] = (text){b->p + from, end[i] - from};
    gguf_writer_texts(w, key, items, n);
}

static void write_tokens(struct gguf_writer *w)
{
    strbuf b = {0};
    size_t end[TINY_VOCAB];
    int32_t types[TINY_VOCAB];
    for (int id = 0; id < TINY_VOCAB; id++) {
        types[id] = id < TINY_THINK ? TYPE_NORMAL : SPECIAL[id - TINY_THINK].type;
        if (id < N_BYTES)
            strbuf_utf8(&b, byte_symbol(id));
        else if (id < TINY_THINK)
            add_merge(&b, MERGES[id - N_BYTES], false);
        else
            strbuf_str(&b, SPECIAL[id - TINY_THINK].name);
        end[id] = b.n;
    }
    write_texts(w, "tokenizer.ggml.tokens", &b, end, TINY_VOCAB);
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, types, TINY_VOCAB);
    strbuf_free(&b);
}

static void write_merges(struct gguf_writer *w)
{
    strbuf b = {0};
    size_t end[N_MERGES];
    for (int i = 0; i < N_MERGES; i++) {
        add_merge(&b, MERGES[i], true);
        end[i] = b.n;
    }
    write_texts(w, "tokenizer.ggml.merges", &b, end, N_MERGES);
    strbuf_free(&b);
}

void tiny_vocab_write(struct gguf_writer *w, const char *pre)
{
    gguf_writer_text(w, "tokenizer.ggml.model", TEXT("gpt2"));
    gguf_writer_text(w, "tokenizer.ggml.pre", text_of(pre));
    write_tokens(w);
    write_merges(w);
    gguf_writer_int(w, "tokenizer.ggml.eos_token_id", GGUF_U32, TINY_IM_END);
    gguf_writer_int(w, "tokenizer.ggml.padding_token_id", GGUF_U32, TINY_ENDOFTEXT);
    gguf_writer_int(w, "tokenizer.ggml.add_bos_token", GGUF_BOOL, 0);
    gguf_writer_text(w, "tokenizer.chat_template", TEXT(TEMPLATE));
}
