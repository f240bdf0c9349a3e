/* html_text.h - text that nobody vouches for, made fit for an HTML page. */
#ifndef SRC_HTML_TEXT_H
#define SRC_HTML_TEXT_H

#include "base/text.h"

/* Appends `t` as character data, good inside elements and quoted attributes: & < > " ' are
 * escaped; bytes that are no UTF-8 and characters that HTML forbids (controls but tab and line
 * break, surrogates, noncharacters) become U+FFFD, characters that turn the direction of writing
 * as well. */
void html_text(strbuf *b, text t);
void html_str(strbuf *b, const char *s);

#endif
