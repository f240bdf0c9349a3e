/* dataset.c - reads a JSONL problem set whole; see <sheaf/dataset.h>.
 *
 * The file is mapped, cut into lines and each line parsed alone, so one bad line is named by its
 * number and a file of any size holds at most one parsed line. Strings move to an arena; rows are
 * an array that the limit narrows to [first, first + count), of which a shard sees every n-th. */
#include <sheaf/dataset.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "datasets/answer_type.h"
#include "datasets/id_set.h"

/* Strings of the largest set that is accepted; gsm8k_train takes 5 MiB. */
#define MAX_TEXT_BYTES ((size_t)4 << 30)

struct sheaf_dataset {
    char *name;
    uint64_t hash;
    arena strings;
    sheaf_problem *rows; /* [n_rows] */
    size_t n_rows, cap;
    size_t first, count; /* the selection */
    size_t shard, n_shards; /* which of its stripes is seen, from 0 */
};

/* Where a line came from, for messages. */
struct line {
    text bytes;
    size_t number;
    const char *source; /* "FILE:LINE" */
};

/* A string member, copied to the arena; absent or empty is a fault when `required`. */
static sheaf_code take_member(const char **out, sheaf_dataset *d, const cJSON *object,
                              const char *key, bool required, const struct line *l,
                              sheaf_error *err)
{
    text value = {NULL, 0};
    sheaf_error why = {0};
    if (json_text(object, key, &value, &why))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source, "\"%s\" is %.180s", key, why.message);
    if (!value.p && !required)
        return SHEAF_OK;
    if (!value.n)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source,
                          "\"%s\" is %s; a non-empty string is wanted", key,
                          value.p ? "empty" : "missing");
    *out = arena_strndup(&d->strings, value.p, value.n);
    return *out ? SHEAF_OK
                : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, l->source, "no memory for %zu bytes", value.n);
}

static sheaf_code check_answer(const sheaf_problem *p, const struct line *l, sheaf_error *err)
{
    const char *about = answer_type_about(text_of(p->answer_type));
    if (!about)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source,
                          "answer_type is \"%.40s\"; %s is wanted", p->answer_type,
                          answer_type_names);
    if (!answer_type_fits(text_of(p->answer_type), text_of(p->answer)))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source, "answer is \"%.40s\"; %s wants %s",
                          p->answer, p->answer_type, about);
    return SHEAF_OK;
}

static sheaf_code read_object(sheaf_problem *p, sheaf_dataset *d, const cJSON *object,
                              const struct line *l, sheaf_error *err)
{
    const struct {
        const char *key;
        const char **at;
        bool required;
    } members[] = {
        {"id", &p->id, true},
        {"question", &p->question, true},
        {"answer", &p->answer, true},
        {"answer_type", &p->answer_type, true},
        {"source", &p->source, false},
        {"license", &p->license, false},
    };
    if (!cJSON_IsObject(object))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source,
                          "not a JSON object; one per line is wanted");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        sheaf_code rc =
            take_member(members[i].at, d, object, members[i].key, members[i].required, l, err);
        if (rc)
            return rc;
    }
    return check_answer(p, l, err);
}

static sheaf_code read_line(sheaf_problem *p, sheaf_dataset *d, const struct line *l,
                            sheaf_error *err)
{
    if (l->bytes.n > SHEAF_DATASET_MAX_LINE)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, l->source, "%zu bytes; a line has at most %zu",
                          l->bytes.n, SHEAF_DATASET_MAX_LINE);
    cJSON *object = NULL;
    sheaf_code rc = json_parse(&object, l->bytes, l->source, err);
    if (rc)
        return rc;
    *p = (sheaf_problem){.line = l->number};
    rc = read_object(p, d, object, l, err);
    cJSON_Delete(object);
    return rc;
}

/* Appends the problem of one line. */
static sheaf_code add_row(sheaf_dataset *d, id_set *ids, const struct line *l, sheaf_error *err)
{
    if (d->n_rows == SHEAF_DATASET_MAX_ROWS)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, l->source, "more than %zu problems", d->n_rows);
    sheaf_problem *rows = alloc_grow(d->rows, d->n_rows, &d->cap, sizeof *rows);
    if (!rows)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, l->source, "no memory for %zu problems", d->n_rows);
    d->rows = rows;

    sheaf_problem *p = &rows[d->n_rows];
    sheaf_code rc = read_line(p, d, l, err);
    if (rc)
        return rc;
    size_t at = id_set_add(ids, rows, d->n_rows);
    if (at == ID_SET_NOMEM)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, l->source, "no memory for %zu ids", d->n_rows);
    if (at != d->n_rows)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->source,
                          "id \"%.80s\" is that of line %zu; ids are unique", p->id, rows[at].line);
    d->n_rows++;
    return SHEAF_OK;
}

static sheaf_code read_rows(sheaf_dataset *d, const char *path, text rest, sheaf_error *err)
{
    id_set ids = {0};
    sheaf_code rc = SHEAF_OK;
    for (size_t number = 1; rest.n && !rc; number++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        char source[sizeof err->source];
        snprintf(source, sizeof source, "%.130s:%zu", path, number);
        struct line l = {{rest.p, n}, number, source};
        if (text_trim(l.bytes).n)
            rc = add_row(d, &ids, &l, err);
        n += end != NULL;
        rest = text_slice(rest, n, rest.n - n);
    }
    id_set_free(&ids);
    if (!rc && !d->n_rows)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path,
                        "no problems; one JSON object per line is wanted");
    return rc;
}

/* File name without folders and ".jsonl". */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    text t = text_of(slash ? slash + 1 : path);
    if (text_ends(t, TEXT(".jsonl")))
        t.n -= strlen(".jsonl");
    return alloc_strndup(t.p, t.n);
}

sheaf_code sheaf_dataset_open(sheaf_dataset **out, const char *path, sheaf_error *err)
{
    file_view v = {0};
    sheaf_dataset *d = alloc_zero(1, sizeof *d);
    char *name = name_of(path);
    sheaf_code rc = SHEAF_OK;
    if (!d || !name) {
        alloc_free(name);
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory for a problem set");
        goto done;
    }
    d->name = name;
    arena_init(&d->strings, MAX_TEXT_BYTES);
    rc = file_map(&v, path, err);
    if (rc)
        goto done;
    d->hash = hash_bytes(v.data, v.size, 0);
    rc = read_rows(d, path, (text){(const char *)v.data, v.size}, err);
    file_unmap(&v);
done:
    if (rc) {
        sheaf_dataset_close(d);
        return rc;
    }
    d->count = d->n_rows;
    d->n_shards = 1;
    *out = d;
    return SHEAF_OK;
}

void sheaf_dataset_close(sheaf_dataset *d)
{
    if (!d)
        return;
    arena_free(&d->strings);
    alloc_free(d->rows);
    alloc_free(d->name);
    alloc_free(d);
}

/* "A-B" with 1 <= A <= B. */
static bool parse_range(text spec, int64_t *from, int64_t *to)
{
    size_t dash = text_find(spec, TEXT("-"));
    return dash != SIZE_MAX && text_to_i64(text_slice(spec, 0, dash), from) &&
           text_to_i64(text_slice(spec, dash + 1, spec.n - dash - 1), to) && *from >= 1 &&
           *from <= *to;
}

/* "0.1" of n problems, rounded up; a product such as 0.07 * 100 = 7.000000000000001 counts as 7. */
static bool parse_share(text spec, int64_t *to, size_t n)
{
    double share;
    if (text_find(spec, TEXT(".")) == SIZE_MAX || !text_to_f64(spec, &share) || share <= 0 ||
        share > 1)
        return false;
    *to = (int64_t)ceil(share * (double)n - 1e-9);
    return true;
}

static bool parse_count(text spec, int64_t *to)
{
    return text_to_i64(spec, to) && *to >= 1;
}

sheaf_code sheaf_dataset_limit(sheaf_dataset *d, const char *spec, sheaf_error *err)
{
    text t = spec ? text_of(spec) : TEXT("1.0");
    int64_t from = 1, to = 0;
    if (parse_share(t, &to, d->n_rows) || parse_count(t, &to))
        from = 1;
    else if (!parse_range(t, &from, &to))
        return SHEAF_FAIL(
            err, SHEAF_ERR_USAGE, d->name,
            "limit \"%.40s\"; a count (20), a range (11-20) or a share (0.1) is wanted", spec);
    if ((uint64_t)from > d->n_rows)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, d->name,
                          "limit starts at problem %" PRId64 " of %zu", from, d->n_rows);
    d->first = (size_t)from - 1;
    d->count = ((uint64_t)to < d->n_rows ? (size_t)to : d->n_rows) - d->first;
    return SHEAF_OK;
}

const char *sheaf_dataset_name(const sheaf_dataset *d)
{
    return d->name;
}

size_t sheaf_dataset_count(const sheaf_dataset *d)
{
    return (d->count + d->n_shards - 1 - d->shard) / d->n_shards;
}

size_t sheaf_dataset_selected(const sheaf_dataset *d)
{
    return d->count;
}

size_t sheaf_dataset_total(const sheaf_dataset *d)
{
    return d->n_rows;
}

uint64_t sheaf_dataset_hash(const sheaf_dataset *d)
{
    return d->hash;
}

const sheaf_problem *sheaf_dataset_problem(const sheaf_dataset *d, size_t i)
{
    return sheaf_dataset_selected_problem(d, sheaf_dataset_position(d, i));
}

const sheaf_problem *sheaf_dataset_selected_problem(const sheaf_dataset *d, size_t position)
{
    return &d->rows[d->first + position];
}

size_t sheaf_dataset_position(const sheaf_dataset *d, size_t i)
{
    return d->shard + i * d->n_shards;
}

sheaf_code sheaf_dataset_shard(sheaf_dataset *d, size_t index, size_t n, sheaf_error *err)
{
    if (index < 1 || index > n)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, d->name, "shard %zu/%zu; 1/n to n/n is wanted",
                          index, n);
    if (index > d->count)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, d->name,
                          "shard %zu/%zu would be empty; at most %zu shards of %zu problems are "
                          "wanted",
                          index, n, d->count, d->count);
    d->shard = index - 1;
    d->n_shards = n;
    return SHEAF_OK;
}

size_t sheaf_dataset_shards(const sheaf_dataset *d, size_t *index)
{
    *index = d->shard + 1;
    return d->n_shards;
}

/* before + question + after in the arena. */
static const char *wrap_question(sheaf_dataset *d, text before, const char *question, text after)
{
    size_t n = strlen(question);
    char *all = arena_take(&d->strings, before.n + n + after.n + 1, 1);
    if (!all)
        return NULL;
    memcpy(all, before.p, before.n);
    memcpy(all + before.n, question, n);
    memcpy(all + before.n + n, after.p, after.n);
    return all;
}

sheaf_code sheaf_dataset_wrap(sheaf_dataset *d, const char *before, const char *after,
                              sheaf_error *err)
{
    for (size_t i = 0; i < sheaf_dataset_count(d); i++) {
        sheaf_problem *p = &d->rows[d->first + sheaf_dataset_position(d, i)];
        const char *wrapped = wrap_question(d, text_of(before), p->question, text_of(after));
        if (!wrapped)
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, d->name, "no memory for its prompts");
        p->question = wrapped;
    }
    return SHEAF_OK;
}
