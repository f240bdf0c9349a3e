# run_files.sh - run directories as texts that can be compared: the one place that knows what may differ between
# two runs with the same settings. A member is a time when its name begins with "seconds" or ends in "_s"; so are
# the rows and steps of the decoder, which follow from what ran beside a problem.

# untimed FILE: JSON without times and without what the machine's memory decides.
untimed() {
    sed -E -e 's/"(seconds[a-z_]*|[a-z0-9_]+_s|decode_(rows|steps)|rows_per_step)":[^,}]*//g' -e 's/"memory":\{[^}]*\}//' \
        -e 's/"parallel":[0-9]*//' "$1"
}

# unsealed FILE: records without times and their own seals, which cover times; the seals of the tokens stay.
unsealed() { untimed "$1" | sed -e 's/,*"xxh3":"[0-9a-f]*"}$//'; }

# untimed_table FILE: table.md without the columns and the sentences about seconds.
untimed_table() {
    sed -e 's/, seconds [-+0-9.]* %//' -e '/^- Speed: /d' "$1" | awk -F'|' '
        /^\|/ && !head { for (i = 1; i <= NF; i++) if ($i ~ /Seconds/) { drop[i] = drop[i + 1] = 1 } }
        { head = /^\|/ }
        !head { split("", drop); print; next }
        { line = ""; for (i = 1; i <= NF; i++) if (!drop[i]) line = line $i "|"; print line }'
}

# run_text DIR: everything a run left but times: the names of its files, settings, traces with the hashes of their
# tokens, votes, results, table. Records in one order and without their place in the token file: traces end in the
# order in which they were decoded, and a run that was broken off decodes fewer beside each other. What a repair
# set aside (*.cut) and the index, which is made when wanted, are no part of a run.
run_text() {
    (cd "$1" && ls -A | grep -v -e '\.cut$' -e '^index\.sqlite')
    untimed "$1/run.json"
    unsealed "$1/samples.jsonl" | sed 's/"at":[0-9]*,//' | LC_ALL=C sort
    unsealed "$1/votes.jsonl" | LC_ALL=C sort
    untimed "$1/results.json"
    untimed_table "$1/table.md"
}

# run_bytes DIR: the same with records and tokens in the order in which they lie in the files.
run_bytes() {
    untimed "$1/run.json"
    unsealed "$1/samples.jsonl"
    unsealed "$1/votes.jsonl"
    untimed "$1/results.json"
    untimed_table "$1/table.md"
    cksum <"$1/tokens.zst"
}
