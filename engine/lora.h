/* lora.h - low-rank adapters in GGUF form (general.type "adapter", adapter.type "lora"): tensors
 * NAME.weight.lora_a [rank, n_in] and NAME.weight.lora_b [n_out, rank], key adapter.lora.alpha.
 * Output = W x + (alpha / rank) scale B (A x). Hu et al., arXiv:2106.09685. */
#ifndef ENGINE_LORA_H
#define ENGINE_LORA_H

#include "engine/model.h"

/* Adds the adapter to the matrices of e, which are bound already. Nothing of the file is needed
 * afterwards. Errors: IO, FORMAT, UNSUPPORTED (another base, unknown tensor), NOMEM. */
sheaf_code lora_add(struct sheaf_engine *e, const char *path, float scale, sheaf_error *err);

/* Largest rank, and largest output of a matrix with an adapter; 0, 0 without adapters. */
void lora_sizes(const struct sheaf_engine *e, size_t *rank, size_t *n_out);

#endif
