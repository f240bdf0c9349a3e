/* inspect_text.c - the table of what needs a vocabulary or a template, but no weights. */
#include "src/inspect_render.h"
#include "src/inspect_tokens.h"

const struct inspect_entry inspect_text[] = {
    {"tokenize", inspect_tokenize, "text, add_special, parse_special -> ids"},
    {"detokenize", inspect_detokenize, "ids, special -> bytes (hex), stream"},
    {"render", inspect_render,
     "messages, options, bos_token, eos_token, now, template -> rendered, with -m ids"},
    {NULL, NULL, NULL}};
