/* fuzz_answer.c - answers out of responses, and what must hold for any two answers. */
#include <string.h>

#include <sheaf/verify.h>

#include "base/text.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"

static void promise_relation(text a, text b)
{
    char canon_a[2 * SHEAF_ANSWER_MAX], canon_b[2 * SHEAF_ANSWER_MAX];
    sheaf_verdict self = sheaf_answer_equal(a.p, a.n, a.p, a.n);
    sheaf_verdict there = sheaf_answer_equal(a.p, a.n, b.p, b.n);
    PROMISE(self != SHEAF_DIFFERENT);
    PROMISE(there == sheaf_answer_equal(b.p, b.n, a.p, a.n));
    if (sheaf_answer_canonical(canon_a, sizeof canon_a, a.p, a.n) &&
        sheaf_answer_canonical(canon_b, sizeof canon_b, b.p, b.n))
        PROMISE(there != SHEAF_DIFFERENT || strcmp(canon_a, canon_b) != 0);
}

static void promise_grade(text gold, text response, sheaf_task task)
{
    char answer[SHEAF_ANSWER_MAX + 1];
    size_t n = 0;
    sheaf_grade g;
    sheaf_response_grade(&g, gold.p, gold.n, response.p, response.n, task, NULL);
    PROMISE(g.level && g.reason && sheaf_verdict_name(g.verdict));
    if (sheaf_answer_extract(answer, &n, sizeof answer, response.p, response.n, task) ==
        SHEAF_FOUND)
        PROMISE(n < sizeof answer && answer[n] == '\0');
}

/* Both fall into one class, or none, whatever their order. */
static void promise_groups(text a, text b)
{
    const char *const there[] = {a.p, b.p}, *const back[] = {b.p, a.p};
    const size_t lens[] = {a.n, b.n}, back_lens[] = {b.n, a.n};
    int first[2], second[2];
    if (sheaf_answer_group(first, there, lens, 2, NULL) != SHEAF_OK ||
        sheaf_answer_group(second, back, back_lens, 2, NULL) != SHEAF_OK)
        return;
    PROMISE((first[0] == first[1]) == (second[0] == second[1]));
}

sheaf_code fuzz_answer(const uint8_t *data, size_t size)
{
    text all = {(const char *)data, size};
    size_t end = text_find(all, TEXT("\n"));
    text gold = text_slice(all, 0, end == SIZE_MAX ? size : end);
    text response = text_slice(all, end == SIZE_MAX ? size : end + 1, size);
    for (int task = SHEAF_TASK_GENERIC; task <= SHEAF_TASK_CHOICE; task++)
        promise_grade(gold, response, (sheaf_task)task);
    promise_relation(gold, response);
    promise_groups(gold, response);
    return SHEAF_OK;
}
