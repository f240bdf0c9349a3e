/* conf_bands.c - see conf_bands.h. */
#include "src/conf_bands.h"

#include "base/alloc.h"
#include "tts/threshold.h"

/* Of the tokens that are at most this sure. */
static const double band_percent[CONF_BANDS] = {5, 20, 50, 100};

bool conf_bands_make(struct conf_bands *out, const float *confidence, size_t n)
{
    double *sorted = alloc_zero(n, sizeof *sorted);
    if (!sorted)
        return false;
    *out = (struct conf_bands){.most = {0}};
    for (size_t i = 0; i < n; i++)
        sorted[i] = (double)confidence[i];
    for (size_t b = 0; b < CONF_BANDS && n; b++)
        out->most[b] = threshold_percentile(sorted, n, band_percent[b]);
    alloc_free(sorted);
    return true;
}

size_t conf_band_of(const struct conf_bands *b, float confidence)
{
    size_t i = 0;
    while (i + 1 < CONF_BANDS && !((double)confidence <= b->most[i]))
        i++;
    return i;
}

bool conf_bands_fit(const uint32_t *text_bytes, size_t n, size_t text_len)
{
    uint64_t sum = 0;
    for (size_t i = 0; text_bytes && i < n; i++)
        sum += text_bytes[i];
    return text_bytes && n && sum == text_len;
}
