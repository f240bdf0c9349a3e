/* confidence.c - see confidence.h.
 *
 * The window sum must not drift: it decides cuts by comparison with a threshold that is itself
 * the sum of a stored trace. Recomputing it now and then would do, but then the result depends
 * on when; a compensated sum needs no second pass and is exact to the last bit for any
 * confidence a softmax can give (24-bit values of like size in 106 bits). */
#include "tts/confidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One Neumaier step: low collects what high + v rounds away. */
static void sum_finite(struct conf_sum *s, double v)
{
    double t = s->high + v;
    s->low += fabs(s->high) >= fabs(v) ? (s->high - t) + v : (v - t) + s->high;
    s->high = t;
}

static void sum_add(struct conf_sum *s, float v)
{
    if (isfinite(v))
        sum_finite(s, (double)v);
    else
        s->n_infinite++;
}

static void sum_remove(struct conf_sum *s, float v)
{
    if (isfinite(v))
        sum_finite(s, -(double)v);
    else
        s->n_infinite--;
}

static double sum_mean(const struct conf_sum *s, size_t n)
{
    if (n == 0)
        return 0.0;
    return s->n_infinite ? INFINITY : (s->high + s->low) / (double)n;
}

void conf_tracker_init(struct conf_tracker *t, float *ring, size_t window)
{
    memset(t, 0, sizeof *t);
    t->ring = ring;
    t->window = window;
    t->lowest = INFINITY;
}

void conf_tracker_push(struct conf_tracker *t, float conf)
{
    float *slot = &t->ring[t->n % t->window];
    if (t->n >= t->window)
        sum_remove(&t->group, *slot);
    *slot = conf;
    sum_add(&t->group, conf);
    sum_add(&t->all, conf);
    if (++t->n < t->window)
        return;
    double mean = sum_mean(&t->group, t->window);
    if (mean < t->lowest || t->lowest_at == 0) {
        t->lowest = mean;
        t->lowest_at = t->n;
    }
}

double conf_tracker_lowest(const struct conf_tracker *t)
{
    return t->lowest_at ? t->lowest : conf_tracker_mean(t);
}

double conf_tracker_mean(const struct conf_tracker *t)
{
    return sum_mean(&t->all, t->n);
}

double conf_tracker_tail(const struct conf_tracker *t)
{
    return sum_mean(&t->group, t->n < t->window ? t->n : t->window);
}

bool conf_tracker_cut(const struct conf_tracker *t, double threshold)
{
    return t->lowest_at != 0 && t->lowest < threshold;
}

size_t conf_group_count(size_t n_tokens, size_t window)
{
    if (n_tokens == 0)
        return 0;
    return n_tokens < window ? 1 : n_tokens - window + 1;
}

/* Moves the group to end at token i (0-based); false while the window is not full. */
static bool group_slide(struct conf_sum *group, const float *conf, size_t i, size_t window)
{
    if (i >= window)
        sum_remove(group, conf[i - window]);
    sum_add(group, conf[i]);
    return i + 1 >= window;
}

size_t conf_groups(double *out, const float *conf, size_t n_tokens, size_t window)
{
    struct conf_sum group = {0};
    size_t n = 0;
    for (size_t i = 0; i < n_tokens; i++)
        if (group_slide(&group, conf, i, window))
            out[n++] = sum_mean(&group, window);
    if (n == 0 && n_tokens > 0)
        out[n++] = sum_mean(&group, n_tokens);
    return n;
}

size_t conf_cut_at(const float *conf, size_t n_tokens, size_t window, double threshold)
{
    struct conf_sum group = {0};
    for (size_t i = 0; i < n_tokens; i++)
        if (group_slide(&group, conf, i, window) && sum_mean(&group, window) < threshold)
            return i + 1;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const double *v, size_t n)
{
    struct conf_sum s = {0};
    for (size_t i = 0; i < n; i++) {
        if (isinf(v[i]))
            return INFINITY;
        sum_finite(&s, v[i]);
    }
    return sum_mean(&s, n);
}

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* Moves the m >= 1 lowest of v [n] to the front, in any order (Wirth's form of Hoare's
 * selection). */
static void select_lowest(double *v, size_t n, size_t m)
{
    ptrdiff_t left = 0, right = (ptrdiff_t)n - 1, last = (ptrdiff_t)m - 1;
    while (left < right) {
        double pivot = v[last];
        ptrdiff_t i = left, j = right;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j)
                swap(&v[i++], &v[j--]);
        }
        if (j < last)
            left = i;
        if (i > last)
            right = j;
    }
}

double conf_bottom10(double *groups, size_t n_groups)
{
    if (n_groups == 0)
        return 0.0;
    size_t n = n_groups < 10 ? 1 : n_groups / 10;
    select_lowest(groups, n_groups, n);
    qsort(groups, n, sizeof *groups, by_value); /* one order of summation */
    return mean_of(groups, n);
}

double conf_tail(const float *conf, size_t n_tokens, size_t tail)
{
    size_t n = n_tokens < tail ? n_tokens : tail;
    struct conf_sum s = {0};
    for (size_t i = n_tokens - n; i < n_tokens; i++)
        sum_add(&s, conf[i]);
    return sum_mean(&s, n);
}

void conf_summarize(struct conf_summary *out, double *scratch, const float *conf, size_t n_tokens,
                    size_t window, size_t tail)
{
    memset(out, 0, sizeof *out);
    if (n_tokens == 0)
        return;
    out->n_tokens = n_tokens;
    out->n_groups = conf_groups(scratch, conf, n_tokens, window);
    size_t lowest = 0;
    for (size_t i = 1; i < out->n_groups; i++)
        if (scratch[i] < scratch[lowest])
            lowest = i;
    out->lowest = scratch[lowest];
    out->lowest_at = n_tokens < window ? n_tokens : lowest + window;
    out->bottom10 = conf_bottom10(scratch, out->n_groups);
    out->mean = conf_tail(conf, n_tokens, n_tokens);
    out->tail = conf_tail(conf, n_tokens, tail);
}
