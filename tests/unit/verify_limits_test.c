/* verify_limits_test.c - answers that are meant to hurt: towers of powers, deep nesting, megabytes
 * of digits. Each verdict has a bound on time and memory, and none may be EQUAL by accident.
 *
 * Every case runs in a process of its own, whose address space may grow by MAX_BYTES (not under a
 * sanitizer, which needs terabytes of it). */
#include <sheaf/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/support/check.h"

#ifdef __SANITIZE_ADDRESS__
#define MAX_S 0.25 /* a megabyte of response takes five times as long */
#else
#define MAX_S 0.05
#endif
#define MAX_BYTES ((size_t)64 << 20)
#define SLOW 100 /* exit status of a case that took too long */
#define KILL_S 5 /* when it is stopped */

/* The text is head, `times` times piece, middle, `times` times closing, tail. */
struct attack {
    const char *allowed; /* verdicts against the gold: E, D, U, N */
    const char *head, *piece, *middle, *closing, *tail;
    size_t times;
};

#define K5 100000

/* Graded as bare answers against "5", then against themselves. */
static const struct attack answers[] = {
    /* powers and factorials */
    {"UD", "9^9^9^9", "", "", "", "", 0},
    {"UD", "", "9^{", "9", "}", "", 30},
    {"UD", "2003^{2002^{2001}}", "", "", "", "", 0},
    {"UD", "10^{10^{10^{10}}}+1", "", "", "", "", 0},
    {"UD", "10^{-999999999999}", "", "", "", "", 0},
    {"UD", "", "(", "2", ")^{99}", "", 60},
    {"UD", "1000000000!", "", "", "", "", 0},
    {"UD", "((((9!)!)!)!)!", "", "", "", "", 0},
    {"UD", "9", "!", "", "", "", 2000},
    {"UD", "\\binom{10^{12}}{5\\cdot 10^{11}}", "", "", "", "", 0},
    {"UD", "1e999999999", "", "", "", "", 0},
    {"UD", "1e-999999999", "", "", "", "", 0},
    {"UD", "1e99999999999999999999999999", "", "", "", "", 0},
    {"UD", "(x+1)^{1000000000}", "", "", "", "", 0},
    {"UD", "(x+y)^{10^{18}}-(y+x)^{10^{18}}+6", "", "", "", "", 0},
    {"UD", "0^{9^{9^9}}", "", "", "", "", 0},
    {"UD", "(-1)^{9^{9^9}}", "", "", "", "", 0},
    {"UD", "9^{9^9}-9^{9^9}", "", "", "", "", 0},
    {"UD", "\\gcd(9^{9^9},6^{6^6})", "", "", "", "", 0},
    /* roots, logarithms, trigonometry */
    {"UD", "\\sqrt[1000000000]{2}", "", "", "", "", 0},
    {"UD", "2^{0.000000001}", "", "", "", "", 0},
    {"UD", "", "\\sqrt{2+", "2", "}", "", 60},
    {"UD", "1", "+\\sqrt[7]{3+\\sqrt[5]{2}}", "", "", "", 60},
    {"UD", "\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11}+\\sqrt{13}+\\sqrt{17}+\\sqrt{19}+\\sqrt{23}"
           "-\\sqrt{29}-\\sqrt{31}-\\sqrt{37}-\\sqrt{41}+0.0000000000001", "", "", "", "", 0},
    {"UD", "\\sin(10^{100})", "", "", "", "", 0},
    {"UD", "\\sin(10^{10^{10}})", "", "", "", "", 0},
    {"UD", "\\cos\\frac{\\pi}{99999989}", "", "", "", "", 0},
    {"UD", "", "\\sin(", "1", ")", "", 60},
    {"UD", "", "e^{", "1", "}", "", 60},
    {"UD", "", "\\exp(", "1", ")", "", 20},
    {"UD", "", "\\ln(", "9^{9^9}", ")", "", 40},
    {"UD", "\\frac{1}{\\sqrt{3-2\\sqrt2}-\\sqrt2+1}", "", "", "", "", 0},
    {"UD", "\\tan\\frac{\\pi}{2}", "", "", "", "", 0},
    {"UD", "\\lfloor 10^{50}\\pi \\rfloor", "", "", "", "", 0},
    {"UD", "\\lfloor ", "e^{", "9", "}", "\\rfloor", 8},
    /* nesting */
    {"U", "", "{", "6", "}", "", K5},
    {"U", "", "(", "6", ")", "", K5},
    {"U", "", "(", "", "", "", K5},
    {"U", "", "}", "", "", "", K5},
    {"U", "", "\\sqrt{", "6", "}", "", K5},
    {"U", "", "\\frac{1}{1+", "6", "}", "", K5},
    {"U", "x", "^{x", "", "}", "", 1000},
    {"U", "x", "_{x", "", "}", "", 1000},
    {"UD", "", "\\text{", "6", "}", "", 500},
    {"U", "", "\\left(", "6", "\\right)", "", 200},
    {"UD", "", "|", "6", "|", "", 500},
    {"U", "", "\\begin{pmatrix}", "6", "\\end{pmatrix}", "", 100},
    {"UD", "", "\\lfloor ", "6", "\\rfloor ", "", 63},
    /* length */
    {"U", "", "7", "", "", "", (size_t)1 << 20},
    {"U", "0.", "7", "", "", "", (size_t)1 << 20},
    {"U", "1", ",000", "", "", "", 250000},
    {"UD", "", "7", "", "", "", 4000},
    {"UD", "0.\\overline{", "71", "", "", "}", 1900},
    {"UD", "", "z", "", "", "_{36}", 4000},
    {"UD", "6", "-1+1", "", "", "", 1000},
    {"UD", "6", "\\cdot x", "", "", "", 500},
    {"UD", "", "(x+1)", "", "", "", 500},
    {"UD", "1", "+\\frac{1}{x+1}", "", "", "", 250},
    {"UD", "6", "\\pm 1", "", "", "", 64},
    {"UD", "6", "\\pm\\sqrt2", "", "", "", 400},
    {"UD", "", "-", "6", "", "", 4000},
    {"U", "", "-", "6", "", "", K5},
    {"UD", "1", ", 2", "", "", "", 1000},
    {"UD", "\\{1", ",2", "", "", "\\}", 1000},
    {"UD", "(0,1)", "\\cup(2,3)", "", "", "", 400},
    {"UD", "\\begin{matrix}1", "&1", "", "", "\\end{matrix}", 1500},
    {"UD", "x", "=x", "", "", "", 1500},
    {"UD", "1", ":1", "", "", "", 1500},
    {"UD", "a", "bcdefgh", "", "", "", 500},
    {"UD", "6", " cm", "", "", "", 1000},
    {"UD", "6", "\\%", "", "", "", 1000},
    {"UD", "6", "^\\circ", "", "", "", 500},
    {"UD", "6", "\\quad", "", "", "", 600},
    {"UD", "\xff", "\xff", "", "", "", 4000},
};

/* Graded as responses against "5". */
static const struct attack responses[] = {
    {"N", "", "\\boxed{", "", "", "", K5},
    {"N", "\\boxed{5} or rather \\boxed{6", "", "", "", "", 0},
    {"NU", "", "\\boxed{", "5", "}", "", K5},
    {"DU", "", "\\boxed{6}", "", "", "", K5},
    {"DU", "", "\\boxed{6}, ", "", "", "", K5},
    {"N", "<think>\\boxed{5}", "", "", "", "", 0},
    {"N", "", "<think>", "\\boxed{5}", "", "", K5},
    {"DU", "", "####", "", "", "6", K5},
    {"DU", "", "The answer is ", "", "", "6", 70000},
    {"DUN", "The answer is ", "6", "", "", "", (size_t)3 << 20},
    {"DU", "", "x", "", "", "\\boxed{6}", (size_t)3 << 20},
    {"N", "\\boxed{5}", "x", "", "", "", (size_t)2 << 20},
    {"N", "", "", "", "", "", 0},
    {"N", "", " \n", "", "", "", K5},
    {"DUN", "\\boxed{", "7", "", "", "}", (size_t)1 << 20},
    {"DUN", "\\boxed{", "{", "6", "}", "}", K5},
};

static void build(strbuf *out, const struct attack *a)
{
    strbuf_str(out, a->head);
    for (size_t i = 0; i < a->times; i++)
        strbuf_str(out, a->piece);
    strbuf_str(out, a->middle);
    for (size_t i = 0; i < a->times; i++)
        strbuf_str(out, a->closing);
    strbuf_str(out, a->tail);
}

/* Refuses the process memory beyond what it has and MAX_BYTES. */
static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
    char line[256] = "0";
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && !fgets(line, sizeof line, f))
        line[0] = '0';
    if (f)
        fclose(f);
    size_t pages = strtoul(line, NULL, 10);
    if (pages == 0)
        return;
    rlim_t most = pages * (size_t)sysconf(_SC_PAGESIZE) + MAX_BYTES;
    setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
#endif
}

static sheaf_verdict grade_answer(text gold, text answer)
{
    sheaf_grade g;
    sheaf_answer_grade(&g, gold.p, gold.n, answer.p, answer.n, SHEAF_TASK_MATH, NULL);
    return g.verdict;
}

static sheaf_verdict grade_response(text gold, text response)
{
    sheaf_grade g;
    sheaf_response_grade(&g, gold.p, gold.n, response.p, response.n, SHEAF_TASK_MATH, NULL);
    return g.verdict;
}

typedef sheaf_verdict judge(text gold, text answer);

/* The verdict, or SLOW, as exit status of a child. */
static int run_apart(judge *grade, text gold, text answer)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        limit_memory();
        setrlimit(RLIMIT_CPU, &(struct rlimit){KILL_S, KILL_S});
        double start = clock_cpu_s();
        sheaf_verdict v = grade(gold, answer);
        _exit(clock_cpu_s() - start <= MAX_S ? (int)v : SLOW);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* A verdict out of `allowed`, in time. */
static bool survives(const struct attack *a, const char *against, judge *grade, text gold,
                     text answer, const char *allowed)
{
    int status = run_apart(grade, gold, answer);
    int v = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool fine = v >= 0 && v <= SHEAF_NO_ANSWER && strchr(allowed, "EDUN"[v]);
    if (!fine)
        print_message("%s%zu times %s...%s against %s: %s\n", a->head, a->times, a->piece, a->tail,
                      against,
                      v == SLOW ? "too slow"
                      : v < 0   ? "crash, memory, or seconds"
                                : sheaf_verdict_name((sheaf_verdict)v));
    return fine;
}

static void bounds_answers(void **state)
{
    (void)state;
    int n_bad = 0;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct attack *a = &answers[i];
        strbuf b = {0};
        build(&b, a);
        text answer = strbuf_view(&b);
        n_bad += !survives(a, "5", grade_answer, TEXT("5"), answer, a->allowed);
        n_bad += !survives(a, "itself", grade_answer, answer, answer, "EU");
        strbuf_free(&b);
    }
    assert_int_equal(n_bad, 0);
}

static void bounds_responses(void **state)
{
    (void)state;
    int n_bad = 0;
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        const struct attack *a = &responses[i];
        strbuf b = {0};
        build(&b, a);
        n_bad += !survives(a, "5", grade_response, TEXT("5"), strbuf_view(&b), a->allowed);
        strbuf_free(&b);
    }
    assert_int_equal(n_bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_answers),
        cmocka_unit_test(bounds_responses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
