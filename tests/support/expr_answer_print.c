/* expr_answer_print.c - spellings of answers; see expr_answer.h. */
#include "tests/support/expr_answer.h"
#include "tests/support/expr_build.h"
#include "tests/support/expr_print.h"

struct brackets {
    const char *open, *close;
};

static const struct brackets tuple_brackets[] = {{"(", ")"}, {"\\left(", "\\right)"}};
static const struct brackets set_brackets[] = {{"\\{", "\\}"}, {"\\left\\{", "\\right\\}"},
                                               {"", ""}};
static const struct brackets matrix_brackets[] = {
    {"\\begin{pmatrix}", "\\end{pmatrix}"},
    {"\\begin{bmatrix}", "\\end{bmatrix}"},
    {"\\left(\\begin{array}{ccc}", "\\end{array}\\right)"},
};
static const struct brackets wrappings[] = {
    {"", ""}, {"", ""}, {"$", "$"}, {"\\(", "\\)"}, {"\\displaystyle ", ""}, {"", "."}, {" ", "\n"},
};

#define PICK(m, table) (&(table)[dice_roll(&(m)->dice, sizeof(table) / sizeof *(table))])

static void print_one(strbuf *out, const expr *e, struct maker *m)
{
    struct expr_style style = expr_random_style(&m->dice);
    expr_print(out, e, style, &m->dice);
}

/* In LaTeX: where the plain spelling of brackets could be taken for something else. */
static void print_latex(strbuf *out, const expr *e, struct maker *m)
{
    expr_print(out, e, (struct expr_style){.latex = true}, &m->dice);
}

static void print_items(strbuf *out, const struct answer *a, const struct brackets *b,
                        struct maker *m)
{
    strbuf_str(out, b->open);
    for (size_t i = 0; i < a->n_items; i++) {
        strbuf_str(out, i ? ", " : "");
        print_latex(out, a->items[i], m);
    }
    strbuf_str(out, b->close);
}

/* a, b as (a + b)/2 \pm (a - b)/2 */
static void print_plus_minus(strbuf *out, const struct answer *a, struct maker *m)
{
    tree two = whole(m, 2), one = a->items[0], other = a->items[1];
    print_latex(out, quo(m, add(m, one, other), two), m);
    strbuf_str(out, " \\pm ");
    print_latex(out, quo(m, sub(m, one, other), two), m);
}

static void print_set(strbuf *out, const struct answer *a, struct maker *m)
{
    if (a->n_items == 2 && dice_once_in(&m->dice, 3))
        print_plus_minus(out, a, m);
    else
        print_items(out, a, PICK(m, set_brackets), m);
}

/* A sum binds less tightly than ":" to some readers. */
static void print_ratio(strbuf *out, const struct answer *a, struct maker *m)
{
    for (size_t i = 0; i < a->n_items; i++) {
        strbuf_str(out, i ? ":" : "");
        strbuf_str(out, expr_is_int(a->items[i]) ? "" : "(");
        print_latex(out, a->items[i], m);
        strbuf_str(out, expr_is_int(a->items[i]) ? "" : ")");
    }
}

static void print_matrix(strbuf *out, const struct answer *a, struct maker *m)
{
    const struct brackets *b = PICK(m, matrix_brackets);
    strbuf_str(out, b->open);
    for (size_t i = 0; i < a->n_items; i++) {
        strbuf_str(out, i == 0 ? "" : i % a->n_columns ? " & " : " \\\\ ");
        print_latex(out, a->items[i], m);
    }
    strbuf_str(out, b->close);
}

static bool end_is_closed(const struct answer *a, size_t i)
{
    return a->closed >> i & 1;
}

static void print_interval(strbuf *out, const struct answer *a, size_t i, struct maker *m)
{
    strbuf_str(out, end_is_closed(a, i) ? "[" : "(");
    if (a->items[i])
        print_latex(out, a->items[i], m);
    else
        strbuf_str(out, "-\\infty");
    strbuf_str(out, ", ");
    if (a->items[i + 1])
        print_latex(out, a->items[i + 1], m);
    else
        strbuf_str(out, "\\infty");
    strbuf_str(out, end_is_closed(a, i + 1) ? "]" : ")");
}

/* a < x <= b, x > a, b >= x */
static void print_bounds(strbuf *out, const struct answer *a, size_t i, struct maker *m)
{
    const expr *lo = a->items[i], *hi = a->items[i + 1];
    const char *above = end_is_closed(a, i) ? " \\ge " : " > ";
    const char *after = end_is_closed(a, i) ? " \\le " : " < ";
    const char *below = end_is_closed(a, i + 1) ? " \\leq " : " < ";
    bool turned = lo && !hi && dice_once_in(&m->dice, 2);
    if (lo && !turned) {
        print_latex(out, lo, m);
        strbuf_str(out, after);
    }
    strbuf_str(out, "x");
    if (turned) {
        strbuf_str(out, above);
        print_latex(out, lo, m);
    }
    if (hi) {
        strbuf_str(out, below);
        print_latex(out, hi, m);
    }
}

static void print_region(strbuf *out, const struct answer *a, struct maker *m)
{
    static const char *const joins[] = {" \\cup ", " or "};
    uint64_t way = dice_roll(&m->dice, 4);
    bool unbounded = !a->items[0] && !a->items[a->n_items - 1] && a->n_items == 2;
    bool bounds = way <= 1 && !unbounded, built = bounds && way == 0 && a->n_items == 2;
    strbuf_str(out, way == 2 ? "x \\in " : built ? "\\{x \\mid " : "");
    for (size_t i = 0; i < a->n_items; i += 2) {
        strbuf_str(out, i ? joins[bounds] : "");
        if (bounds)
            print_bounds(out, a, i, m);
        else
            print_interval(out, a, i, m);
    }
    strbuf_str(out, built ? "\\}" : "");
}

/* Either side first. */
static void print_relation(strbuf *out, const struct answer *a, struct maker *m)
{
    bool strict = !end_is_closed(a, 0), turned = dice_once_in(&m->dice, 2);
    const char *sign = a->shape == ANSWER_EQUATION ? " = "
                       : turned                    ? (strict ? " > " : " \\ge ")
                                                   : (strict ? " < " : " \\le ");
    print_latex(out, a->items[turned], m);
    strbuf_str(out, sign);
    print_latex(out, a->items[!turned], m);
}

void answer_print(strbuf *out, const struct answer *a, struct maker *m)
{
    const struct brackets *wrap = PICK(m, wrappings);
    strbuf_str(out, wrap->open);
    switch (a->shape) {
    case ANSWER_TUPLE:
        print_items(out, a, PICK(m, tuple_brackets), m);
        break;
    case ANSWER_SET:
        print_set(out, a, m);
        break;
    case ANSWER_RATIO:
        print_ratio(out, a, m);
        break;
    case ANSWER_REGION:
        print_region(out, a, m);
        break;
    case ANSWER_MATRIX:
        print_matrix(out, a, m);
        break;
    case ANSWER_EQUATION:
    case ANSWER_INEQUALITY:
        print_relation(out, a, m);
        break;
    default:
        print_one(out, a->items[0], m);
        strbuf_str(out, a->shape == ANSWER_PERCENT ? "\\%" : "");
    }
    strbuf_str(out, wrap->close);
}
