/* golden_check.c - compares what `sheaf inspect` answered with golden vectors.
 *
 *     golden_check fields TOLERANCE KEY,KEY,... EXPECTED.jsonl ACTUAL.jsonl
 *         line by line: every KEY is in both, and every member of the answer equals the vector's;
 * numbers within TOLERANCE, relative above 1 golden_check logits f32|default EXPECTED.json
 * ACTUAL.jsonl largest absolute difference and mean KL(golden || engine) within the file's own
 * tolerance golden_check branch f32|default EXPECTED.branch.json ACTUAL.jsonl golden_check floats
 * EXPECTED.f32 ACTUAL.f32 bit for bit, any NaN for a NaN
 *
 * Prints one line of figures; status 0 when all agree. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

#define MAX_BYTES ((size_t)1 << 30)

static strbuf read_file(const char *path)
{
    strbuf b = {0};
    sheaf_error err = {0};
    if (file_read(&b, path, MAX_BYTES, &err)) {
        printf("%s: %s\n", path, err.message);
        exit(1);
    }
    return b;
}

/* cJSON itself: the program's own reader refuses \u0000, which detokenised bytes may hold. */
static cJSON *parse(text line, const char *path)
{
    cJSON *v = cJSON_ParseWithLength(line.p, line.n);
    if (!v) {
        printf("%s: not JSON\n", path);
        exit(1);
    }
    return v;
}

/* Takes the next line off `rest`; false at the end. */
static bool next_line(text *rest, text *line)
{
    if (rest->n == 0)
        return false;
    size_t end = text_find(*rest, TEXT("\n"));
    *line = text_slice(*rest, 0, end);
    *rest = text_slice(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
    return true;
}

static bool same(const cJSON *want, const cJSON *got, double tolerance)
{
    double a, b;
    if (json_number(want, &a) && json_number(got, &b))
        return a == b || fabs(a - b) <= tolerance * fmax(1.0, fabs(a));
    if (cJSON_IsArray(want) && cJSON_IsArray(got)) {
        const cJSON *w = want->child, *g = got->child;
        for (; w && g; w = w->next, g = g->next)
            if (!same(w, g, tolerance))
                return false;
        return !w && !g;
    }
    if (cJSON_IsObject(want) && cJSON_IsObject(got)) {
        if (cJSON_GetArraySize(want) != cJSON_GetArraySize(got))
            return false;
        for (const cJSON *w = want->child; w; w = w->next) {
            const cJSON *g = json_get(got, w->string);
            if (!g || !same(w, g, tolerance))
                return false;
        }
        return true;
    }
    return cJSON_Compare(want, got, true);
}

/* "" when the line agrees, else the first member that does not. */
static const char *disagreement(const cJSON *want, const cJSON *got, double tolerance, char *keys)
{
    char *save = NULL;
    for (char *key = strtok_r(keys, ",", &save); key; key = strtok_r(NULL, ",", &save))
        if (!json_get(got, key) && json_get(want, key))
            return key;
    for (const cJSON *g = got->child; g; g = g->next) {
        const cJSON *w = json_get(want, g->string);
        bool left_out =
            cJSON_IsNull(w) && cJSON_IsArray(g); /* a long list the vector does not spell out */
        if (w && !left_out && !same(w, g, tolerance))
            return g->string;
    }
    return "";
}

static int check_fields(char **arg)
{
    double tolerance = atof(arg[0]);
    strbuf want = read_file(arg[2]), got = read_file(arg[3]);
    text w = strbuf_view(&want), g = strbuf_view(&got), wl, gl;
    int n = 0, bad = 0;
    while (next_line(&w, &wl)) {
        n++;
        if (!next_line(&g, &gl)) {
            printf("line %d: no answer; ", n);
            bad++;
            break;
        }
        char keys[512];
        snprintf(keys, sizeof keys, "%s", arg[1]);
        cJSON *a = parse(wl, arg[2]), *b = parse(gl, arg[3]);
        const char *key = disagreement(a, b, tolerance, keys);
        if (key[0] && bad++ < 3)
            printf("line %d differs in %s; ", n, key);
        cJSON_Delete(a);
        cJSON_Delete(b);
    }
    printf("%d of %d lines agree\n", n - bad, n);
    strbuf_free(&want);
    strbuf_free(&got);
    return bad != 0 || n == 0;
}

/* ---- logits ---------------------------------------------------------------------------------- */

struct distance {
    double max_abs, kl;
    int rows;
};

static double log_sum_exp(const cJSON *row)
{
    double max = -INFINITY, sum = 0;
    for (const cJSON *v = row->child; v; v = v->next)
        max = fmax(max, v->valuedouble);
    for (const cJSON *v = row->child; v; v = v->next)
        sum += exp(v->valuedouble - max);
    return max + log(sum);
}

static void add_row(struct distance *d, const cJSON *want, const cJSON *got)
{
    if (!want || !got || cJSON_GetArraySize(want) != cJSON_GetArraySize(got)) {
        d->max_abs = INFINITY;
        return;
    }
    double lw = log_sum_exp(want), lg = log_sum_exp(got);
    const cJSON *g = got->child;
    for (const cJSON *w = want->child; w; w = w->next, g = g->next) {
        d->max_abs = fmax(d->max_abs, fabs(w->valuedouble - g->valuedouble));
        d->kl += exp(w->valuedouble - lw) * (w->valuedouble - lw - g->valuedouble + lg);
    }
    d->rows++;
}

static void add_rows(struct distance *d, const cJSON *want, const cJSON *got)
{
    const cJSON *g = got ? got->child : NULL;
    if (!want || !g)
        d->max_abs = INFINITY;
    for (const cJSON *w = want ? want->child : NULL; w; w = w->next, g = g ? g->next : NULL)
        add_row(d, w, g);
}

/* The largest of the file's bounds of a kind, "_max_abs" or "_mean_kl"; fallback without one. */
static double bound(const cJSON *tolerance, const char *prefix, const char *suffix, double fallback)
{
    double most = -1;
    for (const cJSON *t = tolerance ? tolerance->child : NULL; t; t = t->next)
        if (strncmp(t->string, prefix, strlen(prefix)) == 0 &&
            text_ends(text_of(t->string), text_of(suffix)))
            most = fmax(most, t->valuedouble);
    return most < 0 ? fallback : most;
}

/* With the default kernels: int8 or half activations by the file's bounds; an f16 KV cache alone
 * moves an unquantised model by up to 0.02 (README of the vectors): 0.05 and KL 1e-5 then. */
static int verdict(const struct distance *d, const cJSON *golden, bool exact)
{
    const cJSON *t = json_get(golden, "tolerance");
    double abs_max = bound(t, "f32", "_max_abs", 5e-4), kl_max = INFINITY;
    if (!exact) {
        abs_max = bound(t, "int8", "_max_abs", bound(t, "half", "_max_abs", 0.05));
        kl_max = bound(t, "int8", "_mean_kl", bound(t, "half", "_mean_kl", 1e-5));
    }
    double kl = d->rows ? d->kl / d->rows : INFINITY;
    printf("%d rows, max abs %.2g (of %.2g), mean KL %.2g\n", d->rows, d->max_abs, abs_max, kl);
    return !(d->max_abs <= abs_max && kl <= kl_max);
}

/* A whole file as one JSON value. */
static cJSON *parse_file(const char *path)
{
    strbuf b = read_file(path);
    cJSON *v = parse(strbuf_view(&b), path);
    strbuf_free(&b);
    return v;
}

static void add_branches(struct distance *d, const cJSON *want, const cJSON *got)
{
    add_row(d, json_get(want, "prefix_last_logits"), json_get(got, "prefix_last_logits"));
    const cJSON *w = json_get(want, "branches"), *g = json_get(got, "branches");
    const cJSON *b = g ? g->child : NULL;
    for (const cJSON *a = w ? w->child : NULL; a; a = a->next, b = b ? b->next : NULL)
        add_rows(d, json_get(a, "logits"), json_get(b, "logits"));
}

static int check_distance(char **arg, bool branches)
{
    cJSON *want = parse_file(arg[1]), *got = parse_file(arg[2]);
    struct distance d = {0};
    if (branches)
        add_branches(&d, want, got);
    else
        add_rows(&d, json_get(want, "logits"), json_get(got, "logits"));
    int rc = verdict(&d, want, strcmp(arg[0], "f32") == 0);
    cJSON_Delete(want);
    cJSON_Delete(got);
    return rc;
}

static int check_logits(char **arg)
{
    return check_distance(arg, false);
}

static int check_branch(char **arg)
{
    return check_distance(arg, true);
}

static int check_floats(char **arg)
{
    strbuf want = read_file(arg[0]), got = read_file(arg[1]);
    size_t n = want.n / 4, bad = 0;
    for (size_t i = 0; i < n && want.n == got.n; i++) {
        float a, b;
        memcpy(&a, want.p + 4 * i, 4);
        memcpy(&b, got.p + 4 * i, 4);
        bad += !(isnan(a) && isnan(b)) && memcmp(&a, &b, 4) != 0;
    }
    bool same_size = want.n == got.n;
    printf("%zu values, %zu differ%s\n", n, bad, same_size ? "" : ", sizes differ");
    strbuf_free(&want);
    strbuf_free(&got);
    return bad != 0 || !same_size || n == 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int n_args;
        int (*run)(char **);
    } modes[] = {
        {"fields", 4, check_fields}, {"logits", 3, check_logits},
        {"branch", 3, check_branch}, {"floats", 2, check_floats},
    };
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0 && argc == 2 + modes[i].n_args)
            return modes[i].run(argv + 2);
    fputs("usage: golden_check fields|logits|branch|floats ... (see the top of its source)\n",
          stderr);
    return 2;
}
