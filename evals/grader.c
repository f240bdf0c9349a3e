/* grader.c - the exact verifier in the shape of a judge, and which task suits a set. */
#include "evals/grader.h"

#include <sheaf/eval.h>
#include <string.h>

#include "base/text.h"

/* A context is the address of a place in this table: row and column are the settings. */
static const char places[SHEAF_TASK_CHOICE + 1][ANSWER_KINDS];

static size_t place_of(void *ctx)
{
    return (size_t)((const char *)ctx - &places[0][0]);
}

static sheaf_task task_of(void *ctx)
{
    return (sheaf_task)(place_of(ctx) / ANSWER_KINDS);
}

static bool fits(void *ctx, const char *answer)
{
    return answer_kind_fits((enum answer_kind)(place_of(ctx) % ANSWER_KINDS), answer);
}

static bool extract(void *ctx, char *out, size_t cap, const char *response, size_t len)
{
    size_t n = 0;
    return sheaf_answer_extract(out, &n, cap, response, len, task_of(ctx)) == SHEAF_FOUND &&
           !memchr(out, '\0', n);
}

static bool equal(void *ctx, const char *a, const char *b)
{
    (void)ctx;
    return sheaf_answer_equal(a, strlen(a), b, strlen(b)) == SHEAF_EQUAL;
}

static bool right(void *ctx, const char *gold, const char *answer)
{
    sheaf_grade grade;
    sheaf_answer_grade(&grade, gold, strlen(gold), answer, strlen(answer), task_of(ctx), NULL);
    return grade.verdict == SHEAF_EQUAL;
}

static bool canonical(void *ctx, char *out, size_t cap, const char *answer)
{
    (void)ctx;
    return sheaf_answer_canonical(out, cap, answer, strlen(answer));
}

struct grader grader_for(sheaf_task task, enum answer_kind kind)
{
    void *ctx = (void *)&places[task][kind]; /* read only */
    return (struct grader){
        .judge = {.ctx = ctx, .extract = extract, .equal = equal, .fits = fits},
        .ctx = ctx,
        .right = right,
        .canonical = canonical,
    };
}

const char *grader_task_name(sheaf_task task)
{
    static const char *const names[] = {
        [SHEAF_TASK_GENERIC] = "generic", [SHEAF_TASK_GSM8K] = "gsm8k", [SHEAF_TASK_AIME] = "aime",
        [SHEAF_TASK_MATH] = "math",       [SHEAF_TASK_CHOICE] = "choice",
    };
    return names[task];
}

static bool all_of_type(const sheaf_dataset *d, const char *type, const char *or_type)
{
    for (size_t i = 0; i < sheaf_dataset_selected(d); i++) {
        const char *t = sheaf_dataset_selected_problem(d, i)->answer_type;
        if (strcmp(t, type) != 0 && strcmp(t, or_type) != 0)
            return false;
    }
    return true;
}

sheaf_task sheaf_eval_task(const sheaf_dataset *d)
{
    text name = text_of(sheaf_dataset_name(d));
    if (text_starts(name, TEXT("aime")) || text_starts(name, TEXT("amc")))
        return SHEAF_TASK_AIME;
    if (all_of_type(d, "choice", "choice"))
        return SHEAF_TASK_CHOICE;
    return all_of_type(d, "integer", "decimal") ? SHEAF_TASK_GSM8K : SHEAF_TASK_MATH;
}
