/* eval_set.h - the problems of an evaluation: which file, which part of it, how they are put. */
#ifndef SRC_EVAL_SET_H
#define SRC_EVAL_SET_H

#include <sheaf/dataset.h>

#include "datasets/fewshot.h"
#include "datasets/task.h"
#include "evals/shard.h"
#include "src/cli.h"

struct eval_set_args {
    const char *data;   /* file, or name of a task that was pulled */
    const char *limit;  /* NULL: all */
    const char *shard;  /* "i/n" or "auto"; NULL: the whole selection */
    const char *layout; /* "plain" or "lm-eval" */
    size_t n_shots;
    const char *shots;  /* file of examples; NULL: none */
};

/* Rows of an option table: `type` is the command's argument struct, `field` its struct
 * eval_set_args. */
#define SET_AT(type, field, member) offsetof(type, field.member)

#define SET_OPTIONS(type, field)                                                                   \
    {.name = "data", .letter = 'd', .kind = CLI_TEXT, .at = SET_AT(type, field, data),             \
     .value = "FILE|TASK",                                                                         \
     .help = "problems with answers, one JSON object a line, or a name of `sheaf tasks`"},         \
    {.name = "limit", .letter = 'L', .kind = CLI_TEXT, .at = SET_AT(type, field, limit),           \
     .value = "N|A-B|0.1",                                                                         \
     .help = "the first N, those from A to B, or a share; the result is marked partial (all)"},    \
    {.name = "shard", .kind = CLI_TEXT, .at = SET_AT(type, field, shard), .value = "i/n|auto",     \
     .help = "every n-th problem from the i-th on; auto: as Slurm or MPI says (all)"}

#define LAYOUT_OPTIONS(type, field)                                                                \
    {.name = "layout", .kind = CLI_CHOICE, .at = SET_AT(type, field, layout),                      \
     .choices = "plain lm-eval",                                                                   \
     .help = "lm-eval: \"Question: ...\", \"Answer:\", no instruction (plain)"},                   \
    {.name = "fewshot", .synonyms = "num-fewshot", .kind = CLI_SIZE,                               \
     .at = SET_AT(type, field, n_shots), .min = 0, .max = (double)FEWSHOT_MAX, .value = "N",       \
     .help = "solved examples before each question, drawn by --seed; layout lm-eval (0)"},         \
    {.name = "fewshot-data", .kind = CLI_TEXT, .at = SET_AT(type, field, shots), .value = "FILE",  \
     .help = "where they come from: \"question\", \"answer\" and \"solution\" a line"}

struct eval_set {
    sheaf_dataset *data;
    char *path;
    const struct task *task; /* NULL: an own file */
    struct shard shard;      /* n 1: the whole selection */
    const char *layout;      /* NULL: questions as they are */
    size_t n_shots;
    uint64_t shots_hash;
};

/* Opens the file, selects, puts examples (drawn by `seed`) and layout around the questions. Errors:
 * USAGE, IO, FORMAT, LIMIT, NOMEM. Release with eval_set_close, also after an error. */
sheaf_code eval_set_open(struct eval_set *out, const struct eval_set_args *a, uint64_t seed,
                         sheaf_error *err);
void eval_set_close(struct eval_set *s);

#endif
