/* tile_model.c - see tile_model.h. */
#include "tests/support/tile_model.h"

#include <stdbool.h>
#include <string.h>

enum { TILES = 8, MAX_ROWS = 16, MAX_ROW_BYTES = 64 };

struct model_tile {
    size_t rows, row_bytes; /* 0: not configured */
    uint8_t data[MAX_ROWS][MAX_ROW_BYTES];
};

static struct model_tile tiles[TILES];
static bool configured;
static const char *fault;
static size_t n_products;

/* False, and the fault is kept, when `ok` is. */
static bool need(bool ok, const char *what)
{
    if (!ok && !fault)
        fault = what;
    return !fault;
}

static bool usable(int t)
{
    return need(configured, "#UD: tiles are not configured") &&
           need(t >= 0 && t < TILES, "#UD: no such tile") &&
           need(tiles[t].rows && tiles[t].row_bytes, "#UD: the tile has no shape");
}

static bool is_valid(const struct tile_config *c)
{
    bool ok = c->palette == 1;
    for (size_t i = 0; i < sizeof c->reserved; i++)
        ok = ok && c->reserved[i] == 0;
    for (size_t i = 0; i < sizeof c->rows; i++) {
        ok = ok && (c->rows[i] == 0) == (c->row_bytes[i] == 0);
        ok = ok && c->rows[i] <= (i < TILES ? MAX_ROWS : 0);
        ok = ok && c->row_bytes[i] <= (i < TILES ? MAX_ROW_BYTES : 0);
    }
    return ok;
}

void tiles_open(const struct tile_config *config)
{
    if (!need(is_valid(config), "#GP: tile configuration"))
        return;
    memset(tiles, 0, sizeof tiles);
    for (size_t t = 0; t < TILES; t++) {
        tiles[t].rows = config->rows[t];
        tiles[t].row_bytes = config->row_bytes[t];
    }
    configured = true;
}

void tiles_close(void)
{
    memset(tiles, 0, sizeof tiles);
    configured = false;
}

void tile_model_zero(int t)
{
    if (usable(t))
        memset(tiles[t].data, 0, sizeof tiles[t].data);
}

void tile_model_load(int t, const void *from, size_t stride)
{
    tile_model_zero(t);
    if (!usable(t))
        return;
    for (size_t r = 0; r < tiles[t].rows; r++)
        memcpy(tiles[t].data[r], (const uint8_t *)from + r * stride, tiles[t].row_bytes);
}

void tile_model_store(int t, void *to, size_t stride)
{
    if (!usable(t))
        return;
    for (size_t r = 0; r < tiles[t].rows; r++)
        memcpy((uint8_t *)to + r * stride, tiles[t].data[r], tiles[t].row_bytes);
}

/* C[m][n] += sum of A[m][4 k + i] B[k][4 n + i] over i < 4: signed times unsigned bytes, in 32 bits
 * that wrap. */
static void dot_row(uint8_t *c, const uint8_t *a, const struct model_tile *b, size_t n_words)
{
    for (size_t n = 0; n < b->row_bytes / 4; n++) {
        uint32_t sum;
        memcpy(&sum, c + 4 * n, sizeof sum);
        for (size_t k = 0; k < n_words; k++)
            for (size_t i = 0; i < 4; i++)
                sum += (uint32_t)((int8_t)a[4 * k + i] * b->data[k][4 * n + i]);
        memcpy(c + 4 * n, &sum, sizeof sum);
    }
}

void tile_model_dot(int c, int a, int b)
{
    if (!usable(c) || !usable(a) || !usable(b) ||
        !need(c != a && c != b && a != b, "#UD: a tile is named twice") ||
        !need(tiles[c].rows == tiles[a].rows, "#UD: rows of the sums and of A") ||
        !need(tiles[c].row_bytes == tiles[b].row_bytes, "#UD: columns of the sums and of B") ||
        !need(tiles[a].row_bytes == 4 * tiles[b].rows, "#UD: columns of A and rows of B"))
        return;
    for (size_t m = 0; m < tiles[c].rows; m++)
        dot_row(tiles[c].data[m], tiles[a].data[m], &tiles[b], tiles[b].rows);
    n_products++;
}

const char *tile_model_fault(void)
{
    const char *first = fault;
    fault = NULL;
    return first;
}

size_t tile_model_products(void)
{
    return n_products;
}
