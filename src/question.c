/* question.c - see question.h. */
#include "src/question.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "src/cli.h"
#include "src/cli_io.h"

#define QUESTION_BYTES ((size_t)16 << 20)

static int read_source(strbuf *q, const struct question_source *s)
{
    sheaf_error err = {0};
    if ((s->operand != NULL) + (s->prompt != NULL) + (s->file != NULL) > 1)
        return cli_fail(CLI_USAGE, "question", "given more than once; an operand, -p or -f wanted");
    bool dash = s->operand && strcmp(s->operand, "-") == 0;
    if (s->prompt || (s->operand && !dash)) {
        strbuf_str(q, s->prompt ? s->prompt : s->operand);
        return CLI_GO;
    }
    if (!s->file && !dash && isatty(STDIN_FILENO))
        return cli_fail(CLI_USAGE, "question", "none given; as in sheaf \"What is 17 * 24?\"");
    if (file_read(q, s->file ? s->file : "-", QUESTION_BYTES, &err))
        return cli_fail_error(&err, CLI_AT_RUN) == CLI_MEMORY ? CLI_MEMORY : CLI_USAGE;
    return CLI_GO;
}

static int check(text q)
{
    uint32_t cp;
    if (text_trim(q).n == 0)
        return cli_fail(CLI_USAGE, "question", "is empty; some text wanted");
    for (size_t i = 0; i < q.n;) {
        size_t n = utf8_decode(text_slice(q, i, q.n), &cp);
        if (n == 0 || q.p[i] == '\0')
            return cli_fail(CLI_USAGE, "question", "byte 0x%02x at offset %zu; UTF-8 text wanted",
                            (unsigned char)q.p[i], i);
        i += n;
    }
    return CLI_GO;
}

/* Blanks around a question are an accident of files and shells; a raw prompt is taken as it is. */
int question_read(strbuf *out, const struct question_source *s)
{
    strbuf whole = {0};
    int rc = read_source(&whole, s);
    if (rc == CLI_GO)
        rc = check(strbuf_view(&whole));
    if (rc == CLI_GO)
        strbuf_text(out, s->verbatim ? strbuf_view(&whole) : text_trim(strbuf_view(&whole)));
    if (rc == CLI_GO && (whole.failed || out->failed))
        rc = cli_fail(CLI_MEMORY, "question", "no memory");
    strbuf_free(&whole);
    return rc;
}
