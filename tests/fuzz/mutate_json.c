/* mutate_json - broken lines for `sheaf inspect` and broken data sets (usage: mutate_main.h).
 *
 * An input is one byte that says who reads it and the text: an index of fuzz_json, or DATASET. */
#include <stdlib.h>

#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/mutate_main.h"
#include "tests/fuzz/mutate_text.h"

#define DATASET 255

static const struct {
    const char *what; /* NULL: a data set */
    const char *line;
} seeds[] = {
    {"adaptive_beta", "{\"type\":\"counts\",\"v1\":3,\"v2\":1,\"threshold\":0.9}"},
    {"adaptive_beta", "{\"type\":\"sequence\",\"answers\":[\"4\",\"4\",null,\"5\",\"4\"]}"},
    {"adaptive_beta", "{\"type\":\"weighted\",\"answers\":[\"a\",\"b\",\"a\"],"
                      "\"weights\":[1,2.5,0.5]}"},
    {"borda", "{\"answers\":[\"7\",\"7\",\"8\",null],\"scores\":[0.5,0.25,1e-3,4],\"p\":0.5}"},
    {"certificate", "{\"id\":3,\"answers\":[\"x\",\"x\",\"y\",\"x\"],"
                    "\"weights\":[1,1,0.5,1],\"cap\":1.5}"},
    {"cges", "{\"answers\":[\"1\",\"2\",\"1\",null],\"confidence\":[0.9,0.6,0.75,0.5]}"},
    {"cisc", "{\"answers\":[\"1\",\"2\",\"1\"],\"confidence\":[14.5,3,-2],\"temperature\":0.5}"},
    {"conf_stats", "{\"conf\":[1.5,2,0.25,7,3,3,1],\"window\":3,\"tail\":2}"},
    {"esc", "{\"answers\":[\"9\",\"9\",\"9\",\"8\"],\"window\":2,\"budget\":4}"},
    {"estimators", "{\"answers\":[\"1\",\"1\",\"2\",null,\"3\"],\"correct\":\"1\",\"k\":[1,2,4]}"},
    {"estimators", "{\"n\":16,\"c\":3,\"k\":[1,8,16],\"pass_at\":{\"2\":0},\"cons_at\":{\"2\":0}}"},
    {"filters", "{\"logits\":[1.25,-3,0,7.5,\"-inf\"],\"params\":{\"temperature\":0.7,\"top_k\":3,"
                "\"top_p\":0.9,\"min_p\":0.05}}"},
    {"logits_stats", "{\"logits\":[0.5,-1,2,2,30,\"-inf\"]}"},
    {"online", "{\"n_init\":2,\"eta\":50,\"window\":2,\"tau\":0.9,\"budget\":4,\"min_ballots\":1,"
               "\"traces\":[{\"conf\":[1,2,3],\"answer\":\"5\"},{\"conf\":[4,4],\"answer\":null},"
               "{\"conf\":[0.5,9],\"answer\":\"5\"},{\"conf\":[2],\"answer\":\"6\"}]}"},
    {"threshold", "{\"lgc\":[3,1,2.5,\"inf\"],\"eta\":10,\"lengths\":[120,4000,33]}"},
    {"stats", "{\"stat\":\"proportion\",\"k\":7,\"n\":20,\"confidence\":0.95}"},
    {"stats", "{\"stat\":\"clustered\",\"scores\":[[1,0,1],[0,0],[1]]}"},
    {"stats", "{\"stat\":\"paired\",\"a\":[1,0,1,1],\"b\":[0,0,1,0.5]}"},
    {"stats", "{\"stat\":\"mcnemar\",\"b\":9,\"c\":4}"},
    {"stats", "{\"stat\":\"bootstrap_exact\",\"a\":[0,1,1],\"b\":[1,1,0]}"},
    {"stats", "{\"stat\":\"special\",\"f\":\"betainc\",\"args\":[2,3.5,0.25]}"},
    {"stats", "{\"stat\":\"special\",\"f\":\"beta_ppf\",\"args\":[0.3,4,2]}"},
    {"stats", "{\"stat\":\"special\",\"f\":\"t_ppf\",\"args\":[0.975,5]}"},
    {"grade", "{\"gold\":\"\\\\frac{1}{2}\",\"answer\":\"0.5\",\"task\":\"math\"}"},
    {"grade", "{\"gold\":\"x^2+2x+1\",\"task\":\"math\","
              "\"response\":\"so it is \\\\boxed{(x+1)^2}.\"}"},
    {"grade", "{\"gold\":\"1,234\",\"response\":\"12 eggs...\\n#### 1234\",\"task\":\"gsm8k\"}"},
    {"grade", "{\"gold\":\"\\\\{1,2\\\\}\","
              "\"answer\":\"\\\\sqrt[3]{8}, 10%, 5\\\\text{ cm}, [0,\\\\infty)\"}"},
    {"group", "{\"answers\":[\"1/2\",\"0.5\",null,\"50\\\\%\",\"(1,2)\",\"\\\\pi\",\"2^{10}\"]}"},
    {"render", "{\"template\":\"{% for m in messages %}<|{{ m.role }}|>{{ m['content'] | trim }}"
               "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}\","
               "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"options\":"
               "{\"enable_thinking\":true},\"now\":\"2026-01-15 10:30\",\"bos_token\":\"<s>\"}"},
    {"render", "{\"template\":\"{%- set ns = namespace(n=0) -%}{%- macro f(x, y=2) -%}{{ x ~ y }}"
               "{%- endmacro -%}{{ f(1) }}{{ messages | tojson(indent=2) }}"
               "{{ strftime_now('%d %b') }}"
               "{%- set ns.n = messages | length -%}{{ ns.n }}"
               "{{ 'a,b'.split(',')[::-1] | join('-') }}\","
               "\"messages\":[{\"role\":\"user\","
               "\"content\":[{\"type\":\"text\",\"text\":\"q\"}]}]}"},
    {NULL, "{\"id\":\"a1\",\"question\":\"1+1?\",\"answer\":\"2\",\"answer_type\":\"integer\"}\n"
           "\n{\"id\":\"a2\",\"question\":\"half?\",\"answer\":\"1/2\","
           "\"answer_type\":\"fraction\","
           "\"source\":\"me\",\"license\":\"CC0\"}\n"},
    {NULL, "{\"id\":\"2-1\",\"question\":\"pick\",\"answer\":\"B\",\"answer_type\":\"choice\"}\r\n"
           "{\"id\":\"b\",\"question\":\"pi\",\"answer\":\"\\\\pi\",\"answer_type\":\"latex\"}"},
};

#define N_SEEDS (sizeof seeds / sizeof *seeds)

static void make(struct dice *d, strbuf *out)
{
    size_t seed = dice_roll(d, N_SEEDS);
    const char *what = seeds[seed].what;
    strbuf line = {0};
    strbuf_str(&line, seeds[seed].line);
    uint64_t more = dice_roll(d, 2) ? dice_roll(d, 4) : 0;
    for (uint64_t k = 0; k <= more; k++)
        mutate_json(d, &line, text_of(seeds[dice_roll(d, N_SEEDS)].line));
    strbuf_char(out, (char)(what ? fuzz_json_index(what) : DATASET));
    strbuf_text(out, strbuf_view(&line));
    strbuf_free(&line);
}

static sheaf_code run(const uint8_t *data, size_t n)
{
    return data[0] == DATASET ? fuzz_dataset(data + 1, n - 1) : fuzz_json(data, n);
}

static void check_seeds(void)
{
    for (size_t i = 0; i < N_SEEDS; i++) {
        const char *what = seeds[i].what;
        strbuf input = {0};
        strbuf_char(&input, (char)(what ? fuzz_json_index(what) : DATASET));
        strbuf_str(&input, seeds[i].line);
        sheaf_code rc = run((const uint8_t *)input.p, input.n);
        if (rc)
            fprintf(stderr, "seed %zu: %s\n", i, sheaf_code_name(rc));
        PROMISE(rc == SHEAF_OK);
        strbuf_free(&input);
    }
}

int main(int argc, char **argv)
{
    static const struct mutate_program program = {"mutate_json", make, run, NULL};
    check_seeds();
    return mutate_main(argc, argv, &program);
}
