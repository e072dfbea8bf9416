# SPDX-License-Identifier: Apache-2.0
# sonde_require(<package> <Debian package> [<argument of find_package>...])
# What a parent project brought along wins; then the system's. Nothing is fetched behind the user's
# back: what is missing stops the configuration at once, with the line that installs it.
macro(sonde_require package debian_package)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "sonde needs ${package}, which was not found.\n"
      "  Debian, Ubuntu: sudo apt-get install ${debian_package}\n"
      "  or configure without what needs it: -DSONDE_BUILD_MODELS=OFF (Eigen), -DSONDE_BUILD_EXPORTERS=OFF (libevent), "
      "-DSONDE_BUILD_TOOLS=OFF, -DSONDE_BUILD_EXAMPLES=OFF (fmt), -DSONDE_BUILD_TESTS=OFF (Catch2), "
      "-DSONDE_BUILD_BENCHMARKS=OFF (Google Benchmark)")
  endif()
endmacro()

# sonde_require_fmt(): as above, but a target that the parent already has is taken as it is.
macro(sonde_require_fmt)
  if(NOT TARGET fmt::fmt)
    sonde_require(fmt libfmt-dev CONFIG)
  endif()
endmacro()
