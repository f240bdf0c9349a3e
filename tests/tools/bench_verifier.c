/* bench_verifier.c - verdicts per second of the verifier, by kind of pair, and the time a vote of
 * 512 answers takes: `make bench-verifier`. Each figure is the median of seven runs of one thread,
 * in CPU time.
 */
#include <sheaf/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"

#define RUNS 7
#define RUN_S 0.15 /* a run repeats its pairs for about this long */
#define TURN_S 0.005 /* and looks at the clock, a system call, about this often */
#define VOTES 512

struct pair {
    const char *gold, *answer;
};

static const struct pair integers[] = {
    {"42", "42"}, {"42", "43"}, {"204", "204"}, {"-17", "17"}, {"025", "25"}, {"113", "113"},
    {"1080", "1080"}, {"7", "70"}, {"73", "73"}, {"588", "385"}, {"70000", "70000"}, {"5", "-5"}};

static const struct pair structure[] = {
    {"x+y", "y+x"}, {"2x", "x\\cdot 2"}, {"(1,2)", "(1, 2)"}, {"\\{1,2,3\\}", "3,2,1"},
    {"\\text{Evelyn}", "Evelyn"}, {"[0,1]", "[0,1)"}, {"\\sqrt{12}", "2\\sqrt3"}, {"x=5", "5"}};

static const struct pair rationals[] = {
    {"\\frac12", "0.5"}, {"\\frac{3}{4}", "0.7"}, {"1\\frac45", "1.8"}, {"\\frac{14}{3}", "14/3"},
    {"10,080", "10080"}, {"10\\%", "0.1"}, {"\\$18.90", "18.9"}, {"2^{10}", "1024"},
    {"\\binom{5}{2}", "10"}, {"90^\\circ", "90"}};

static const struct pair polynomials[] = {
    {"(x+1)^2", "x^2+2x+1"}, {"x^2-1", "(x-1)(x+1)"},
    {"\\frac{2}{x^2-1}", "\\frac1{x-1}-\\frac1{x+1}"},
    {"x^2+1", "x^2-1"}, {"(a+5)(b+2)", "(b+2)(a+5)"}, {"6-5i", "-5i+6"}};

static const struct pair surds[] = {
    {"\\frac{1}{\\sqrt2+1}", "\\sqrt2-1"}, {"\\sqrt{5+2\\sqrt6}", "\\sqrt2+\\sqrt3"},
    {"2\\sqrt{113}", "\\sqrt{452}"}, {"\\frac{\\sqrt{3}}{3}", "1/\\sqrt3"}, {"\\sqrt2", "1.414"},
    {"\\frac{1+\\sqrt5}{2}", "1.618"}, {"3\\sqrt{13}", "\\sqrt{117}"}, {"\\sin 60^\\circ", "0.866"},
    {"\\cos\\frac{\\pi}{5}", "\\frac{1+\\sqrt5}{4}"}, {"11\\sqrt2", "15.556"}};

static const struct pair constants[] = {
    {"\\ln 6", "\\ln 2+\\ln 3"}, {"\\frac{3\\pi}{4}", "0.75\\pi"}, {"\\pi", "3.14"},
    {"1-\\frac1e", "1-e^{-1}"}, {"\\log_2 3", "\\log_3 2"}, {"\\arctan 1", "\\pi/4"}};

static const struct pair functions[] = {
    {"\\sin 2x", "2\\sin x\\cos x"}, {"\\sqrt{x^2}", "x"}, {"e^{2x}", "(e^x)^2"}, {"|x|", "x"},
    {"\\frac{1}{2}(e^t+e^{-t})", "\\cosh t"}, {"\\ln(x^2)", "2\\ln x"}};

#define TABLE(name) {#name, name, sizeof name / sizeof *name}

static const struct table {
    const char *name;
    const struct pair *pairs;
    size_t n;
} tables[] = {TABLE(integers), TABLE(structure), TABLE(rationals), TABLE(polynomials),
              TABLE(surds), TABLE(constants), TABLE(functions)};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

/* Judges the tables first .. last; the number of verdicts. */
static size_t one_turn(size_t first, size_t last)
{
    size_t n = 0;
    for (size_t t = first; t <= last; t++)
        for (size_t i = 0; i < tables[t].n; i++, n++) {
            const struct pair *p = &tables[t].pairs[i];
            sheaf_grade g;
            sheaf_answer_grade(&g, p->gold, strlen(p->gold), p->answer, strlen(p->answer),
                               SHEAF_TASK_MATH, NULL);
        }
    return n;
}

/* Verdicts per second. */
static double one_run(size_t first, size_t last)
{
    size_t n = 0, turns = 1;
    double start = clock_cpu_s(), now = start;
    while (now - start < RUN_S) {
        double last_look = now;
        for (size_t i = 0; i < turns; i++)
            n += one_turn(first, last);
        now = clock_cpu_s();
        turns = now - last_look < TURN_S ? 2 * turns : turns;
    }
    return (double)n / (now - start);
}

static double rate(size_t first, size_t last)
{
    double runs[RUNS];
    for (size_t i = 0; i < RUNS; i++)
        runs[i] = one_run(first, last);
    return median(runs, RUNS);
}

/* ---- votes ------------------------------------------------------------------------------------
 */

static const char *const spellings[] = {"%d", "%d.0", "\\frac{%d}{1}", "%d\\sqrt{3}",
                                        "\\sqrt{%d}+1", "%d\\text{ cm}", "[%d,\\infty)",
                                        "y=%dx+1", "\\{%d,3\\}", "\\frac{1+\\sqrt{%d}}{2}",
                                        "\\pm\\sqrt{%d}", "\\arctan %d", "\\log_2 %d",
                                        "%d\\pi", "e^{e^{%d}}"};

struct vote {
    const char *name;
    uint64_t values;   /* distinct numbers in the answers */
    size_t first, last; /* spellings */
};

static const struct vote votes[] = {{"40 integers, three spellings", 40, 0, 2},
                                    {"40 numbers, surds too", 40, 0, 4},
                                    {"512 different integers", 1000000, 0, 0},
                                    {"512 different surds", 1000000, 4, 4},
                                    {"512 with units, intervals, lines, sets", 1000000, 5, 8},
                                    {"512 roots of equations", 1000000, 9, 9},
                                    {"512 pairs of roots", 1000000, 10, 10},
                                    {"512 arcs", 1000000, 11, 11},
                                    {"512 logarithms", 1000000, 12, 12},
                                    {"512 multiples of pi", 1000000, 13, 13},
                                    {"512 towers of powers", 1000000, 14, 14}};

/* Milliseconds to group 512 answers. */
static double time_vote(const struct vote *v)
{
    static char answers[VOTES][32];
    const char *pointers[VOTES];
    size_t lens[VOTES];
    int classes[VOTES];
    double runs[RUNS];
    for (size_t i = 0; i < VOTES; i++) {
        uint64_t bits = rng_bits(1, v->values, i);
        size_t form = v->first + (size_t)(bits >> 32) % (v->last - v->first + 1);
        int value = (int)(bits % v->values) + 2;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(answers[i], sizeof answers[i], spellings[form], value);
#pragma GCC diagnostic pop
        pointers[i] = answers[i];
        lens[i] = strlen(answers[i]);
    }
    for (size_t i = 0; i < RUNS; i++) {
        double start = clock_cpu_s();
        sheaf_answer_group(classes, pointers, lens, VOTES, NULL);
        runs[i] = (clock_cpu_s() - start) * 1e3;
    }
    return median(runs, RUNS);
}

int main(void)
{
    const size_t n = sizeof tables / sizeof *tables;
    printf("| pairs | verdicts/s |\n|---|---|\n");
    for (size_t t = 0; t < n; t++)
        printf("| %s | %.0f |\n", tables[t].name, rate(t, t));
    printf("| L0 to L3, mixed | %.0f |\n", rate(1, 4));
    printf("| all, mixed | %.0f |\n", rate(0, n - 1));
    printf("\n| vote of 512 answers | ms |\n|---|---|\n");
    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++)
        printf("| %s | %.2f |\n", votes[i].name, time_vote(&votes[i]));
    return 0;
}
