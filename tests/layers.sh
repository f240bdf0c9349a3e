#!/bin/sh
# Checks the shape of the tree: run from its root. Prints every violation; exits 1 on any.
#
#   1. includes point down the layers of CONTRIBUTING.md: each folder has the list of what it sees
#   2. quoted includes are rooted at the top and exist; public headers include only public ones
#   3. every public header compiles alone, as C11 and (where a C++ compiler is here) as C++
#   4. file names are unique in the whole tree
set -u
CC=${CC:-cc}

# folder: the folders, and the public headers in <sheaf/>, that its files may include
rules='
include    : error engine tts verify dataset eval
base       : base | error
engine     : engine base | error engine
tts        : tts engine base | error engine tts
verifiers  : verifiers base | error verify
datasets   : datasets base | error dataset
store      : store tts base | error engine tts
evals      : evals store tts engine datasets verifiers base | error engine tts verify dataset eval
src        : src evals store tts engine datasets verifiers base | error engine tts verify dataset eval
examples   : | error engine tts verify dataset eval
tests : tests src evals store tts engine datasets verifiers base | error engine tts verify dataset eval
'

files=$(find include base engine tts store verifiers datasets evals src examples tests -type f \
    -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)

# file:line: what is wrong, for every include that breaks rule 1 or 2.
check_includes() {
    # shellcheck disable=SC2086  # file names of this tree hold no blanks
    awk -v rules="$rules" '
    BEGIN {
        n = split(rules, line, "\n")
        for (i = 1; i <= n; i++) {
            if (split(line[i], part, ":") < 2) continue
            folder = part[1]; gsub(/ /, "", folder)
            bar = index(part[2], "|")
            own = bar ? substr(part[2], 1, bar - 1) : ""
            public = bar ? substr(part[2], bar + 1) : part[2]
            m = split(own, w, " ");    for (j = 1; j <= m; j++) may[folder, w[j]] = 1
            m = split(public, w, " "); for (j = 1; j <= m; j++) may[folder, "<" w[j]] = 1
        }
    }
    function wrong(why) { printf "%s:%d: %s\n", FILENAME, FNR, why }
    /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
        layer = FILENAME; sub(/\/.*/, "", layer)
        quoted = /include[ \t]*"/
        name = $0; sub(/^[^<"]*[<"]/, "", name); sub(/[>"].*/, "", name)
        if (name ~ /^sheaf\//) {
            head = name; sub(/^sheaf\//, "", head); sub(/\.h$/, "", head)
            if (!((layer, "<" head) in may)) wrong(layer " may not include <" name ">")
            if (quoted) wrong("\"" name "\" is public: write <" name ">")
        } else if (quoted) {
            top = name; sub(/\/.*/, "", top)
            if (name !~ /\//) wrong("\"" name "\" is not rooted at the top of the tree")
            else if (!((layer, top) in may)) wrong(layer " may not include " top " (\"" name "\")")
            if ((getline unused < name) < 0) wrong("\"" name "\" does not exist")
            close(name)
        }
    }' $files
}

check_headers_alone() {
    for h in include/sheaf/*.h; do
        name=${h#include/}
        flags='-Wall -Wextra -Werror -Iinclude -fsyntax-only'
        echo "#include <$name>" | $CC -std=c11 -pedantic $flags -x c - ||
            echo "$h: does not compile alone"
        command -v c++ >/dev/null 2>&1 || continue
        echo "#include <$name>" | c++ $flags -x c++ - ||
            echo "$h: does not compile alone as C++"
    done 2>&1
}

check_unique_names() {
    echo "$files" | awk -F/ '
        $NF in seen { print $0 ": same name as " seen[$NF] }
        { seen[$NF] = $0 }'
}

found=$(check_includes; check_headers_alone; check_unique_names)
[ -z "$found" ] && exit 0
echo "$found"
exit 1
