/* pretokenize.h - cuts text into the pieces that byte-level BPE encodes one by one. */
#ifndef ENGINE_PRETOKENIZE_H
#define ENGINE_PRETOKENIZE_H

#include "base/text.h"

/* The splitting rules in use, each published as a regular expression in tokenizer.json files. */
enum pre_family {
    PRE_GPT2, PRE_SMOLLM, PRE_LLAMA3, PRE_QWEN2, PRE_O200K, PRE_TEKKEN, PRE_FAMILIES
};

/* What a name in tokenizer.ggml.pre stands for. */
struct pre_rules {
    const char *name;
    enum pre_family family;
    bool ignore_merges; /* a piece that is a token needs no merging */
    bool add_bos;       /* unless the file says otherwise */
    bool nfc;           /* text is put into Unicode NFC first */
};

/* All known names, in a table that ends with a NULL name; the first is "default". */
extern const struct pre_rules pre_table[];

/* Entry of a name, NULL if it is not known. */
const struct pre_rules *pre_find(text name);

/* One text being cut; also the scratch for the next. Zero-initialise before use. */
struct pretok {
    enum pre_family family;
    text t;
    uint8_t *class; /* [n] bits of pretokenize.c, one per character */
    uint32_t *at;   /* [n + 1] byte offset of each character */
    size_t n, cap;
    size_t pos;     /* next character */
    size_t end;     /* what the rules see ends here */
};

/* Starts on valid UTF-8 of less than 4 GiB, which must outlive the cutting. False without
 * memory. */
bool pretok_begin(struct pretok *p, enum pre_family family, text t);

/* Next piece; false at the end. The pieces are the text, in order, none empty. Linear time. */
bool pretok_next(struct pretok *p, text *piece);

void pretok_free(struct pretok *p);

#endif
