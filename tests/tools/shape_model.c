/* shape_model - writes models with real dimensions and random weights: for measurements that need
 * no download.
 *
 *     shape_model NAME OUT.gguf [--type TYPE] [--seed N]     Q8_0, 1
 *     shape_model --list
 *
 * TYPE is that of the matrices: Q8_0, Q4_0, Q4_K or another that tests/support/tiny_quant.h knows;
 * rows that are no multiple of its block are Q8_0. Logits are as far apart as a language model's,
 * so that a draw costs what it costs in use. The file is written as it is made: the memory stays
 * below 10 MB. Exit status: 0 written, 1 not written, 2 usage. */
#include <stdio.h>
#include <string.h>

#include "tests/support/tiny_model.h"

#define LOGIT_STD 6 /* over 32,768 tokens at temperature 0.7 a handful has nearly all probability */

/* The dimensions of published models, except where a comment says that they are made up. */
static const struct shape {
    const char *name;
    struct tiny_model model;
} SHAPES[] = {
    {"falcon-h1-0.5b",
     {.arch = "falcon-h1", .pattern = "P", .n_layers = 36, .n_embd = 1024, .n_head = 8,
      .n_head_kv = 2, .head_dim = 64, .n_ff = 2048, .ssm_inner = 1536, .ssm_heads = 24,
      .ssm_state = 128, .n_vocab = 32784, .untied = true}},
    {"falcon-h1-tiny-90m",
     {.arch = "falcon-h1", .pattern = "P", .n_layers = 24, .n_embd = 512, .n_head = 8,
      .n_head_kv = 2, .head_dim = 64, .n_ff = 768, .ssm_inner = 768, .ssm_heads = 24,
      .ssm_state = 64, .n_vocab = 32768}},
    {"lfm2-350m",
     {.arch = "lfm2", .pattern = "ccaccaccacacacac", .n_embd = 1024, .n_head = 16, .n_head_kv = 8,
      .n_ff = 4608, .n_vocab = 65536}},
    {"smollm2-135m",
     {.arch = "llama", .n_layers = 30, .n_embd = 576, .n_head = 9, .n_head_kv = 3, .n_ff = 1536,
      .n_ctx = 8192, .n_vocab = 49152}},
    /* made up: a mixture that fits a small machine, 0.9 G parameters, 0.2 G of them per token */
    {"qwen3moe-small",
     {.arch = "qwen3moe", .n_layers = 16, .n_embd = 1024, .n_head = 16, .n_head_kv = 4,
      .head_dim = 64, .n_experts = 32, .n_used = 4, .n_ff_expert = 512, .n_ctx = 32768,
      .n_vocab = 32768}},
    /* made up, in the proportions of Nemotron-3-Nano */
    {"nemotron-h-moe-small",
     {.arch = "nemotron_h_moe", .pattern = "MEMEM*EMEMEM*EME", .n_embd = 1024, .n_head = 16,
      .n_head_kv = 2, .head_dim = 64, .ssm_inner = 2048, .ssm_heads = 32, .ssm_state = 128,
      .ssm_groups = 8, .n_experts = 16, .n_used = 4, .n_ff_expert = 512, .n_ff_shared = 1024,
      .n_vocab = 32768, .untied = true}},
    /* made up, in the proportions of Granite-4.0-H: one attention layer in ten */
    {"granite-h-small",
     {.arch = "granitehybrid", .pattern = "MMMMMAMMMM", .n_layers = 20, .n_embd = 768,
      .n_head = 12, .n_head_kv = 4, .n_ff = 2048, .ssm_inner = 1536, .ssm_heads = 24,
      .ssm_state = 128, .n_vocab = 32768}},
    /* made up, in the proportions of gpt-oss-20b; the experts are MXFP4 */
    {"gpt-oss-small",
     {.arch = "gpt-oss", .n_layers = 12, .n_embd = 1024, .n_head = 16, .n_head_kv = 2,
      .head_dim = 64, .n_window = 128, .n_experts = 16, .n_used = 4, .n_ff_expert = 1024,
      .n_vocab = 32768}},
};

enum { N_SHAPES = sizeof SHAPES / sizeof *SHAPES };

static int usage(void)
{
    fprintf(stderr, "usage: shape_model NAME OUT.gguf [--type TYPE] [--seed N]\n"
                    "       shape_model --list\n");
    return 2;
}

static int list(void)
{
    for (int i = 0; i < N_SHAPES; i++)
        puts(SHAPES[i].name);
    return 0;
}

static const struct shape *find(const char *name)
{
    for (int i = 0; i < N_SHAPES; i++)
        if (strcmp(SHAPES[i].name, name) == 0)
            return &SHAPES[i];
    return NULL;
}

/* Options after the two operands; false: not understood. */
static bool parse(struct tiny_model *m, int argc, char **argv)
{
    int64_t seed = 1;
    int type = QUANT_Q8_0;
    for (int i = 3; i < argc; i += 2) {
        if (i + 1 == argc)
            return false;
        if (strcmp(argv[i], "--type") == 0)
            type = quant_by_name(argv[i + 1]);
        else if (strcmp(argv[i], "--seed") != 0 || !text_to_i64(text_of(argv[i + 1]), &seed))
            return false;
    }
    m->type = (enum quant_type)type;
    m->seed = (uint64_t)seed;
    return type >= 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    const struct shape *shape = argc >= 3 ? find(argv[1]) : NULL;
    if (!shape)
        return usage();
    sheaf_error err = {0};
    struct tiny_model m = shape->model;
    m.name = shape->name;
    m.logit_std = LOGIT_STD;
    if (!parse(&m, argc, argv))
        return usage();
    if (tiny_model_save(argv[2], &m, &err) == SHEAF_OK)
        return 0;
    fprintf(stderr, "shape_model: %s: %s\n", err.source, err.message);
    return 1;
}
