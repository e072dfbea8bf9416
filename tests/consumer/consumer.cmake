# SPDX-License-Identifier: Apache-2.0
# What every consumer does with sonde, and what it must not notice of it. Included by its CMakeLists.txt.
set(strict -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
add_executable(consumer ${CONSUMER_SOURCE})
target_link_libraries(consumer PRIVATE sonde::sonde)
target_compile_options(consumer PRIVATE ${strict})

if(TARGET sonde::exporters)   # and with it libevent, which the consumer has not heard of
  add_executable(endpoint ${CONSUMER_ENDPOINT})
  target_link_libraries(endpoint PRIVATE sonde::exporters)
  target_compile_options(endpoint PRIVATE ${strict})
  add_custom_command(TARGET endpoint POST_BUILD COMMAND endpoint)
endif()

enable_testing()
add_test(NAME consumer.own COMMAND consumer)

# The compiler's command line is the consumer's own, plus an include folder and the C++20 that sonde asks for.
foreach(target IN ITEMS sonde::core sonde::sonde)
  foreach(property IN ITEMS INTERFACE_COMPILE_OPTIONS INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_OPTIONS)
    get_target_property(value ${target} ${property})
    if(value)
      message(FATAL_ERROR "${target} leaks ${property}: ${value}")
    endif()
  endforeach()
endforeach()
foreach(variable IN ITEMS CMAKE_CXX_STANDARD CMAKE_CXX_EXTENSIONS CMAKE_COMPILE_WARNING_AS_ERROR BUILD_TESTING
    CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_MODULE_PATH CMAKE_CXX_COMPILER_LAUNCHER)
  if(NOT "${${variable}}" STREQUAL "${before_${variable}}")
    message(FATAL_ERROR "sonde changed ${variable} to '${${variable}}'")
  endif()
endforeach()
