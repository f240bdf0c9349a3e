/* nfc.h - Unicode normalisation form C in linear time. */
#ifndef ENGINE_NFC_H
#define ENGINE_NFC_H

#include "base/text.h"

/* Appends the NFC form of valid UTF-8 to `out` (out->failed: no memory or limit). False without
 * memory for the work itself. */
bool nfc_append(strbuf *out, text t);

#endif
