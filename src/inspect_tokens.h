/* inspect_tokens.h - rows of the inspect table that need a vocabulary only. */
#ifndef SRC_INSPECT_TOKENS_H
#define SRC_INSPECT_TOKENS_H

#include "src/inspect.h"

inspect_fn inspect_tokenize;   /* text, add_special, parse_special -> ids */
inspect_fn inspect_detokenize; /* ids, special -> bytes (hex), stream     */

#endif
