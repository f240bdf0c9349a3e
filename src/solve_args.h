/* solve_args.h - the options of every command that runs questions: rows of option tables. */
#ifndef SRC_SOLVE_ARGS_H
#define SRC_SOLVE_ARGS_H

#include <sheaf/tts.h>

#include "evals/answer_kind.h"
#include "src/cli.h"

struct solve_args {
    sheaf_solve_options solve;
    const char *variant, *thinking; /* words that stand for members of `solve` */
    const char *answer_type;        /* a name of answer_kind.h, or "auto" */
    bool no_instruction;
    const char *prompt_cache; /* file, NULL: none */
    size_t prompt_cache_mem;
};

/* Defaults of the library. */
struct solve_args solve_args_defaults(void);

/* After parsing: what the words stand for goes into `solve`. */
void solve_args_settle(struct solve_args *a);

/* The kind of --answer-type; `automatic` is what auto stands for. */
enum answer_kind solve_args_answer_kind(const struct solve_args *a, enum answer_kind automatic);

/* In each, `type` is the command's argument struct and `field` its struct solve_args. */
#define SOLVE_AT(type, field, member) offsetof(type, field.member)

#define PROMPT_OPTIONS(type, field)                                                                \
    {.name = "system", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, solve.system),                \
     .value = "TEXT", .help = "system text (the template's)"},                                     \
    {.name = "instruction", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, solve.instruction),      \
     .value = "TEXT", .help = "line put after the question (asks for a boxed answer)"},            \
    {.name = "no-instruction", .kind = CLI_ON, .at = SOLVE_AT(type, field, no_instruction),        \
     .help = "put nothing after the question"},                                                    \
    {.name = "thinking", .kind = CLI_CHOICE, .at = SOLVE_AT(type, field, thinking),                \
     .choices = "auto on off", .help = "thinking switch of the template (auto)"},                  \
    {.name = "prompt-cache", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, prompt_cache),          \
     .value = "FILE", .help = "keep prefilled beginnings of prompts in FILE"},                     \
    {.name = "prompt-cache-mem", .kind = CLI_BYTES,                                                \
     .at = SOLVE_AT(type, field, prompt_cache_mem), .min = 0, .max = 1e15, .value = "BYTES",       \
     .help = "memory for beginnings of prompts, 0 for none (256M)"},                               \
    {.name = "raw", .kind = CLI_ON, .at = SOLVE_AT(type, field, solve.raw),                        \
     .help = "the question is the whole prompt, without a template"}

#define BUDGET_OPTIONS(type, field)                                                                \
    {.name = "traces", .letter = 'N', .synonyms = "budget", .kind = CLI_SIZE,                      \
     .at = SOLVE_AT(type, field, solve.traces), .min = 1, .max = 4096, .value = "N", .env = true,  \
     .help = "reasoning traces in all (32)"},                                                      \
    {.name = "parallel", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.parallel), .min = 0,  \
     .max = 4096, .value = "N", .env = true,                                                       \
     .help = "traces decoded at once, 0 for all (online: the warm-up) that fit (0)"},              \
    {.name = "max-tokens", .letter = 'n', .synonyms = "n-predict", .kind = CLI_SIZE,               \
     .at = SOLVE_AT(type, field, solve.max_tokens), .min = 1, .max = 1 << 20, .value = "N",        \
     .env = true, .help = "most tokens of one trace (1024)"},                                      \
    {.name = "max-total-tokens", .kind = CLI_U64,                                                  \
     .at = SOLVE_AT(type, field, solve.max_total_tokens), .min = 0, .max = 1e15, .value = "N",     \
     .help = "most tokens of all traces, 0 for no limit (0)"},                                     \
    {.name = "max-seconds", .kind = CLI_F64, .at = SOLVE_AT(type, field, solve.max_seconds),       \
     .min = 0, .max = 1e7, .value = "S",                                                           \
     .help = "vote on what there is after S seconds, 0 for no limit (0)"},                         \
    {.name = "mem", .kind = CLI_BYTES, .at = SOLVE_AT(type, field, solve.mem_bytes), .min = 0,     \
     .max = 1e15, .value = "BYTES", .env = true,                                                   \
     .help = "memory budget, such as 4G (what is free)"}

#define SAMPLING_OPTIONS(type, field)                                                              \
    {.name = "seed", .letter = 's', .kind = CLI_U64, .at = SOLVE_AT(type, field, solve.seed),      \
     .value = "N", .env = true, .help = "seed of the run: same seed, same traces (0)"},            \
    {.name = "temperature", .synonyms = "temp", .kind = CLI_F32,                                   \
     .at = SOLVE_AT(type, field, solve.sampling.temperature), .min = 0, .max = 10, .value = "T",   \
     .env = true, .help = "0 for greedy (0.7)"},                                                   \
    {.name = "top-k", .kind = CLI_INT, .at = SOLVE_AT(type, field, solve.sampling.top_k),          \
     .min = 0, .max = 1000000, .value = "K",                                                       \
     .help = "keep the K most probable tokens, 0 for all (0)"},                                    \
    {.name = "top-p", .kind = CLI_F32, .at = SOLVE_AT(type, field, solve.sampling.top_p),          \
     .min = 0, .max = 1, .value = "P",                                                             \
     .help = "keep the most probable tokens that sum to P (0.95)"},                                \
    {.name = "min-p", .kind = CLI_F32, .at = SOLVE_AT(type, field, solve.sampling.min_p),          \
     .min = 0, .max = 1, .value = "P", .help = "drop tokens below P times the most probable (0)"}

/* Rules that override parts of the strategy. */
#define RULE_OPTIONS(type, field)                                                                  \
    {.name = "cut", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, solve.cut), .value = "RULE",     \
     .help = "what ends a trace early, `list` shows all (the strategy's)"},                        \
    {.name = "vote", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, solve.vote), .value = "RULE",   \
     .help = "what a vote weighs, `list` shows all (the strategy's)"},                             \
    {.name = "stop", .kind = CLI_TEXT, .at = SOLVE_AT(type, field, solve.stop), .value = "RULE",   \
     .help = "what ends the run early, `list` shows all (the strategy's)"}

#define STRATEGY_OPTIONS(type, field)                                                              \
    {.name = "answer-type", .kind = CLI_CHOICE, .at = SOLVE_AT(type, field, answer_type),          \
     .choices = "auto any integer aime number choice", .value = "TYPE",                            \
     .help = "answers of another type do not vote; auto: by the set, else any (auto)"},            \
    {.name = "warmup", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.warmup), .min = 1,      \
     .max = 4096, .value = "N",                                                                    \
     .help = "traces that set the threshold (16, at most half the budget)"},                       \
    {.name = "keep", .kind = CLI_F64, .at = SOLVE_AT(type, field, solve.keep), .min = 0.01,        \
     .max = 1, .value = "SHARE", .help = "share of traces that the threshold keeps (0.9)"},        \
    {.name = "variant", .kind = CLI_CHOICE, .at = SOLVE_AT(type, field, variant),                  \
     .choices = "low high", .help = "the paper's names for --keep 0.1 and --keep 0.9"},            \
    {.name = "window", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.window), .min = 0,      \
     .max = 1 << 20, .value = "N",                                                                 \
     .help = "tokens of a confidence group, 0 from the warm-up lengths (0)"},                      \
    {.name = "tau", .kind = CLI_F64, .at = SOLVE_AT(type, field, solve.tau), .min = 0.01,          \
     .max = 2, .value = "SHARE",                                                                   \
     .help = "stop at this share or posterior of the leader, above 1 never (0.95)"},               \
    {.name = "min-ballots", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.min_ballots),      \
     .min = 1, .max = 4096, .value = "N",                                                          \
     .help = "ballots needed before --tau can stop the run (4)"},                                  \
    {.name = "esc-window", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.esc_window),        \
     .min = 1, .max = 4096, .value = "N",                                                          \
     .help = "esc: traces in a row that must be unanimous (5)"},                                   \
    {.name = "probe-every", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.probe_every),      \
     .min = 1, .max = 1 << 20, .value = "N",                                                       \
     .help = "probe: tokens between two probes of a trace (64)"},                                  \
    {.name = "probe-agree", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.probe_agree),      \
     .min = 1, .max = 4096, .value = "N",                                                          \
     .help = "probe: probes in a row with one answer that end a trace (3)"},                       \
    {.name = "think-tokens", .synonyms = "reasoning-budget", .kind = CLI_SIZE,                     \
     .at = SOLVE_AT(type, field, solve.think_tokens), .min = 0, .max = 1 << 20, .value = "N",      \
     .help = "force: tokens after which a trace must answer, 0 for 7/8 of --max-tokens (0)"},      \
    {.name = "waits", .kind = CLI_SIZE, .at = SOLVE_AT(type, field, solve.waits), .min = 0,        \
     .max = 4096, .value = "N",                                                                    \
     .help = "force: how often an early end becomes \"Wait\" (1)"},                                \
    {.name = "cges-centre", .kind = CLI_F64, .at = SOLVE_AT(type, field, solve.cges_centre),       \
     .min = -1e6, .max = 1e6, .value = "NATS",                                                     \
     .help = "cges: mean confidence at which half of the answers are right (12.5)"},               \
    {.name = "cges-slope", .kind = CLI_F64, .at = SOLVE_AT(type, field, solve.cges_slope),         \
     .min = -1e6, .max = 1e6, .value = "X",                                                        \
     .help = "cges: steepness of the calibration, per nat (0.9)"},                                 \
    {.name = "no-loop-guard", .kind = CLI_OFF, .at = SOLVE_AT(type, field, solve.loop_guard),      \
     .help = "let traces repeat themselves to their limit"}

#endif
