/* table_markup.c - see table_markup.h. */
#include "src/table_markup.h"

#include <string.h>

#include "src/html_text.h"

/* ---- LaTeX ---------------------------------------------------------------------------------- */

static const struct {
    char c;
    const char *latex;
} latex_escapes[] = {
    {'\\', "\\textbackslash{}"}, {'{', "\\{"}, {'}', "\\}"}, {'$', "\\$"}, {'&', "\\&"},
    {'#', "\\#"}, {'%', "\\%"}, {'_', "\\_"}, {'~', "\\textasciitilde{}"},
    {'^', "\\textasciicircum{}"}, {'<', "\\textless{}"}, {'>', "\\textgreater{}"},
    {'|', "\\textbar{}"}, {'"', "''"},
};

static const char *latex_of(char c)
{
    for (size_t i = 0; i < sizeof latex_escapes / sizeof latex_escapes[0]; i++)
        if (latex_escapes[i].c == c)
            return latex_escapes[i].latex;
    return NULL;
}

/* A number with a sign is mathematics: its minus is none of the hyphens. */
static bool is_signed_number(text cell)
{
    return cell.n > 1 && (cell.p[0] == '-' || cell.p[0] == '+') && cell.p[1] >= '0' &&
           cell.p[1] <= '9';
}

static void latex_cell(strbuf *out, text cell)
{
    bool math = is_signed_number(cell);
    strbuf_str(out, math ? "$" : "");
    for (size_t i = 0; i < cell.n; i++) {
        const char *escaped = latex_of(cell.p[i]);
        if (text_starts(text_slice(cell, i, cell.n), TEXT("±"))) {
            strbuf_str(out, "$\\pm$");
            i += sizeof "±" - 2;
        } else if (escaped) {
            strbuf_str(out, escaped);
        } else {
            strbuf_char(out, cell.p[i]);
        }
    }
    strbuf_str(out, math ? "$" : "");
}

void table_latex(const struct table *t, strbuf *out)
{
    strbuf_printf(out, "\\begin{tabular}{%s}\n\\toprule\n", t->align);
    for (size_t i = 0; i < t->n_cells; i++) {
        latex_cell(out, t->cells[i]);
        strbuf_str(out, (i + 1) % t->n_columns ? " & " : " \\\\\n");
        if (i + 1 == t->n_columns)
            strbuf_str(out, "\\midrule\n");
    }
    strbuf_str(out, "\\bottomrule\n\\end{tabular}\n");
}

/* ---- HTML ----------------------------------------------------------------------------------- */

/* The header row, and the first cell of the others, are headers. */
static void html_cell(strbuf *out, const struct table *t, size_t i)
{
    size_t column = i % t->n_columns;
    bool head = i < t->n_columns, header = head || column == 0;
    strbuf_str(out, header ? "<th scope=\"" : "<td");
    strbuf_str(out, !header ? "" : head ? "col\"" : "row\"");
    strbuf_str(out, t->align[column] == 'r' ? " class=\"r\">" : ">");
    html_text(out, t->cells[i]);
    strbuf_str(out, header ? "</th>" : "</td>");
}

/* The caption stands outside of what scrolls, and names the region and the table in it. */
static void html_open(const struct table *t, strbuf *out)
{
    text caption = text_of(t->caption ? t->caption : "Table");
    strbuf_str(out, "<p class=\"caption\">");
    html_text(out, caption);
    strbuf_str(out, "</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_text(out, caption);
    strbuf_str(out, "\"><table aria-label=\"");
    html_text(out, caption);
    strbuf_str(out, "\">\n<thead>");
}

void table_html(const struct table *t, strbuf *out)
{
    html_open(t, out);
    for (size_t i = 0; i < t->n_cells; i++) {
        strbuf_str(out, i % t->n_columns ? "" : "<tr>");
        html_cell(out, t, i);
        if ((i + 1) % t->n_columns == 0)
            strbuf_str(out, "</tr>\n");
        if (i + 1 == t->n_columns)
            strbuf_str(out, "</thead>\n<tbody>");
    }
    strbuf_str(out, "</tbody></table></div>\n");
}
