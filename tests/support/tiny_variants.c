/* tiny_variants.c - see tiny_variants.h. */
#include "tests/support/tiny_variants.h"

#include <string.h>

#define SEED 7

const struct tiny_variant tiny_variants[] = {
    {"llama", {.arch = "llama", .seed = SEED}},
    {"qwen2", {.arch = "qwen2", .seed = SEED}},
    {"qwen3", {.arch = "qwen3", .seed = SEED}},
    {"qwen3moe", {.arch = "qwen3moe", .seed = SEED, .untied = true}},
    {"falcon-h1", {.arch = "falcon-h1", .seed = SEED, .untied = true}},
    {"falcon-h1-tied", {.arch = "falcon-h1", .seed = SEED, .ssm_state = 16}},
    {"falcon-h1-norm",
     {.arch = "falcon-h1", .seed = SEED, .untied = true, .ssm_norm = true, .ssm_inner = 128,
      .ssm_state = 16, .ssm_heads = 8, .ssm_groups = 2}},
    {"lfm2", {.arch = "lfm2", .seed = SEED, .n_ff = 96}},
    {"lfm2moe", {.arch = "lfm2moe", .seed = SEED, .n_ff = 96}},
    {"nemotron_h", {.arch = "nemotron_h", .seed = SEED, .untied = true, .n_ff = 160}},
    {"nemotron_h_moe", {.arch = "nemotron_h_moe", .seed = SEED, .untied = true}},
    {"granitehybrid", {.arch = "granitehybrid", .seed = SEED}},
    {"granitehybrid-moe", {.arch = "granitehybrid", .seed = SEED, .n_experts = 6}},
    {"gpt-oss", {.arch = "gpt-oss", .seed = SEED}},
    {"llama4", {.arch = "llama4", .seed = SEED, .n_ff = 160}},
    {"llama4-moe", {.arch = "llama4", .seed = SEED, .untied = true, .n_experts = 4}},
    {0},
};

const struct tiny_variant *tiny_variant_find(const char *name)
{
    for (const struct tiny_variant *v = tiny_variants; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}
