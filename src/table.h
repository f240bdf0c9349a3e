/* table.h - cells by rows, printed aligned by display width, as Markdown or as CSV. */
#ifndef SRC_TABLE_H
#define SRC_TABLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

enum table_style {
    TABLE_PLAIN,    /* two blanks between columns, header first */
    TABLE_MARKDOWN,
    TABLE_CSV,      /* RFC 4180 quoting                         */
    TABLE_LATEX,    /* tabular with the rules of booktabs       */
    TABLE_HTML,     /* in a region that scrolls sideways        */
};

struct table {
    arena memory;
    size_t n_columns, n_cells, cap;
    text *cells;       /* [n_cells], row after row; the first row is the header */
    const char *align; /* [n_columns] of 'l' and 'r' */
    const char *caption; /* of HTML; NULL: none */
    bool failed;       /* no memory: checked once, by table_print */
};

/* `align` names the columns' alignment and so their number: "lrr". Borrowed. */
void table_init(struct table *t, const char *align);
/* The next cell, copied; control characters are made harmless. */
void table_cell(struct table *t, text cell);
void table_str(struct table *t, const char *cell);
void table_printf(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends the table; each line of the plain style begins with `indent` blanks. Columns wider than
 * `max_width` (0: any) are cut with "..." in the plain style. */
void table_print(const struct table *t, strbuf *out, enum table_style style, size_t indent,
                 size_t max_width);
void table_free(struct table *t);

#endif
