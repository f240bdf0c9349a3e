/* maths_judge.c - <sheaf/verify.h> in the shape that votes want. */
#include "src/maths_judge.h"

#include <sheaf/verify.h>
#include <string.h>

static bool extract(void *ctx, char *out, size_t cap, const char *text, size_t len)
{
    size_t n = 0;
    (void)ctx;
    return sheaf_answer_extract(out, &n, cap, text, len, SHEAF_TASK_GENERIC) == SHEAF_FOUND &&
           !memchr(out, '\0', n);
}

static bool equal(void *ctx, const char *a, const char *b)
{
    (void)ctx;
    return sheaf_answer_equal(a, strlen(a), b, strlen(b)) == SHEAF_EQUAL;
}

sheaf_judge maths_judge(void)
{
    return (sheaf_judge){.extract = extract, .equal = equal};
}
