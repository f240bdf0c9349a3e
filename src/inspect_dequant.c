/* inspect_dequant.c - see inspect_dequant.h. */
#include "src/inspect_dequant.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/quant.h"
#include "src/cli_io.h"

#define BLOCKS_AT_ONCE 64
#define BLOCK_ELEMENTS_MAX 256
#define BLOCK_BYTES_MAX 1024

/* Reads until `want` bytes or the end; the number read in *got. */
static int read_full(unsigned char *p, size_t want, size_t *got)
{
    for (*got = 0; *got < want;) {
        ssize_t n = read(STDIN_FILENO, p + *got, want - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cli_fail(CLI_RUNTIME, "standard input", "cannot read: %s", strerror(errno));
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return CLI_OK;
}

static int convert(enum quant_type type, const struct quant_info *q)
{
    static unsigned char in[BLOCKS_AT_ONCE * BLOCK_BYTES_MAX];
    static float out[BLOCKS_AT_ONCE * BLOCK_ELEMENTS_MAX];
    for (;;) {
        size_t got = 0;
        int status = read_full(in, BLOCKS_AT_ONCE * q->bytes, &got);
        size_t n = got / q->bytes * q->block;
        quant_dequantize(type, out, in, n);
        if (!status)
            status = cli_write(NULL, (text){(const char *)out, n * sizeof *out});
        if (!status && got % q->bytes)
            status = cli_fail(CLI_USAGE, "standard input",
                              "%zu bytes after the last block; whole blocks of %zu bytes wanted",
                              got % q->bytes, q->bytes);
        if (status || got < BLOCKS_AT_ONCE * q->bytes)
            return status;
    }
}

int inspect_dequant(const char *name)
{
    int type = name ? quant_by_name(name) : -1;
    const struct quant_info *q = quant_info(type);
    if (!q->name || !q->dequantizable || q->block > BLOCK_ELEMENTS_MAX ||
        q->bytes > BLOCK_BYTES_MAX)
        return cli_fail(CLI_USAGE, "--type", "'%.40s' given; a tensor type such as Q4_K wanted",
                        name ? name : "");
    return convert((enum quant_type)type, q);
}
