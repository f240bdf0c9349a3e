/* conf_bands.h - token confidences of one trace in bands, for colours.
 *
 * Confidences have no scale that fits every model (at least ln 20 = 3.0, at most some 30 nats), so
 * the bands are those of the trace itself: its least sure 5 %, the next 15 %, the upper half. */
#ifndef SRC_CONF_BANDS_H
#define SRC_CONF_BANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONF_BANDS = 4 };

struct conf_bands {
    double most[CONF_BANDS]; /* confidence of a band, at most */
};

/* confidence [n]. False without memory. */
bool conf_bands_make(struct conf_bands *out, const float *confidence, size_t n);
size_t conf_band_of(const struct conf_bands *b, float confidence);

/* text_bytes [n] or NULL: do they make up a text of text_len > 0 bytes? If not, nobody knows which
 * token wrote what. */
bool conf_bands_fit(const uint32_t *text_bytes, size_t n, size_t text_len);

#endif
