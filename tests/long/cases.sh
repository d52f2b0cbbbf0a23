# SPDX-License-Identifier: BSL-1.0
# What the campaigns of some test cases share: running these alone, and counting them. Sourced, not
# run; the campaign's folder is the root of the tree.

# run_cases PROGRAM PATTERN...: runs the cases that a pattern of doctest names, one pattern after
# another. One that names none is a failure, for doctest calls that a success. Ends with
# `N passed, N failed`.
run_cases() {
    local program=$1 pattern summary good passed=0 failed=0
    local log=build/logs/cases-$program.log
    shift
    mkdir -p build/logs
    for pattern in "$@"; do
        good=yes
        (cd tests && "../build/gcc/tests/$program" --test-case="$pattern") 2>&1 | tee "$log"
        [ "${PIPESTATUS[0]}" = 0 ] || good=no
        summary=$(sed -n 's/^\[doctest\] test cases: *[0-9]* | *\([0-9]*\) passed.*/\1/p' "$log")
        [ "${summary:-0}" != 0 ] || good=no
        passed=$((passed + ${summary:-0}))
        [ $good = yes ] || failed=$((failed + 1))
    done
    printf '%d passed, %d failed\n' $passed $failed
    [ $failed = 0 ]
}
