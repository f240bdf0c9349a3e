/* tiny_vocab.h - a byte-level BPE vocabulary of 320 tokens for tests, or of more for models with
 * real dimensions.
 *
 * Ids 0..255 are the bytes, then one token for each merge, then the special tokens below. A larger
 * vocabulary has merges of further pairs of bytes before its special tokens, which stay the
 * last. */
#ifndef TESTS_SUPPORT_TINY_VOCAB_H
#define TESTS_SUPPORT_TINY_VOCAB_H

#include "tests/support/gguf_writer.h"

#define TINY_VOCAB 320
#define TINY_VOCAB_MAX 65536
#define TINY_THINK 315      /* <think>, user-defined  */
#define TINY_END_THINK 316  /* </think>, user-defined */
#define TINY_ENDOFTEXT 317  /* <|endoftext|>, control */
#define TINY_IM_START 318   /* <|im_start|>, control  */
#define TINY_IM_END 319     /* <|im_end|>, control; the eos token */

/* Writes the tokenizer.* keys of n tokens, TINY_VOCAB to TINY_VOCAB_MAX, `pre` as the
 * pre-tokenizer's name, and a ChatML template. False: no memory. */
bool tiny_vocab_write(struct gguf_writer *w, const char *pre, size_t n);

#endif
