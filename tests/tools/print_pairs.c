/* print_pairs - random pairs of answers for other graders: one JSON line each with kind, gold,
 * answer, and whether they are equal.
 *
 *     print_pairs [N [SEED]]      1000 1 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "tests/support/expr_pair.h"

static void print_pair(const char *kind, const struct pair *p)
{
    strbuf line = {0};
    jsonw_open(&line, '{');
    jsonw_key(&line, "kind");
    jsonw_str(&line, kind);
    jsonw_key(&line, "gold");
    jsonw_text(&line, strbuf_view(&p->a));
    jsonw_key(&line, "answer");
    jsonw_text(&line, strbuf_view(&p->b));
    jsonw_key(&line, "equal");
    jsonw_bool(&line, p->equal);
    jsonw_close(&line, '}');
    puts(line.failed ? "" : line.p);
    strbuf_free(&line);
}

int main(int argc, char **argv)
{
    long n = argc > 1 ? atol(argv[1]) : 1000, seed = argc > 2 ? atol(argv[2]) : 1;
    struct pair p = {0};
    for (long round = 0; round < n; round++) {
        size_t kind = (size_t)round % PAIR_KINDS;
        struct maker m;
        maker_init(&m, (uint64_t)seed, (uint64_t)round);
        pair_make(&m, &p, kind, round / PAIR_KINDS % 2);
        print_pair(pair_kind_name(kind), &p);
        maker_free(&m);
    }
    pair_free(&p);
    return 0;
}
