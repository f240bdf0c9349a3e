/* fuzz_dataset.c - a JSONL file through the reader, and its selections. */
#include <sheaf/dataset.h>

#include "base/text.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/memory_file.h"

static void promise_problem(const sheaf_problem *p)
{
    PROMISE(p->id[0] && p->question[0] && p->answer[0] && p->line > 0);
    PROMISE(utf8_valid(text_of(p->id)) && utf8_valid(text_of(p->question)));
}

/* `spec` is hostile too: any text between the first two quotes will do. */
static void select_part(sheaf_dataset *d, text file)
{
    char spec[32] = "";
    size_t quote = text_find(file, TEXT("\""));
    for (size_t i = 0; quote != SIZE_MAX && i + 1 < sizeof spec && quote + 1 + i < file.n; i++)
        spec[i] = file.p[quote + 1 + i];
    size_t all = sheaf_dataset_count(d);
    (void)sheaf_dataset_limit(d, spec, NULL);
    PROMISE(sheaf_dataset_count(d) <= all);
    PROMISE(sheaf_dataset_limit(d, "1-2", NULL) == SHEAF_OK || all == 0);
}

sheaf_code fuzz_dataset(const uint8_t *data, size_t size)
{
    sheaf_dataset *d = NULL;
    sheaf_error err = {0};
    sheaf_code rc = sheaf_dataset_open(&d, memory_file(0, data, size), &err);
    if (rc) {
        PROMISE_FAULT(rc, err);
        PROMISE(err.source[0] != '\0' && d == NULL);
        return rc;
    }
    for (size_t i = 0; i < sheaf_dataset_count(d); i++)
        promise_problem(sheaf_dataset_problem(d, i));
    select_part(d, (text){(const char *)data, size});
    sheaf_dataset_close(d);
    return SHEAF_OK;
}
