# SPDX-License-Identifier: Apache-2.0
# Installed: headers, libraries, the tool, the CMake package and the pkg-config files.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY SONDE_LIBRARIES)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sonde)

install(DIRECTORY include/sonde TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE TYPE DOC OPTIONAL)

# One export set per component, so that sonde::core can be found where libevent is not installed.
foreach(library IN LISTS libraries)
  if(library STREQUAL "sonde_exporters")
    install(TARGETS ${library} EXPORT sonde_exporters_targets)
  else()
    install(TARGETS ${library} EXPORT sonde_targets)
  endif()
endforeach()
install(EXPORT sonde_targets FILE sonde-targets.cmake NAMESPACE sonde:: DESTINATION ${package_dir})
if(TARGET sonde_exporters)
  install(EXPORT sonde_exporters_targets FILE sonde-exporters-targets.cmake NAMESPACE sonde::
    DESTINATION ${package_dir})
  install(FILES cmake/FindSondeLibevent.cmake DESTINATION ${package_dir})
endif()
if(TARGET sonde_tool)
  install(TARGETS sonde_tool)
endif()

configure_package_config_file(cmake/sonde-config.cmake.in sonde-config.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(sonde-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sonde-config.cmake ${PROJECT_BINARY_DIR}/sonde-config-version.cmake
  DESTINATION ${package_dir})

# pkg-config: relocatable, so the prefix is where the .pc file is found.
file(RELATIVE_PATH prefix_from_pc /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
if(NOT BUILD_SHARED_LIBS)   # a static library hands on what it needs
  set(static_requires ", libevent_extra, libevent_pthreads, libevent_core")
  set(static_libs " -pthread")
  if(SONDE_WITH_BLAS)
    list(JOIN BLAS_LIBRARIES " " blas_libs)
    string(PREPEND blas_libs " ")
  endif()
endif()
if(TARGET sonde_models)
  set(models_libs " -lsonde_models")
endif()
set(pc_files sonde)
if(TARGET sonde_exporters)
  list(APPEND pc_files sonde-exporters)
endif()
foreach(pc IN LISTS pc_files)
  configure_file(cmake/${pc}.pc.in ${PROJECT_BINARY_DIR}/${pc}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
