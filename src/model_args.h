/* model_args.h - the options of every command that loads a model, and loading it. */
#ifndef SRC_MODEL_ARGS_H
#define SRC_MODEL_ARGS_H

#include <sheaf/engine.h>

#include "src/cli.h"

struct model_args {
    const char *model; /* path, catalogue name or alias */
    int threads;       /* 0: all CPUs of this process   */
    const char *cpu, *kv_type, *state_type;
    float logit_factor; /* 0: what is known of the model */
    size_t mem_bytes;   /* budget that the weights must fit, no option of its own; 0: none */
    bool exact, no_repack;
    const char *chat_template, *chat_template_file;
    struct cli_list loras; /* FILE or FILE:SCALE */
};

#define MODEL_ARGS_DEFAULT                                                                         \
    {.model = "default", .cpu = "auto", .kv_type = "f16", .state_type = "f16"}

/* Rows of an option table; `type` is the command's argument struct, `field` its struct
 * model_args. */
#define MODEL_OPTIONS(type, field)                                                                 \
    {.name = "model", .letter = 'm', .kind = CLI_TEXT, .at = offsetof(type, field.model),          \
     .value = "MODEL", .env = true, .help = "GGUF file, or a name of `sheaf list` (default)"},     \
    {.name = "threads", .letter = 't', .kind = CLI_INT, .at = offsetof(type, field.threads),       \
     .min = 0, .max = 1024, .value = "N", .env = true,                                             \
     .help = "CPU threads, 0 for all that this process may use (0)"},                              \
    {.name = "lora", .kind = CLI_LIST, .at = offsetof(type, field.loras),                          \
     .value = "FILE[:SCALE]", .help = "GGUF adapter on top of the model; repeatable"},             \
    {.name = "chat-template", .kind = CLI_TEXT, .at = offsetof(type, field.chat_template),         \
     .value = "NAME", .help = "built-in template or Jinja source instead of the file's"},          \
    {.name = "chat-template-file", .kind = CLI_TEXT,                                               \
     .at = offsetof(type, field.chat_template_file), .value = "FILE",                              \
     .help = "the same, Jinja source read from a file"},                                           \
    {.name = "kv-type", .synonyms = "cache-type-k cache-type-v", .kind = CLI_CHOICE,               \
     .at = offsetof(type, field.kv_type), .choices = "f16 bf16 f32 q8", .env = true,               \
     .help = "precision of the KV cache (f16)"},                                                   \
    {.name = "state-type", .kind = CLI_CHOICE, .at = offsetof(type, field.state_type),             \
     .choices = "f16 f32", .env = true,                                                            \
     .help = "precision of the recurrent state of hybrids (f16)"},                                 \
    {.name = "logit-factor", .kind = CLI_F32, .at = offsetof(type, field.logit_factor),            \
     .min = 0, .max = 1000, .value = "F",                                                          \
     .help = "multiply the logits, for a file whose head lost its multiplier (0: if known)"},      \
    {.name = "cpu", .kind = CLI_CHOICE, .at = offsetof(type, field.cpu),                           \
     .choices = "auto ref avx2 avx512 vnni bf16 amx", .env = true,                                 \
     .help = "instruction set to use (auto: the best)"},                                           \
    {.name = "exact", .kind = CLI_ON, .at = offsetof(type, field.exact),                           \
     .help = "dequantised weights and f32 everywhere: slow, for tests"},                           \
    {.name = "no-repack", .kind = CLI_ON, .at = offsetof(type, field.no_repack), .env = true,      \
     .help = "keep the weights in the mapped file: no memory for them, same answers, slower"}

/* Path of the model that the arguments name; release with alloc_free. Errors: IO (no such file or
 * name; says how to get it), NOMEM. */
sheaf_code model_args_path(char **out, const struct model_args *a, sheaf_error *err);

/* Jinja source or template name that overrides the file's, NULL for none, from either option; owned
 * by *owned (release with alloc_free). Errors: IO, USAGE when both are given, LIMIT. */
sheaf_code model_args_template(char **owned, const struct model_args *a, sheaf_error *err);

/* Appends the settings of the engine that change what it computes, for records of a run. */
void model_args_note(strbuf *out, const struct model_args *a);

/* Resolves and opens. Errors: those above, USAGE (adapter scale), and of sheaf_engine_open. */
sheaf_code model_args_open(sheaf_engine **out, const struct model_args *a, sheaf_error *err);

#endif
