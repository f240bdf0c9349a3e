/* show_gguf.h - metadata and tensor table of a model file. */
#ifndef SRC_SHOW_GGUF_H
#define SRC_SHOW_GGUF_H

#include "engine/gguf.h"

/* Appends the wanted parts as tables, or as one JSON object with "metadata" and "tensors". */
void show_gguf(strbuf *out, const gguf *g, bool metadata, bool tensors, bool json);

#endif
