/* extract.c - the final answer of a response (verify.h).
 *
 * A box wins over everything; without one, markers and phrases; only GSM8K falls back to the last
 * number of the text. A response that ends inside its last box has no answer: neither the fragment
 * nor an earlier box is what the model meant to say. */
#include <sheaf/verify.h>
#include <string.h>

#include "verifiers/anchors.h"
#include "verifiers/ascii.h"
#include "verifiers/boxes.h"

#define RESPONSE_MAX ((size_t)1 << 20)
#define SCAN_MEMORY ((size_t)64 << 20)

const char *sheaf_extract_name(sheaf_extract e)
{
    static const char *const names[] = {"found",         "empty",     "truncated-think",
                                        "truncated-box", "no-marker", "over-limit"};
    return e >= 0 && (size_t)e < sizeof names / sizeof *names ? names[e] : "?";
}

bool sheaf_task_parse(sheaf_task *out, const char *name)
{
    static const char *const names[] = {"generic", "gsm8k", "aime", "math", "choice"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (sheaf_task)i;
            return true;
        }
    return false;
}

/* What follows the reasoning block; false when the response ended inside one. */
static bool skip_reasoning(text *t)
{
    size_t close = text_rfind(*t, TEXT("</think>"));
    if (close != SIZE_MAX) {
        *t = text_slice(*t, close + 8, t->n);
        return true;
    }
    return text_find(*t, TEXT("<think>")) == SIZE_MAX;
}

/* Only separators between two boxes, a real one among them? */
static bool is_separator(text t)
{
    static const text real[] = {{",", 1}, {";", 1}, {"and", 3}, {"or", 2}};
    static const text silent[] = {{"\\quad", 5}, {"\\qquad", 6}, {"\\,", 2}, {"\\;", 2}, {"\\ ", 2},
                                  {"\\(", 2},    {"\\)", 2},     {"\\[", 2}, {"\\]", 2}, {"$", 1},
                                  {"{", 1},      {"}", 1},      {"\\text", 5}};
    bool seen = false;
    for (size_t i = 0; i < t.n;) {
        text rest = text_slice(t, i, t.n);
        size_t step = ascii_space(t.p[i]) ? 1 : 0;
        for (size_t k = 0; !step && k < sizeof real / sizeof *real; k++)
            if (text_starts(rest, real[k])) {
                step = real[k].n;
                seen = true;
            }
        for (size_t k = 0; !step && k < sizeof silent / sizeof *silent; k++)
            if (text_starts(rest, silent[k]))
                step = silent[k].n;
        if (!step)
            return false;
        i += step;
    }
    return seen;
}

/* Index of the first of the boxes that end in the last one with separators between them. */
static size_t first_joined(const struct box_scan *s, text t)
{
    size_t first = s->n_boxes - 1;
    while (first > 0) {
        size_t from = s->boxes[first - 1].end, to = s->boxes[first].start;
        if (to - from > 64 || !is_separator(text_slice(t, from, to - from)))
            break;
        first--;
    }
    return first;
}

static bool seen_before(const struct box_scan *s, size_t first, size_t i)
{
    for (size_t k = first; k < i; k++)
        if (text_equal(text_trim(s->boxes[k].content), text_trim(s->boxes[i].content)))
            return true;
    return false;
}

struct sink {
    char *p;
    size_t n, cap;
    bool over;
};

static void put(struct sink *s, text t)
{
    if (s->over || t.n >= s->cap - s->n) {
        s->over = true;
        return;
    }
    if (t.n)
        memcpy(s->p + s->n, t.p, t.n);
    s->n += t.n;
}

static void put_boxes(struct sink *out, const struct box_scan *s, text t)
{
    size_t first = first_joined(s, t);
    for (size_t i = first; i < s->n_boxes && !out->over; i++) {
        if (seen_before(s, first, i))
            continue;
        if (out->n)
            put(out, TEXT(", "));
        put(out, box_unwrap(s->boxes[i].content));
    }
}

static text marked(text t, sheaf_task task)
{
    bool number = task == SHEAF_TASK_GSM8K || task == SHEAF_TASK_AIME;
    text a = anchor_hash(t);
    if (a.n == 0)
        a = anchor_phrase(t);
    if (number && a.n) {
        text last = anchor_last_number(a);
        a = last.n ? last : a;
    }
    if (a.n == 0 && task == SHEAF_TASK_GSM8K)
        a = anchor_last_number(t);
    return a;
}

static sheaf_extract find(struct sink *out, arena *mem, text t, sheaf_task task)
{
    if (!skip_reasoning(&t))
        return SHEAF_MISS_TRUNCATED_THINK;
    if (text_trim(t).n == 0)
        return SHEAF_MISS_EMPTY;
    text answer = task == SHEAF_TASK_GSM8K ? anchor_hash_number(t) : (text){NULL, 0};
    struct box_scan boxes = {0};
    if (answer.n == 0 && !box_find_all(&boxes, mem, t))
        return SHEAF_MISS_OVER_LIMIT;
    if (boxes.truncated)
        return SHEAF_MISS_TRUNCATED_BOX;
    if (boxes.n_boxes) {
        put_boxes(out, &boxes, t);
    } else {
        answer = answer.n ? answer : marked(t, task);
        if (answer.n == 0)
            return SHEAF_MISS_NO_MARKER;
        put(out, answer);
    }
    return out->over ? SHEAF_MISS_OVER_LIMIT : SHEAF_FOUND;
}

sheaf_extract sheaf_answer_extract(char *out, size_t *n, size_t cap, const char *response,
                                   size_t len, sheaf_task task)
{
    char answer[SHEAF_ANSWER_MAX + 1];
    struct sink sink = {answer, 0, cap < sizeof answer ? cap : sizeof answer, cap == 0};
    text t = {response, len};
    if (t.n > RESPONSE_MAX)
        t = text_slice(t, t.n - RESPONSE_MAX, RESPONSE_MAX);
    arena mem;
    arena_init(&mem, SCAN_MEMORY);
    sheaf_extract found = find(&sink, &mem, t, task);
    arena_free(&mem);
    if (found != SHEAF_FOUND)
        return found;
    if (sink.n)
        memcpy(out, answer, sink.n);
    out[sink.n] = '\0';
    *n = sink.n;
    return SHEAF_FOUND;
}
