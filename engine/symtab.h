/* symtab.h - byte strings numbered in order of arrival, found by content.
 *
 * The symbols of a vocabulary: the tokens first, so that number = token id, then whatever else
 * merges need. Reading is safe from several threads; adding is not. */
#ifndef ENGINE_SYMTAB_H
#define ENGINE_SYMTAB_H

#include "base/text.h"

#define SYMTAB_NONE UINT32_MAX

struct symtab_slot {
    uint32_t hash;
    uint32_t symbol_1; /* symbol + 1; 0: free */
};

struct symtab {
    strbuf bytes;       /* all strings, one after the other */
    uint32_t *end;      /* [n] where each ends in `bytes` */
    size_t n, cap;
    struct symtab_slot *slots; /* [n_slots], open addressing; n_slots is 0 or a power of two */
    size_t n_slots, n_found;
    size_t max_length;  /* of the strings that can be found */
};

/* Zero-initialise before use. */
void symtab_free(struct symtab *s);

text symtab_text(const struct symtab *s, uint32_t symbol);

/* Number of the string, or SYMTAB_NONE. */
uint32_t symtab_find(const struct symtab *s, text t);

/* Adds a string under the next number, which it returns, or SYMTAB_NONE without memory (or at 4 GiB
 * of text). `findable`: symtab_find gives this number, unless an equal string has one already. */
uint32_t symtab_add(struct symtab *s, text t, bool findable);

#endif
