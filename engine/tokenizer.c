/* tokenizer.c - loading in the order the parts need each other, and questions about single
 * tokens. */
#include "engine/tokenizer.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/tokenizer_impl.h"

#define KEY_MODEL "tokenizer.ggml.model"

static sheaf_code choose_model(tokenizer *t, const gguf *g, sheaf_error *err)
{
    text model = {0};
    sheaf_code rc = gguf_get_text(g, KEY_MODEL, &model, err);
    if (rc)
        return rc;
    if (!model.p)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), KEY_MODEL " is missing");
    t->is_spm = text_equal(model, TEXT("llama"));
    if (!t->is_spm && !text_equal(model, TEXT("gpt2")))
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                          KEY_MODEL " is \"%.*s\"; known: llama gpt2",
                          (int)(model.n < 32 ? model.n : 32), model.p);
    t->info.model = t->is_spm ? "llama" : "gpt2";
    return SHEAF_OK;
}

static sheaf_code load(tokenizer *t, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = choose_model(t, g, err);
    if (!rc)
        rc = vocab_load(t, g, err);
    if (!rc)
        rc = t->is_spm ? spm_load(t, g, err) : bpe_load(t, g, err);
    if (!rc)
        rc = special_load(t, err); /* keeps views of the symbols, which are complete now */
    if (!rc)
        rc = stop_load(t, g, err);
    return rc;
}

sheaf_code tokenizer_create(tokenizer **out, const gguf *g, sheaf_error *err)
{
    tokenizer *t = alloc_zero(1, sizeof *t);
    if (!t)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for the tokenizer");
    sheaf_code rc = load(t, g, err);
    if (rc) {
        tokenizer_free(t);
        return rc;
    }
    *out = t;
    return SHEAF_OK;
}

void tokenizer_free(tokenizer *t)
{
    if (!t)
        return;
    symtab_free(&t->symbols);
    alloc_free(t->type);
    alloc_free(t->flags);
    alloc_free(t->specials);
    alloc_free(t->bpe.pairs);
    alloc_free(t->spm.priority);
    alloc_free(t);
}

const struct tokenizer_info *tokenizer_info(const tokenizer *t)
{
    return &t->info;
}

static bool is_id(const tokenizer *t, int32_t id)
{
    return id >= 0 && (size_t)id < t->info.n_tokens;
}

enum token_type tokenizer_type(const tokenizer *t, int32_t id)
{
    assert(is_id(t, id));
    return (enum token_type)t->type[id];
}

text tokenizer_text(const tokenizer *t, int32_t id)
{
    assert(is_id(t, id));
    return symtab_text(&t->symbols, (uint32_t)id);
}

bool tokenizer_is_eog(const tokenizer *t, int32_t id)
{
    assert(is_id(t, id));
    return t->flags[id] & TOKEN_FLAG_EOG;
}

bool tokenizer_is_unused(const tokenizer *t, int32_t id)
{
    assert(is_id(t, id));
    return t->flags[id] & TOKEN_FLAG_MASKED;
}

int32_t tokenizer_find(const tokenizer *t, text name)
{
    int32_t id = special_find(t, name);
    if (id >= 0)
        return id;
    uint32_t symbol = symtab_find(&t->symbols, name);
    return symbol < t->info.n_tokens ? (int32_t)symbol : -1;
}
