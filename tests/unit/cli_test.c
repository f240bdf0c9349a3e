/* cli_test.c - option values, parsing, environment twins, nearest names. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli.h"
#include "src/cli_io.h"
#include "tests/support/check.h"

struct args {
    bool on, off;
    int count, small;
    int64_t wide;
    size_t size, bytes;
    uint64_t seed;
    float f32;
    double f64;
    const char *text, *choice;
    struct cli_list list;
};

#define AT(member) offsetof(struct args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Group"},
    {.name = "on", .letter = 'a', .kind = CLI_ON, .at = AT(on), .help = "."},
    {.name = "no-off", .letter = 'b', .kind = CLI_OFF, .at = AT(off), .help = "."},
    {.name = "verbose", .letter = 'v', .kind = CLI_COUNT, .at = AT(count), .help = "."},
    {.name = "small",
     .kind = CLI_INT,
     .at = AT(small),
     .min = -5,
     .max = 5,
     .help = ".",
     .value = "N"},
    {.name = "wide", .kind = CLI_I64, .at = AT(wide), .help = ".", .value = "N"},
    {.name = "traces",
     .synonyms = "budget samples",
     .letter = 'N',
     .kind = CLI_SIZE,
     .at = AT(size),
     .min = 1,
     .max = 512,
     .help = ".",
     .value = "N",
     .env = true},
    {.name = "mem", .kind = CLI_BYTES, .at = AT(bytes), .help = ".", .value = "BYTES"},
    {.name = "seed", .kind = CLI_U64, .at = AT(seed), .help = ".", .value = "N"},
    {.name = "temp", .kind = CLI_F32, .at = AT(f32), .min = 0, .max = 2, .help = ".", .value = "T"},
    {.name = "top-p",
     .kind = CLI_F64,
     .at = AT(f64),
     .min = 0,
     .max = 1,
     .help = ".",
     .value = "P"},
    {.name = "text", .letter = 't', .kind = CLI_TEXT, .at = AT(text), .help = ".", .value = "TEXT"},
    {.name = "format",
     .kind = CLI_CHOICE,
     .at = AT(choice),
     .choices = "text json",
     .help = ".",
     .env = true},
    {.name = "item", .kind = CLI_LIST, .at = AT(list), .help = ".", .value = "X"},
    CLI_END};

static const struct cli_command command = {"try", "[X]", "try it", NULL, options, NULL};

static struct args args;

/* Parses with messages kept off the screen. */
static int parse(int *argc, char **argv)
{
    int saved = dup(STDERR_FILENO);
    assert_non_null(freopen("/dev/null", "w", stderr));
    args = (struct args){.off = true, .size = 32, .choice = "text"};
    int rc = cli_parse(&command, &args, argc, argv);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    return rc;
}

#define PARSE(...)                                                                                 \
    (argv = (char *[]){__VA_ARGS__, NULL}, argc = (int)(sizeof((char *[]){__VA_ARGS__}) /          \
                                                         sizeof(char *)),                          \
     parse(&argc, argv))

static void takes_every_spelling(void **state)
{
    char **argv;
    int argc;
    (void)state;
    assert_int_equal(PARSE("--traces", "7"), CLI_GO);
    assert_int_equal(args.size, 7);
    assert_int_equal(PARSE("--traces=8"), CLI_GO);
    assert_int_equal(args.size, 8);
    assert_int_equal(PARSE("--samples=9"), CLI_GO);
    assert_int_equal(args.size, 9);
    assert_int_equal(PARSE("-N10"), CLI_GO);
    assert_int_equal(args.size, 10);
    assert_int_equal(PARSE("-vvabN", "11", "-v"), CLI_GO);
    assert_int_equal(args.size, 11);
    assert_int_equal(args.count, 3);
    assert_true(args.on);
    assert_false(args.off);
    assert_int_equal(PARSE("--text=a=b"), CLI_GO);
    assert_string_equal(args.text, "a=b");
    assert_int_equal(PARSE("--small", "-5"), CLI_GO);
    assert_int_equal(args.small, -5);
}

static void moves_operands_to_the_front(void **state)
{
    char **argv;
    int argc;
    (void)state;
    assert_int_equal(PARSE("one", "--on", "-", "--", "--off", "-x"), CLI_GO);
    assert_int_equal(argc, 4);
    assert_string_equal(argv[0], "one");
    assert_string_equal(argv[1], "-");
    assert_string_equal(argv[2], "--off");
    assert_string_equal(argv[3], "-x");
    assert_true(args.on);
}

static void refuses_with_status_2(void **state)
{
    static char *const cases[][3] = {
        {"--trcaes", "3"},  {"--", NULL},         {"--traces", NULL},  {"--traces", "0"},
        {"--traces", "513"}, {"--traces", "4x"},  {"--traces", ""},    {"--traces", "-1"},
        {"--small", "6"},   {"--on=1", NULL},     {"--temp", "nan"},   {"--temp", "2.5"},
        {"--top-p", "inf"}, {"--format", "xml"},  {"--format", "tex"}, {"-N", NULL},
        {"-Z", NULL},       {"--mem", "4X"},      {"--mem", "G"},      {"--mem", "99999999999T"},
        {"--seed", "18446744073709551616"},       {"--=1", NULL},      {"--wide", "1.0"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *argv[] = {cases[i][0], cases[i][1], NULL};
        int argc = argv[1] ? 2 : 1, wanted = strcmp(argv[0], "--") == 0 ? CLI_GO : CLI_USAGE;
        if (parse(&argc, argv) != wanted)
            fail_msg("%s %s", cases[i][0], cases[i][1] ? cases[i][1] : "");
    }
}

static void reads_numbers_exactly(void **state)
{
    char **argv;
    int argc;
    (void)state;
    assert_int_equal(PARSE("--seed", "18446744073709551615", "--wide", "-9223372036854775808",
                           "--temp", "0.25", "--top-p", "0.95", "--mem", "3G"),
                     CLI_GO);
    assert_true(args.seed == UINT64_MAX);
    assert_true(args.wide == INT64_MIN);
    assert_true(args.f32 == 0.25f);
    assert_true(args.f64 == 0.95);
    assert_true(args.bytes == (size_t)3 << 30);
}

static void reads_bytes(void **state)
{
    static const struct {
        const char *s;
        uint64_t n;
    } cases[] = {{"0", 0},          {"17", 17},           {"1k", 1024},        {"2K", 2048},
                 {"512M", 1u << 29}, {"1MiB", 1u << 20},  {"1GB", 1u << 30},   {"1T", 1ull << 40}};
    uint64_t n;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(cli_parse_bytes(cases[i].s, &n));
        assert_true(n == cases[i].n);
    }
    assert_false(cli_parse_bytes("1.5G", &n));
    assert_false(cli_parse_bytes("1Gx", &n));
    assert_false(cli_parse_bytes("", &n));
    assert_false(cli_parse_bytes("99999999999999999999", &n));
}

static void collects_a_list(void **state)
{
    static char item[] = "--item=x";
    char *argv[CLI_LIST_MAX + 2];
    int argc = CLI_LIST_MAX;
    (void)state;
    for (int i = 0; i <= CLI_LIST_MAX; i++)
        argv[i] = item;
    assert_int_equal(parse(&argc, argv), CLI_GO);
    assert_int_equal(args.list.n, CLI_LIST_MAX);
    for (int i = 0; i <= CLI_LIST_MAX; i++)
        argv[i] = item;
    argc = CLI_LIST_MAX + 1;
    assert_int_equal(parse(&argc, argv), CLI_USAGE);
}

static void environment_is_overridden(void **state)
{
    char **argv;
    int argc;
    (void)state;
    setenv("SHEAF_TRACES", "5", 1);
    assert_int_equal(PARSE("--on"), CLI_GO);
    assert_int_equal(args.size, 5);
    assert_int_equal(PARSE("-N6"), CLI_GO);
    assert_int_equal(args.size, 6);
    setenv("SHEAF_TRACES", "many", 1);
    assert_int_equal(PARSE("--on"), CLI_USAGE);
    unsetenv("SHEAF_TRACES");
}

static void finds_the_nearest_name(void **state)
{
    (void)state;
    assert_int_equal(cli_distance("solve", "slove"), 1);
    assert_int_equal(cli_distance("", "abc"), 3);
    assert_int_equal(cli_distance("kitten", "sitting"), 3);
    assert_string_equal(cli_nearest_command("slove"), "solve");
    assert_string_equal(cli_nearest_command("shwo"), "show");
    assert_null(cli_nearest_command("frobnicate"));
    assert_string_equal(cli_nearest_option(&command, "trace"), "traces");
    assert_string_equal(cli_nearest_option(&command, "budgte"), "traces");
    assert_string_equal(cli_nearest_option(&command, "topp"), "top-p");
    assert_null(cli_nearest_option(&command, "something-else-entirely"));
    assert_ptr_equal(cli_find("show"), &cmd_show);
    assert_null(cli_find("sho"));
}

static void names_environment_twins(void **state)
{
    char name[64];
    (void)state;
    cli_env_name(name, sizeof name, "max-tokens");
    assert_string_equal(name, "SHEAF_MAX_TOKENS");
}

static void maps_faults_to_statuses(void **state)
{
    (void)state;
    assert_int_equal(cli_exit_of(SHEAF_OK, CLI_AT_RUN), 0);
    assert_int_equal(cli_exit_of(SHEAF_ERR_IO, CLI_AT_MODEL), CLI_MODEL);
    assert_int_equal(cli_exit_of(SHEAF_ERR_IO, CLI_AT_WRITE), CLI_STORAGE);
    assert_int_equal(cli_exit_of(SHEAF_ERR_FORMAT, CLI_AT_MODEL), CLI_MODEL);
    assert_int_equal(cli_exit_of(SHEAF_ERR_FORMAT, CLI_AT_RUN), CLI_USAGE);
    assert_int_equal(cli_exit_of(SHEAF_ERR_LIMIT, CLI_AT_RUN), CLI_USAGE);
    assert_int_equal(cli_exit_of(SHEAF_ERR_NOMEM, CLI_AT_RUN), CLI_MEMORY);
    assert_int_equal(cli_exit_of(SHEAF_ERR_UNSUPPORTED, CLI_AT_MODEL), CLI_MODEL);
    assert_int_equal(cli_exit_of(SHEAF_ERR_USAGE, CLI_AT_MODEL), CLI_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_spelling),   cmocka_unit_test(moves_operands_to_the_front),
        cmocka_unit_test(refuses_with_status_2),  cmocka_unit_test(reads_numbers_exactly),
        cmocka_unit_test(reads_bytes),            cmocka_unit_test(collects_a_list),
        cmocka_unit_test(environment_is_overridden), cmocka_unit_test(finds_the_nearest_name),
        cmocka_unit_test(names_environment_twins), cmocka_unit_test(maps_faults_to_statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
