/* run_clock.c - the seconds of a run among others (run.h). */
#include "base/clock.h"
#include "tts/run.h"

double run_seconds(const struct run *r)
{
    const struct run_clock *c = &r->clock;
    return c->spent_s + (c->running ? clock_now_s() - c->since_s : 0);
}

void run_clock_start(struct run *r)
{
    r->clock.since_s = clock_now_s();
    r->clock.running = true;
}

void run_clock_stop(struct run *r)
{
    r->clock.spent_s = run_seconds(r);
    r->clock.running = false;
}

void run_clock_share(struct run *r, double seconds, size_t n_rows, size_t n_all)
{
    double share = (double)n_rows / (double)n_all;
    r->clock.spent_s += seconds * share;
    r->clock.rows += n_rows;
    r->clock.steps += share;
}
