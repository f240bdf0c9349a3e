/* solve_args.c - see solve_args.h. */
#include "src/solve_args.h"

#include <string.h>

struct solve_args solve_args_defaults(void)
{
    return (struct solve_args){
        .solve = sheaf_solve_defaults(), .thinking = "auto", .answer_type = "auto",
        .prompt_cache_mem = (size_t)256 << 20};
}

void solve_args_settle(struct solve_args *a)
{
    if (a->variant)
        a->solve.keep = strcmp(a->variant, "low") == 0 ? 0.1 : 0.9;
    if (a->no_instruction)
        a->solve.instruction = NULL;
    if (strcmp(a->thinking, "auto") != 0)
        a->solve.thinking = strcmp(a->thinking, "on") == 0;
}

enum answer_kind solve_args_answer_kind(const struct solve_args *a, enum answer_kind automatic)
{
    enum answer_kind kind = automatic;
    answer_kind_parse(&kind, a->answer_type);
    return kind;
}
