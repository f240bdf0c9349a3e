/* tokenizer_impl.h - the inside of a tokenizer, shared by the tokenizer files only. */
#ifndef ENGINE_TOKENIZER_IMPL_H
#define ENGINE_TOKENIZER_IMPL_H

#include "engine/merge.h"
#include "engine/pretokenize.h"
#include "engine/symtab.h"
#include "engine/tokenizer.h"

/* Longest token; bounds what one position of a text can cost. */
#define TOKEN_MAX_BYTES 4096

enum { TOKEN_FLAG_EOG = 1, TOKEN_FLAG_MASKED = 2 };

/* A merge of the vocabulary: neighbours left and right become `merged`. */
struct bpe_pair {
    uint32_t left, right; /* symbols; left == SYMTAB_NONE: free slot */
    uint32_t rank, merged;
};

struct bpe {
    const struct pre_rules *pre;
    struct bpe_pair *pairs; /* [n_slots], open addressing, n_slots a power of two */
    size_t n_slots;
    uint32_t byte_symbol[256];
};

struct spm {
    uint32_t *priority; /* [n_tokens] orders tokens by falling score */
    int32_t byte_token[256]; /* <0xXX>, -1: none */
    bool add_space_prefix;   /* always false for BPE */
};

/* A token that is cut out of text before anything else. */
struct special {
    text t; /* in symbols.bytes */
    int32_t id;
};

struct tokenizer {
    struct tokenizer_info info;
    bool is_spm;
    struct symtab symbols; /* the tokens as bytes, by id; then the other parts of merges */
    uint8_t *type;         /* [n_tokens] enum token_type */
    uint8_t *flags;        /* [n_tokens] TOKEN_FLAG_ */
    struct special *specials; /* [n_specials] by text */
    size_t n_specials;
    struct bpe bpe;
    struct spm spm;
};

/* Scratch and output of one encoding call; zero-initialised. */
struct encoder {
    const tokenizer *t;
    int32_t *ids;
    size_t n, cap;
    struct merge_list merges;
    struct pretok pretok;
    strbuf work; /* a stretch of text as the model wants it */
};

/* Appends an id; false without memory. */
bool encoder_push(struct encoder *e, int32_t id);

/* tokenizer_bpe.c: merges and symbols of the file; then one stretch of text without special tokens,
 * valid UTF-8. The encoders return false without memory. */
sheaf_code bpe_load(tokenizer *t, const gguf *g, sheaf_error *err);
bool bpe_encode(struct encoder *e, text raw);

/* tokenizer_spm.c: the same for SentencePiece; puts a space in front if the model wants one. */
sheaf_code spm_load(tokenizer *t, const gguf *g, sheaf_error *err);
bool spm_encode(struct encoder *e, text raw);

/* vocab.c: tokens and types into symbols, type, flags; sets n_tokens. */
sheaf_code vocab_load(tokenizer *t, const gguf *g, sheaf_error *err);

enum vocab_kind { VOCAB_STRINGS, VOCAB_INTEGERS, VOCAB_NUMBERS };

/* An array of the file with one kind of element; FORMAT if it has another or is not n long (n ==
 * SIZE_MAX: any length). Absent: out->n is 0. */
sheaf_code vocab_array(gguf_array *out, const gguf *g, const char *key, enum vocab_kind kind,
                       size_t n, sheaf_error *err);

/* byte_alphabet.c: undoes the printable spelling of bytes that byte-level BPE files use. Appends
 * the bytes to `out`; false, with nothing appended, if `t` has others than the alphabet. */
bool byte_alphabet_decode(strbuf *out, text t);

/* tokenizer_special.c: the table of special tokens, once the symbols are complete. */
sheaf_code special_load(tokenizer *t, sheaf_error *err);

/* The longest special token at the start of `rest` (-1: none). Control and unknown tokens count
 * only if they end within the first n_trusted bytes. */
int32_t special_match(const tokenizer *t, text rest, size_t n_trusted);

/* Exact name among the special tokens, -1: none. */
int32_t special_find(const tokenizer *t, text name);

/* tokenizer_stop.c: bos, eos, ..., end-of-generation and masked tokens from keys and names. */
sheaf_code stop_load(tokenizer *t, const gguf *g, sheaf_error *err);

#endif
