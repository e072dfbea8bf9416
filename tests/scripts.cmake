# SPDX-License-Identifier: Apache-2.0
# Tests that are scripts. Exit code 77 means: skipped, and the output says why.

# sonde_script_test(<name> <label> <command>...)
function(sonde_script_test name label)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES
    LABELS ${label} TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "${test_environment}")
endfunction()

# Against scikit-learn and the Prometheus client, which are Debian's: so is the interpreter.
# tests/reference/<name>.cpp is the program that a script compares with, bin/reference_<name>.
sonde_glob(reference_programs tests/reference/*.cpp)
sonde_glob(reference_scripts tests/reference/*_test.py)
if(NOT TARGET sonde::exporters)
  list(FILTER reference_programs EXCLUDE REGEX "/http_[^/]*$")
  list(FILTER reference_scripts EXCLUDE REGEX "/prometheus_test.py$")
endif()
foreach(source IN LISTS reference_programs)
  get_filename_component(name ${source} NAME_WE)
  sonde_add_executable(sonde_reference_${name} NAME reference_${name} SOURCES ${source} LINK ${test_libraries})
endforeach()
set(SONDE_PYTHON /usr/bin/python3 CACHE FILEPATH "The interpreter that has scikit-learn and prometheus_client")
mark_as_advanced(SONDE_PYTHON)
foreach(script IN LISTS reference_scripts)
  get_filename_component(name ${script} NAME_WE)
  sonde_script_test(reference.${name} reference ${SONDE_PYTHON} ${script} ${PROJECT_BINARY_DIR}/bin)
endforeach()

if(TARGET sonde_tool)
  sonde_glob(tool_scripts tests/tool/*_test.sh)
  foreach(script IN LISTS tool_scripts)
    get_filename_component(name ${script} NAME_WE)
    sonde_script_test(tool.${name} tool bash ${script} $<TARGET_FILE:sonde_tool>)
  endforeach()
endif()

# What the sources must be like; the same scripts as `./run check`.
if(Python3_FOUND)
  sonde_script_test(check.layers check ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/checks/layers.py
    ${PROJECT_SOURCE_DIR})
  sonde_script_test(check.layers_self_test check ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tools/checks/layers_test.py)
  sonde_script_test(check.house_style check ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tools/checks/house_style.py ${PROJECT_SOURCE_DIR})
endif()
