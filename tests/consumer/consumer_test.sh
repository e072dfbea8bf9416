#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# consumer_test.sh <way> <source folder> <work folder> <installed prefix> <compiler> [<compiler flags>]
# Builds and runs the programs of the README and of docs/recording.md with sonde found in the given way, then looks for what leaked.
set -euo pipefail
readonly way=$1 source=$2 work=$3 prefix=$4 compiler=$5 flags=${6:-}
readonly here=$source/tests/consumer repository=$work/repository build=$work/build program=$work/program.cpp endpoint=$work/endpoint.cpp recording=$work/recording.cpp
[[ $way == fetch_content ]] && readonly shared=-DBUILD_SHARED_LIBS=ON || readonly shared=
readonly strict=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

rm -rf "$work"
mkdir -p "$work"

die() { echo "consumer_test.sh: $*" >&2; exit 1; }

# extract <document> <n> <file>: the n-th C++ block is what a stranger copies.
extract() {
    awk -v n="$2" '/^```cpp/ { inside = ++block == n; next } /^```/ { inside = 0 } inside' "$source/$1" >"$3"
    grep -q 'int main' "$3" || die "C++ block $2 of $1 has no main()"
}

# The work tree as a repository of its own, so that what is not committed yet is tested too.
clone_work_tree() {
    mkdir -p "$repository"
    if git -C "$source" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        (cd "$source" && git ls-files -z -co --exclude-standard) |
            (cd "$source" && xargs -0 -I{} sh -c 'test ! -e "$1" || printf "%s\0" "$1"' _ {}) |
            tar -C "$source" --null -T - -cf - | tar -C "$repository" -xf -
    else
        tar -C "$source" --exclude=./build -cf - . | tar -C "$repository" -xf -
    fi
    git -C "$repository" init -q -b main
    git -C "$repository" add -A
    git -C "$repository" -c user.name=consumer -c user.email=consumer@localhost -c commit.gpgsign=false \
        commit -q -m "work tree"
}

build_with_cmake() {
    cmake -S "$here/$way" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="$compiler" \
        -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_SOURCE="$program" \
        -DCONSUMER_ENDPOINT="$endpoint" \
        -DCONSUMER_REPOSITORY="$repository" "$(launcher)" ${shared:+"$shared"}
    cmake --build "$build"
    (cd "$build" && ctest --output-on-failure)
    check_tests
    check_compile_command
    check_cache
}

launcher() {   # ccache, where there is one: the library's files have been compiled before
    command -v ccache >/dev/null && echo "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache" || echo "-Wno-dev"
}

check_tests() {
    (cd "$build" && ctest -N) | grep -q '^Total Tests: 1$' || die "tests of sonde leak into the consumer"
}

check_compile_command() {
    local command expected
    command=$(awk '/"command":/ && /program\.cpp/ { print; exit }' "$build/compile_commands.json")
    [[ -n $command ]] || die "no compile command of the program"
    expected=" $flags -g ${strict[*]} "
    for word in $command; do
        case $word in
        -W* | -f* | -m* | -O* | -D*) [[ $expected == *" $word "* ]] || die "$word leaks into the consumer" ;;
        esac
    done
}

check_cache() {   # what a user sees in ccmake: ours begins with our name
    local strangers cache=$build/CMakeCache.txt
    local known='^(CMAKE|CONSUMER|FETCHCONTENT|(pkgcfg_lib_)?SONDE)_|^[Ss]onde|^(Eigen3_DIR|GIT_EXECUTABLE|PKG_CONFIG_[A-Z]+):'
    strangers=$(grep -E '^[A-Za-z_][^:]*:(BOOL|STRING|PATH|FILEPATH)=' "$cache" | grep -vE "$known" || true)
    [[ -z $strangers ]] || die "unprefixed cache entries: $strangers"
    ! grep -E '^SONDE_(BUILD_[A-Z]+|INSTALL):BOOL=ON' "$cache" | grep -v '^SONDE_BUILD_MODELS:' || die "built as if top-level"
}

build_with_pkg_config() {
    local pc
    pc=$(find "$prefix" -name pkgconfig -type d)
    # Moved elsewhere, so that no path of the build can be what makes it work.
    cp -r "$prefix" "$work/moved"
    export PKG_CONFIG_PATH=$work/moved${pc#"$prefix"}
    [[ $(pkg-config --cflags sonde) == "-I$work/moved/"* ]] || die "pkg-config files are not relocatable"
    # shellcheck disable=SC2046  # several words on purpose
    "$compiler" -std=c++20 "${strict[@]}" "$program" -o "$work/consumer" $(pkg-config --cflags --libs sonde)
    "$work/consumer"
    # shellcheck disable=SC2046
    "$compiler" -std=c++20 "${strict[@]}" "$recording" -o "$work/recording" $(pkg-config --cflags --libs sonde)
    "$work/recording" | grep -q '^p99 ' || die "the program of docs/recording.md has no p99"
    # shellcheck disable=SC2046
    "$compiler" -std=c++20 "${strict[@]}" "$endpoint" -o "$work/endpoint" \
        $(pkg-config --cflags --libs sonde-exporters)
    "$work/endpoint"
}

extract README.md 1 "$program"
extract README.md 2 "$endpoint"
extract docs/recording.md 1 "$recording"
case $way in
pkg_config) build_with_pkg_config ;;
find_package) build_with_cmake ;;
*) clone_work_tree && build_with_cmake ;;
esac
