/* pre_table.c - which name in tokenizer.ggml.pre means which rules (specs/tokenizers.md, 2).
 *
 * The name is chosen when a model is converted, by a hash over the ids of a fixed text: a new
 * name can stand for known rules, but cannot be guessed, so an unknown one is refused. */
#include "engine/pretokenize.h"

const struct pre_rules pre_table[] = {
    /* name               family      ignore_merges add_bos nfc */
    {"default",           PRE_GPT2,   false, false, false},
    {"gpt-2",             PRE_GPT2,   false, false, false},
    {"smollm",            PRE_SMOLLM, false, false, false},
    {"refact",            PRE_SMOLLM, false, false, false},
    {"qwen2",             PRE_QWEN2,  false, false, true},
    {"deepseek-r1-qwen",  PRE_QWEN2,  false, false, true},
    {"llama3",            PRE_LLAMA3, true,  true,  false},
    {"llama-bpe",         PRE_LLAMA3, true,  true,  false},
    {"falcon3",           PRE_LLAMA3, true,  true,  false},
    {"falcon-h1",         PRE_LLAMA3, true,  true,  false},
    {"lfm2",              PRE_LLAMA3, true,  true,  false},
    {"midm-2.0",          PRE_LLAMA3, true,  true,  false},
    {"dbrx",              PRE_LLAMA3, false, false, false},
    {"gpt-4o",            PRE_O200K,  false, false, false},
    {"llama4",            PRE_O200K,  false, false, false},
    {"tekken",            PRE_TEKKEN, true,  true,  false},
    {"pixtral",           PRE_TEKKEN, true,  true,  false}, /* the vocabulary of tekken */
    {0},
};

const struct pre_rules *pre_find(text name)
{
    for (const struct pre_rules *r = pre_table; r->name; r++)
        if (text_equal(name, text_of(r->name)))
            return r;
    return NULL;
}
