/* mutate_main.c - see mutate_main.h. */
#include "tests/fuzz/mutate_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define N_CODES (SHEAF_ERR_USAGE + 1)
#define MAX_FAILURES 10
#define N_DEAREST 10

struct arguments {
    int64_t n, seed, first;
    const char *dir;
};

struct cost {
    double s;
    int64_t round;
};

/* What the child has done, in memory that the parent sees too. */
struct progress {
    int64_t round; /* the one it is in; first + n: all done */
    uint64_t counts[N_CODES];
    struct cost slowest;            /* whole input */
    struct cost dearest[N_DEAREST]; /* by cost_s, falling */
};

static bool read_arguments(struct arguments *a, int argc, char **argv)
{
    int64_t *const numbers[] = {&a->n, &a->seed, &a->first};
    *a = (struct arguments){.n = 10000, .seed = 1};
    for (int i = 1; i < argc && i <= 3; i++)
        if (!text_to_i64(text_of(argv[i]), numbers[i - 1]) || *numbers[i - 1] < 0)
            return false;
    a->dir = argc == 5 ? argv[4] : NULL;
    return argc <= 5;
}

static void save(const struct arguments *a, int64_t round, text input)
{
    sheaf_error err = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/%lld", a->dir, (long long)round);
    if (file_write(path, input, &err) != SHEAF_OK) {
        fprintf(stderr, "%s: %s\n", err.source, err.message);
        exit(1);
    }
}

/* Bytes behind the input would hide a read past its end. */
static sheaf_code run_exactly(const struct mutate_program *p, text input)
{
    uint8_t *exact = malloc(input.n ? input.n : 1);
    if (!exact)
        abort();
    if (input.n)
        memcpy(exact, input.p, input.n);
    sheaf_code rc = p->run(exact, input.n);
    free(exact);
    return rc;
}

static void note_cost(struct cost *dearest, struct cost seen)
{
    size_t i = N_DEAREST;
    for (; i > 0 && seen.s > dearest[i - 1].s; i--)
        if (i < N_DEAREST)
            dearest[i] = dearest[i - 1];
    if (i < N_DEAREST)
        dearest[i] = seen;
}

static void run_round(const struct mutate_program *p, const struct arguments *a,
                      struct progress *seen)
{
    struct dice d = {(uint64_t)a->seed, (uint64_t)seen->round, 0};
    strbuf input = {0};
    p->make(&d, &input);
    if (a->dir)
        save(a, seen->round, strbuf_view(&input));
    double start = clock_cpu_s();
    seen->counts[run_exactly(p, strbuf_view(&input))]++;
    double took = clock_cpu_s() - start;
    if (took > seen->slowest.s)
        seen->slowest = (struct cost){took, seen->round};
    if (p->cost_s)
        note_cost(seen->dearest, (struct cost){p->cost_s(), seen->round});
    strbuf_free(&input);
}

static void run_child(const struct mutate_program *p, const struct arguments *a,
                      struct progress *seen)
{
    for (; seen->round < a->first + a->n; seen->round++) {
        alarm(MUTATE_ALARM_S);
        run_round(p, a, seen);
    }
    alarm(0);
    exit(0); /* leaks are looked for here */
}

/* True when rounds are left behind the failure. */
static bool tell_failure(const struct mutate_program *p, const struct arguments *a,
                         const struct progress *seen, int status)
{
    char why[32];
    snprintf(why, sizeof why, WIFSIGNALED(status) ? "signal %d" : "exit status %d",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (seen->round >= a->first + a->n) {
        printf("%s: %s after the last round (a leak)\n", p->name, why);
        return false;
    }
    printf("%s: %s in round %lld; repeat it with: %s 1 %lld %lld DIR\n", p->name, why,
           (long long)seen->round, p->name, (long long)a->seed, (long long)seen->round);
    return true;
}

static void tell_counts(const struct mutate_program *p, const struct arguments *a,
                        const struct progress *seen)
{
    printf("%s: %lld of %lld inputs:", p->name, (long long)(seen->round - a->first),
           (long long)a->n);
    for (int i = 0; i < N_CODES; i++)
        if (seen->counts[i])
            printf(" %s %llu", sheaf_code_name((sheaf_code)i), (unsigned long long)seen->counts[i]);
    printf("; slowest %.3f s (round %lld)\n", seen->slowest.s, (long long)seen->slowest.round);
    if (!p->cost_s)
        return;
    printf("%s: dearest", p->name);
    for (int i = 0; i < N_DEAREST && seen->dearest[i].s > 0; i++)
        printf("%s %.1f ms (round %lld)", i ? "," : "", seen->dearest[i].s * 1e3,
               (long long)seen->dearest[i].round);
    printf("\n");
}

/* Runs all rounds, behind a failure in a new child; returns the number of failures. */
static int run_all(const struct mutate_program *p, const struct arguments *a, struct progress *seen)
{
    int failures = 0, status = 0;
    bool more = true;
    while (more && failures < MAX_FAILURES) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            run_child(p, a, seen);
        if (child < 0 || waitpid(child, &status, 0) != child)
            return failures + 1;
        more = status != 0 && tell_failure(p, a, seen, status);
        failures += status != 0;
        seen->round += more; /* behind the failure */
    }
    return failures;
}

int mutate_main(int argc, char **argv, const struct mutate_program *p)
{
    struct arguments a;
    if (!read_arguments(&a, argc, argv)) {
        fprintf(stderr, "usage: %s [N [SEED [FIRST [DIR]]]]\n", p->name);
        return 2;
    }
    struct progress *seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED)
        return 1;
    seen->round = a.first;
    int failures = run_all(p, &a, seen);
    tell_counts(p, &a, seen);
    bool slow = seen->slowest.s > MUTATE_SLOW_S;
    if (slow)
        printf("%s: an input took more than %.0f s\n", p->name, MUTATE_SLOW_S);
    fflush(stdout); /* a leak found at exit would lose it */
    return failures || slow;
}
