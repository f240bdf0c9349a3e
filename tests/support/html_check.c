/* html_check.c - see html_check.h. */
#include "tests/support/html_check.h"

#include "tests/support/check.h"

#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 64
#define IDS_MAX 4096

struct reader {
    text rest;
    text open[DEPTH_MAX];
    size_t depth;
    text ids[IDS_MAX];
    size_t n_ids;
};

static const char *const void_elements[] = {"meta", "input", "br"};
static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
static const char *const forbidden[] = {"<script", "<iframe",     "<img", "<link",   "<object",
                                        "<form",   "<embed",      "url(", "@import", "src=",
                                        "href=",   "javascript:"};

size_t html_count(text page, const char *needle)
{
    size_t n = 0, at;
    while ((at = text_find(page, text_of(needle))) != SIZE_MAX) {
        n++;
        page = text_slice(page, at + 1, page.n);
    }
    return n;
}

static void check_characters(text t)
{
    size_t at;
    while ((at = text_find(t, TEXT("&"))) != SIZE_MAX) {
        bool known = false;
        t = text_slice(t, at, t.n);
        for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
            known = known || text_starts(t, text_of(entities[i]));
        if (!known)
            fail_msg("no entity: %.20s", t.p);
        t = text_slice(t, 1, t.n);
    }
}

static bool is_void(text name)
{
    for (size_t i = 0; i < sizeof void_elements / sizeof void_elements[0]; i++)
        if (text_equal(name, text_of(void_elements[i])))
            return true;
    return false;
}

static void take_id(struct reader *r, text id)
{
    for (size_t i = 0; i < r->n_ids; i++)
        if (text_equal(r->ids[i], id))
            fail_msg("id %.*s twice", (int)id.n, id.p);
    assert_true(r->n_ids < IDS_MAX);
    r->ids[r->n_ids++] = id;
}

static size_t name_length(text t)
{
    size_t n = 0;
    while (n < t.n && (isalnum((unsigned char)t.p[n]) || t.p[n] == '-'))
        n++;
    return n;
}

/* Attributes up to the end of the tag: name="value" or a bare name; moves behind ">". Returns
 * whether the tag closes itself. */
static bool take_attributes(struct reader *r)
{
    for (;;) {
        while (r->rest.n && isspace((unsigned char)r->rest.p[0]))
            r->rest = text_slice(r->rest, 1, r->rest.n);
        bool self = text_starts(r->rest, TEXT("/>"));
        if (self || text_starts(r->rest, TEXT(">"))) {
            r->rest = text_slice(r->rest, self ? 2 : 1, r->rest.n);
            return self;
        }
        size_t n = name_length(r->rest);
        text name = text_slice(r->rest, 0, n);
        if (n == 0 || text_starts(name, TEXT("on")))
            fail_msg("attribute: %.40s", r->rest.p);
        r->rest = text_slice(r->rest, n, r->rest.n);
        if (!text_starts(r->rest, TEXT("=\"")))
            continue;
        r->rest = text_slice(r->rest, 2, r->rest.n);
        size_t end = text_find(r->rest, TEXT("\""));
        assert_true(end != SIZE_MAX);
        text value = text_slice(r->rest, 0, end);
        assert_int_equal(text_find(value, TEXT("<")), SIZE_MAX);
        check_characters(value);
        if (text_equal(name, TEXT("id")))
            take_id(r, value);
        r->rest = text_slice(r->rest, end + 1, r->rest.n);
    }
}

static void close_element(struct reader *r)
{
    r->rest = text_slice(r->rest, 2, r->rest.n);
    size_t n = name_length(r->rest);
    assert_true(r->depth > 0);
    text opened = r->open[--r->depth];
    if (!text_equal(opened, text_slice(r->rest, 0, n)))
        fail_msg("<%.*s> closed by </%.*s>", (int)opened.n, opened.p, (int)n, r->rest.p);
    r->rest = text_slice(r->rest, n, r->rest.n);
    assert_true(text_starts(r->rest, TEXT(">")));
    r->rest = text_slice(r->rest, 1, r->rest.n);
}

static void open_element(struct reader *r)
{
    r->rest = text_slice(r->rest, 1, r->rest.n);
    size_t n = name_length(r->rest);
    if (n == 0)
        fail_msg("no element: <%.30s", r->rest.p);
    text name = text_slice(r->rest, 0, n);
    r->rest = text_slice(r->rest, n, r->rest.n);
    bool self = take_attributes(r);
    if (self || is_void(name))
        return;
    assert_true(r->depth < DEPTH_MAX);
    r->open[r->depth++] = name;
    if (text_equal(name, TEXT("style")))
        r->rest = text_slice(r->rest, text_find(r->rest, TEXT("</style>")), r->rest.n);
}

void html_check(text page)
{
    static struct reader r;
    r = (struct reader){.rest = page};
    assert_true(text_starts(page, TEXT("<!DOCTYPE html>\n")) && utf8_valid(page));
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        if (text_find(page, text_of(forbidden[i])) != SIZE_MAX)
            fail_msg("%s is in the page", forbidden[i]);
    r.rest = text_slice(page, sizeof "<!DOCTYPE html>" - 1, page.n);
    while (r.rest.n) {
        size_t at = text_find(r.rest, TEXT("<"));
        check_characters(text_slice(r.rest, 0, at));
        r.rest = at == SIZE_MAX ? (text){NULL, 0} : text_slice(r.rest, at, r.rest.n);
        if (text_starts(r.rest, TEXT("</")))
            close_element(&r);
        else if (r.rest.n)
            open_element(&r);
    }
    assert_int_equal(r.depth, 0);
}
