/* seal.h - the checksum at the end of a record, one JSON object per line:
 *
 *     {"schema":"sheaf.trace/3", ... ,"xxh3":"0123456789abcdef"}\n
 *
 * It is the XXH3-64 of the line's bytes up to the comma before "xxh3", in 16 hex digits: a torn or
 * altered line is recognised without parsing it. */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include <stdbool.h>

#include "base/text.h"

/* Ends the object that was opened at byte `from` of `b`, and its line. */
void seal_close(strbuf *b, size_t from);

/* Is `line`, without its line break, sealed and unaltered? */
bool seal_intact(text line);

#endif
