/* table_markup.h - the styles of table.h that need escapes and closing tags. */
#ifndef SRC_TABLE_MARKUP_H
#define SRC_TABLE_MARKUP_H

#include "src/table.h"

void table_latex(const struct table *t, strbuf *out);
void table_html(const struct table *t, strbuf *out);

#endif
