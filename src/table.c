/* table.c - see table.h. */
#include "src/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "src/cli_io.h"
#include "src/table_markup.h"

#define TABLE_BYTES ((size_t)256 << 20)
#define COLUMNS_MAX 64

void table_init(struct table *t, const char *align)
{
    *t = (struct table){.align = align, .n_columns = strlen(align)};
    arena_init(&t->memory, TABLE_BYTES);
}

void table_cell(struct table *t, text cell)
{
    strbuf clean = {0};
    cli_add_printable(&clean, cell, false);
    text *cells = alloc_grow(t->cells, t->n_cells, &t->cap, sizeof *cells);
    t->cells = cells ? cells : t->cells;
    const char *copy = arena_strndup(&t->memory, clean.n ? clean.p : "", clean.n);
    if (cells && copy && !clean.failed)
        t->cells[t->n_cells++] = (text){copy, clean.n};
    else
        t->failed = true;
    strbuf_free(&clean);
}

void table_str(struct table *t, const char *cell)
{
    table_cell(t, text_of(cell));
}

void table_printf(struct table *t, const char *format, ...)
{
    char cell[256];
    va_list args;
    va_start(args, format);
    vsnprintf(cell, sizeof cell, format, args);
    va_end(args);
    table_str(t, cell);
}

/* What is left of a cell, without the dots that mark the cut. */
static text capped(text cell, size_t max_width)
{
    bool cut = max_width > 3 && cli_width(cell) > max_width;
    return cut ? cli_fit(cell, max_width - 3) : cell;
}

static size_t shown_width(text cell, size_t max_width)
{
    text kept = capped(cell, max_width);
    return cli_width(kept) + (kept.n < cell.n ? 3 : 0);
}

static void column_widths(const struct table *t, size_t *widths, size_t max_width)
{
    memset(widths, 0, COLUMNS_MAX * sizeof *widths);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t *w = &widths[i % t->n_columns], n = shown_width(t->cells[i], max_width);
        *w = n > *w ? n : *w;
    }
}

static void plain_cell(const struct table *t, strbuf *out, size_t i, size_t width, size_t max_width)
{
    text cell = t->cells[i], kept = capped(cell, max_width);
    size_t column = i % t->n_columns;
    int pad = (int)(width - shown_width(cell, max_width));
    bool right = t->align[column] == 'r', last = column + 1 == t->n_columns;
    strbuf_printf(out, "%*s", right ? pad : 0, "");
    strbuf_text(out, kept);
    strbuf_str(out, kept.n < cell.n ? "..." : "");
    strbuf_printf(out, "%*s", right || last ? 0 : pad, "");
}

static void print_plain(const struct table *t, strbuf *out, size_t indent, size_t max_width)
{
    size_t widths[COLUMNS_MAX];
    column_widths(t, widths, max_width);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t column = i % t->n_columns;
        strbuf_printf(out, "%*s", column ? 2 : (int)indent, "");
        plain_cell(t, out, i, widths[column], max_width);
        if (column + 1 == t->n_columns)
            strbuf_char(out, '\n');
    }
}

static void markdown_rule(const struct table *t, strbuf *out)
{
    for (size_t c = 0; c < t->n_columns; c++)
        strbuf_str(out, t->align[c] == 'r' ? "|---:" : "|:---");
    strbuf_str(out, "|\n");
}

static void print_markdown(const struct table *t, strbuf *out)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        strbuf_str(out, i % t->n_columns ? " " : "| ");
        for (size_t k = 0; k < t->cells[i].n; k++) {
            if (t->cells[i].p[k] == '|')
                strbuf_char(out, '\\');
            strbuf_char(out, t->cells[i].p[k]);
        }
        strbuf_str(out, " |");
        if ((i + 1) % t->n_columns == 0)
            strbuf_char(out, '\n');
        if (i + 1 == t->n_columns)
            markdown_rule(t, out);
    }
}

static void csv_cell(strbuf *out, text cell)
{
    bool quote = memchr(cell.p, ',', cell.n) || memchr(cell.p, '"', cell.n);
    if (quote)
        strbuf_char(out, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            strbuf_char(out, '"');
        strbuf_char(out, cell.p[i]);
    }
    if (quote)
        strbuf_char(out, '"');
}

void table_print(const struct table *t, strbuf *out, enum table_style style, size_t indent,
                 size_t max_width)
{
    if (t->failed || t->n_columns > COLUMNS_MAX)
        out->failed = true;
    else if (style == TABLE_PLAIN)
        print_plain(t, out, indent, max_width);
    else if (style == TABLE_MARKDOWN)
        print_markdown(t, out);
    else if (style == TABLE_LATEX)
        table_latex(t, out);
    else if (style == TABLE_HTML)
        table_html(t, out);
    for (size_t i = 0; style == TABLE_CSV && i < t->n_cells; i++) {
        csv_cell(out, t->cells[i]);
        strbuf_char(out, (i + 1) % t->n_columns ? ',' : '\n');
    }
}

void table_free(struct table *t)
{
    alloc_free(t->cells);
    arena_free(&t->memory);
    *t = (struct table){0};
}
