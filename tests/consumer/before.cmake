# SPDX-License-Identifier: Apache-2.0
# Included before sonde is, so that consumer.cmake can tell what changed.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
foreach(variable IN ITEMS CMAKE_CXX_STANDARD CMAKE_CXX_EXTENSIONS CMAKE_COMPILE_WARNING_AS_ERROR BUILD_TESTING
    CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_MODULE_PATH CMAKE_CXX_COMPILER_LAUNCHER)
  set(before_${variable} "${${variable}}")
endforeach()
