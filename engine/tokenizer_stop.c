/* tokenizer_stop.c - the tokens with a role: bos, eos, ..., what ends a generation, what must
 * not be sampled (specs/tokenizers.md, 1 and 7).
 *
 * Models stop at more tokens than the file names, so some are known by name. A name counts only
 * for control and user-defined tokens: Qwen's vocabulary has an ordinary entry "</s>". */
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

#define KEY(name) "tokenizer.ggml." name

static const char *const stop_names[] = {
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>",
    "<\uFF5Cend\u2581of\u2581sentence\uFF5C>", NULL,
};

/* The end of a turn, where no key says it; the first that exists. */
static const char *const eot_names[] = {
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>",
    "<EOT>", "_<EOT>", "[EOT]", "<\uFF5Cend\u2581of\u2581sentence\uFF5C>", "<end_of_utterance>",
    NULL,
};

/* Tokens of fill-in-the-middle and repository formats that end an answer: key, else names. */
static const struct {
    const char *key;
    const char *names[6];
} fim_stops[] = {
    {KEY("fim_pad_token_id"), {"<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"}},
    {KEY("fim_rep_token_id"),
     {"<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"}},
    {KEY("fim_sep_token_id"), {"<|file_sep|>"}},
};

/* Id under a key; `fallback` if the key is absent, -1 if it names no token of the vocabulary. */
static sheaf_code read_id(const tokenizer *t, int32_t *out, const gguf *g, const char *key,
                          int32_t fallback, sheaf_error *err)
{
    uint32_t id = fallback < 0 ? UINT32_MAX : (uint32_t)fallback;
    sheaf_code rc = gguf_get_u32(g, key, &id, err);
    *out = id < t->info.n_tokens ? (int32_t)id : -1;
    return rc;
}

/* First of the names that is a control or user-defined token, -1: none. */
static int32_t first_named(const tokenizer *t, const char *const *names)
{
    for (; *names; names++) {
        int32_t id = special_find(t, text_of(*names));
        if (id >= 0 && t->type[id] != TOKEN_UNKNOWN)
            return id;
    }
    return -1;
}

static void set_flag(tokenizer *t, int32_t id, int flag)
{
    if (id >= 0)
        t->flags[id] = (uint8_t)(t->flags[id] | flag);
}

static sheaf_code read_roles(tokenizer *t, const gguf *g, sheaf_error *err)
{
    struct tokenizer_info *info = &t->info;
    const bool spm = t->is_spm;
    const struct {
        const char *key;
        int32_t *id, fallback;
    } roles[] = {
        {KEY("bos_token_id"), &info->bos, spm ? 1 : -1},
        {KEY("eos_token_id"), &info->eos, spm ? 2 : -1},
        {KEY("unknown_token_id"), &info->unk, spm ? 0 : -1},
        {KEY("padding_token_id"), &info->pad, -1},
        {KEY("eot_token_id"), &info->eot, -1},
    };
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; !rc && i < sizeof roles / sizeof *roles; i++)
        rc = read_id(t, roles[i].id, g, roles[i].key, roles[i].fallback, err);
    if (!rc && info->eot < 0)
        info->eot = first_named(t, eot_names);
    return rc;
}

static sheaf_code read_additions(tokenizer *t, const gguf *g, sheaf_error *err)
{
    t->info.add_bos = t->is_spm || t->bpe.pre->add_bos;
    sheaf_code rc = gguf_get_bool(g, KEY("add_bos_token"), &t->info.add_bos, err);
    if (!rc)
        rc = gguf_get_bool(g, KEY("add_eos_token"), &t->info.add_eos, err);
    t->info.add_bos = t->info.add_bos && t->info.bos >= 0;
    t->info.add_eos = t->info.add_eos && t->info.eos >= 0;
    return rc;
}

/* In the harmony format <|end|> closes a message, not the answer. */
static bool is_harmony_end(const tokenizer *t, int32_t id)
{
    return id >= 0 && id == special_find(t, TEXT("<|end|>")) &&
           special_find(t, TEXT("<|return|>")) >= 0 && special_find(t, TEXT("<|call|>")) >= 0;
}

static void flag_stop(tokenizer *t, int32_t id)
{
    if (!is_harmony_end(t, id))
        set_flag(t, id, TOKEN_FLAG_EOG);
}

static sheaf_code flag_stops(tokenizer *t, const gguf *g, sheaf_error *err)
{
    int32_t id;
    flag_stop(t, t->info.eos);
    flag_stop(t, t->info.eot);
    sheaf_code rc = read_id(t, &id, g, KEY("eom_token_id"), -1, err);
    flag_stop(t, id);
    for (size_t i = 0; !rc && i < sizeof fim_stops / sizeof *fim_stops; i++) {
        rc = read_id(t, &id, g, fim_stops[i].key, first_named(t, fim_stops[i].names), err);
        flag_stop(t, id);
    }
    for (const char *const *name = stop_names; *name; name++)
        flag_stop(t, first_named(t, (const char *const[]){*name, NULL}));
    return rc;
}

static sheaf_code flag_masked(tokenizer *t, const gguf *g, sheaf_error *err)
{
    for (size_t id = 0; id < t->info.n_tokens; id++)
        if (t->type[id] == TOKEN_UNUSED)
            set_flag(t, (int32_t)id, TOKEN_FLAG_MASKED);
    gguf_array a;
    sheaf_code rc = vocab_array(&a, g, KEY("suppress_tokens"), VOCAB_INTEGERS, SIZE_MAX, err);
    for (uint64_t i = 0; !rc && i < a.n; i++) {
        int64_t id = gguf_array_i64(&a, i);
        if (id < 0 || (uint64_t)id >= t->info.n_tokens)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                              KEY("suppress_tokens") " names token %lld; there are %zu",
                              (long long)id, t->info.n_tokens);
        set_flag(t, (int32_t)id, TOKEN_FLAG_MASKED);
    }
    return rc;
}

sheaf_code stop_load(tokenizer *t, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = read_roles(t, g, err);
    if (!rc)
        rc = read_additions(t, g, err);
    if (!rc)
        rc = flag_stops(t, g, err);
    if (!rc)
        rc = flag_masked(t, g, err);
    return rc;
}
