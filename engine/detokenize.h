/* detokenize.h - ids of one trace to text, token by token, without allocation of its own. */
#ifndef ENGINE_DETOKENIZE_H
#define ENGINE_DETOKENIZE_H

#include "engine/tokenizer.h"

/* State of one stream; plain storage, may be copied to fork the stream. */
struct detok {
    const tokenizer *t;
    bool special;     /* control and unknown tokens are printed by name instead of dropped */
    bool strip_space; /* the next byte, if a space, is the one SentencePiece put in front */
    uint8_t n_held;
    char held[4];     /* start of a UTF-8 sequence that is not complete yet */
};

void detok_init(struct detok *d, const tokenizer *t, bool special);

/* Raw bytes of the next token, which may end within a character; borrowed from the tokenizer. Ids
 * outside the vocabulary give nothing. */
text detok_bytes(struct detok *d, int32_t id);

/* Appends to `out` what can be shown after the next token: complete characters, U+FFFD for each
 * maximal invalid part. Use either this or detok_bytes on one stream. */
void detok_push(struct detok *d, strbuf *out, int32_t id);

/* Ends the stream: a character left incomplete becomes U+FFFD. The stream can go on afterwards. */
void detok_flush(struct detok *d, strbuf *out);

#endif
