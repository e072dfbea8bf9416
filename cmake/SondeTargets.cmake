# SPDX-License-Identifier: Apache-2.0
# How a target of ours is made. Nothing here reaches those who link us but the include folder and C++20.

# Warnings are for those who work on sonde: a newer compiler's must not show up in a parent's build.
add_library(sonde_warnings INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(sonde_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
endif()

# sonde_add_library(<name> OUTPUT <file> SOURCES <file>...): target sonde_<name> with the alias sonde::<name>.
function(sonde_add_library name)
  cmake_parse_arguments(arg "" "OUTPUT" "SOURCES" ${ARGN})
  set(target sonde_${name})
  add_library(${target} ${arg_SOURCES})
  add_library(sonde::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:sonde_warnings>)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} OUTPUT_NAME ${arg_OUTPUT} DEFINE_SYMBOL ""
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set_property(GLOBAL APPEND PROPERTY SONDE_LIBRARIES ${target})
endfunction()

# sonde_add_executable(<target> NAME <file> SOURCES <file>... [LINK <target>...]): never installed by itself.
function(sonde_add_executable target)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK" ${ARGN})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LINK} sonde_warnings)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${arg_NAME} CXX_EXTENSIONS OFF RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# sonde_glob(<variable> <pattern>...): the files of the source tree that match, in a fixed order.
function(sonde_glob variable)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE patterns)
  set(files)
  if(patterns)
    file(GLOB files CONFIGURE_DEPENDS ${patterns})
  endif()
  set(${variable} ${files} PARENT_SCOPE)
endfunction()
