# SPDX-License-Identifier: Apache-2.0
# Finds libevent with its HTTP server: target SondeLibevent::SondeLibevent. Debian ships no CMake
# configuration for it, so pkg-config says where to look. Installed along: the static library needs it too.
if(TARGET SondeLibevent::SondeLibevent)
  set(SondeLibevent_FOUND TRUE)
  return()
endif()

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(SONDE_PC_LIBEVENT QUIET libevent_extra libevent_core)
endif()
find_path(SondeLibevent_INCLUDE_DIR event2/http.h HINTS ${SONDE_PC_LIBEVENT_INCLUDE_DIRS})
foreach(part IN ITEMS extra core pthreads)
  find_library(SondeLibevent_${part}_LIBRARY event_${part} HINTS ${SONDE_PC_LIBEVENT_LIBRARY_DIRS})
  mark_as_advanced(SondeLibevent_${part}_LIBRARY)
endforeach()
mark_as_advanced(SondeLibevent_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SondeLibevent
  REQUIRED_VARS SondeLibevent_extra_LIBRARY SondeLibevent_core_LIBRARY SondeLibevent_pthreads_LIBRARY
    SondeLibevent_INCLUDE_DIR
  VERSION_VAR SONDE_PC_LIBEVENT_libevent_core_VERSION)

if(SondeLibevent_FOUND)
  add_library(SondeLibevent::SondeLibevent INTERFACE IMPORTED)
  set_target_properties(SondeLibevent::SondeLibevent PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${SondeLibevent_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES
      "${SondeLibevent_extra_LIBRARY};${SondeLibevent_pthreads_LIBRARY};${SondeLibevent_core_LIBRARY}")
endif()
