# SPDX-License-Identifier: BSL-1.0
# What tools/test and tools/demo share: installing what is missing, and configuring builds.
# Sourced, not run. Everything lands under build/, which git ignores.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
jobs=${JOBS:-$(nproc)}
anvil_version=1.7.1

# Another clone of the same tree finds what was compiled here, also with -g1, which writes the
# folder down, unless it was compiled with precompiled headers. These go through ccache only with
# the sloppiness; no source asks for the time.
export CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

packages_build=(g++ meson ninja-build pkg-config ccache python3 sqlite3
    libcereal-dev libsqlite3-dev libxxhash-dev libzstd-dev libssl-dev
    libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libcurl4-openssl-dev libcpp-httplib-dev
    ca-certificates)
packages_test=(curl doctest-dev clang libclang-rt-dev clang-format clang-tidy cmake strace binutils)

# say TEXT: one line of progress.
say() { printf '%s\n' "$*"; }

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || say "$name"
    done
}

# install_packages NAME...: installs what is missing; says nothing when nothing is.
install_packages() {
    command -v dpkg-query >/dev/null || { say "SKIP installing: not a Debian system"; return 0; }
    local wanted
    mapfile -t wanted < <(missing_packages "$@")
    # Any Boost from 1.74 on will do, and two of them cannot be installed side by side.
    [ -e /usr/include/boost/hana.hpp ] || wanted+=(libboost-dev)
    [ ${#wanted[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "missing packages, and not root: apt-get install ${wanted[*]}"
        return 1
    fi
    say "installing: ${wanted[*]}"
    mkdir -p build/logs
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends "${wanted[@]}"; } >build/logs/apt.log 2>&1 && return 0
    tail -n 20 build/logs/apt.log
    return 1
}

# install_npm: makes `npm` available if it can be had. A failure is the caller's to report.
install_npm() {
    command -v npm >/dev/null && return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing: npm"
    mkdir -p build/logs
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends npm; } >build/logs/apt-npm.log 2>&1
}

# find_anvil: sets $anvil to the program, or returns 1.
find_anvil() {
    anvil=$(command -v anvil) && return 0
    local found
    for found in build/npm/node_modules/@foundry-rs/anvil-linux-*/bin/anvil; do
        [ -x "$found" ] && anvil=$root/$found && return 0
    done
    anvil=
    return 1
}

# install_anvil: sets $anvil, fetching the npm package when it is not there; returns 1 if it
# cannot be had. The package named is the platform's own, which holds the program: the general
# one leaves it out under a node older than 20, which the program does not need at all.
install_anvil() {
    find_anvil && return 0
    local platform
    case $(uname -m) in
    x86_64) platform=amd64 ;;
    aarch64) platform=arm64 ;;
    *) return 1 ;;
    esac
    install_npm || return 1
    say "installing: anvil $anvil_version"
    mkdir -p build/npm build/logs
    npm install --prefix build/npm --no-save --no-package-lock --no-audit --no-fund \
        --ignore-scripts "@foundry-rs/anvil-linux-$platform@$anvil_version" \
        >build/logs/npm.log 2>&1
    find_anvil || { tail -n 5 build/logs/npm.log; return 1; }
}

# configure NAME CXX OPTION...: build/NAME, configured for that compiler; nothing to do is quiet.
configure() {
    local dir=build/$1 cxx=$2 stamp
    shift 2
    command -v ccache >/dev/null && cxx="ccache $cxx"
    stamp="$cxx $*"
    [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.configured" 2>/dev/null)" = "$stamp" ] && return 0
    rm -rf "$dir"
    CXX=$cxx meson setup "$dir" "$@" >"build/logs/setup-${dir#build/}.log" 2>&1 || {
        tail -n 20 "build/logs/setup-${dir#build/}.log"
        return 1
    }
    say "$stamp" >"$dir/.configured"
}
