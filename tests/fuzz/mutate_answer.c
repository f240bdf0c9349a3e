/* mutate_answer - broken answers and responses (usage: mutate_main.h).
 *
 * An input is a gold answer, a line break and a response, as fuzz_answer takes it. One verdict on
 * it may take VERDICT_S of CPU time at most, sanitizers on. */
#include <math.h>
#include <string.h>

#include <sheaf/verify.h>

#include "base/clock.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/mutate_main.h"
#include "tests/fuzz/mutate_text.h"

#define VERDICT_S 0.05

static const char *const golds[] = {
    "5", "-17", "3/8", "0.125", "12{,}500", "7\\frac{2}{9}", "40\\%", "\\$18.50", "35^\\circ",
    "2\\sqrt{7}", "\\frac{1+\\sqrt5}{2}", "\\sqrt[3]{2}-1", "\\ln 12", "\\log_3 20", "e^{-2}",
    "\\frac{3\\pi}{8}", "\\cos\\frac{\\pi}{7}", "4-9i", "x^3-3x+1", "\\frac{x+2}{x^2-5}",
    "\\sqrt{x^2+1}", "(2,-3)", "\\{1,4,9\\}", "2, 3, 5", "[-1,4)", "(-\\infty,2]\\cup(7,\\infty)",
    "\\begin{pmatrix} 1 & 0 \\\\ 2 & -5 \\end{pmatrix}", "y=3x-4", "2x+3y\\le 6", "3\\pm\\sqrt{11}",
    "3:7", "1101_2", "6\\text{ cm}^2", "\\text{Thursday}", "C", "|x-2|", "10!", "\\binom{9}{4}",
    "0.\\overline{27}", "2^{100}", "\\lfloor \\pi \\rfloor", "\\emptyset", "\\tan^{-1}(2)",
};

static const char *const responses[] = {
    "so we get \\boxed{%}.", "The final answer is $%$.", "<think>hm</think> \\boxed{%}",
    "sum\n#### %", "\\boxed{%} and \\boxed{%}", "Answer: %", "%", "\\boxed{x = %}",
    "**Final Answer**: \\(%\\)",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The response with the answer in the places of "%". */
static void fill(strbuf *out, const char *response, text answer)
{
    for (; *response; response++)
        if (*response == '%')
            strbuf_text(out, answer);
        else
            strbuf_char(out, *response);
}

static void change(struct dice *d, strbuf *b, uint64_t most)
{
    for (uint64_t k = dice_roll(d, most + 1); k > 0; k--)
        mutate_answer(d, b, text_of(golds[dice_roll(d, COUNT(golds))]));
}

static void make(struct dice *d, strbuf *out)
{
    strbuf answer = {0}, response = {0};
    const char *gold = golds[dice_roll(d, COUNT(golds))];
    const char *other = dice_roll(d, 2) ? gold : golds[dice_roll(d, COUNT(golds))];
    strbuf_str(&answer, other);
    change(d, &answer, 4);
    fill(&response, responses[dice_roll(d, COUNT(responses))], strbuf_view(&answer));
    change(d, &response, 1);
    strbuf_str(out, gold);
    if (dice_once_in(d, 4))
        change(d, out, 2);
    strbuf_char(out, '\n');
    strbuf_text(out, strbuf_view(&response));
    strbuf_free(&response);
    strbuf_free(&answer);
}

static double verdict_s; /* of the last input */

static double cost_s(void)
{
    return verdict_s;
}

static double time_verdict(text gold, text response)
{
    sheaf_grade g;
    double start = clock_cpu_s();
    sheaf_response_grade(&g, gold.p, gold.n, response.p, response.n, SHEAF_TASK_MATH, NULL);
    return clock_cpu_s() - start;
}

/* A verdict that takes too long is asked for once more: another process may have had the caches. */
static void promise_speed(text gold, text response)
{
    verdict_s = time_verdict(gold, response);
    if (verdict_s > VERDICT_S)
        verdict_s = fmin(verdict_s, time_verdict(gold, response));
    PROMISE(verdict_s <= VERDICT_S);
}

static sheaf_code run(const uint8_t *data, size_t n)
{
    text all = {(const char *)data, n};
    verdict_s = 0;
    size_t end = text_find(all, TEXT("\n"));
    if (end != SIZE_MAX)
        promise_speed(text_slice(all, 0, end), text_slice(all, end + 1, n));
    return fuzz_answer(data, n);
}

int main(int argc, char **argv)
{
    const struct mutate_program program = {"mutate_answer", make, run, cost_s};
    return mutate_main(argc, argv, &program);
}
