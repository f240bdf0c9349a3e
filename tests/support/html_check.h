/* html_check.h - is a page in order? A reader of the HTML that Sheaf writes, for tests: strict
 * where browsers are lenient. */
#ifndef TESTS_SUPPORT_HTML_CHECK_H
#define TESTS_SUPPORT_HTML_CHECK_H

#include "base/text.h"

/* Fails the test unless every element is closed in its turn (void ones aside), attributes are
 * quoted, every "&" begins a known entity, ids are unique, and there is no script, no handler, no
 * address to fetch and no byte that is not UTF-8. */
void html_check(text page);

/* Occurrences of `needle`. */
size_t html_count(text page, const char *needle);

#endif
