# SPDX-License-Identifier: MIT
# The library as others use it: liblesionbench.so, its headers, a pkg-config file and a CMake package. It holds all
# layers; what it exports is what the installed headers declare (see tests/library/symbols.txt).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(LB_INSTALLED_HEADERS lesionbench.h array.h base.h dataset.h executor.h explain.h method.h metrics.h network.h npy.h
  parse.h predictions.h quirks.h score.h setting.h settings.h statistics.h study.h training.h transport.h version.h)

set(layers base io image nn data explain score results report workflow)
list(TRANSFORM layers PREPEND lb_)
add_library(lb_library SHARED $<TARGET_OBJECTS:lb_commit>)
set_target_properties(lb_library PROPERTIES OUTPUT_NAME lesionbench EXPORT_NAME lesionbench
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE C
  LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/lesionbench.map)
add_dependencies(lb_library lb_commit_file)
list(JOIN layers "," joined)
target_link_libraries(lb_library PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${joined}>" lb_flags)
target_link_options(lb_library PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/lesionbench.map
  -Wl,--no-undefined)
target_include_directories(lb_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
if(LB_SANITIZE)
  set_target_properties(lb_library PROPERTIES EXCLUDE_FROM_ALL TRUE) # its users would need the sanitizer too
  return()
endif()

list(TRANSFORM LB_INSTALLED_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/lesionbench/ OUTPUT_VARIABLE headers)
install(TARGETS lb_library EXPORT lesionbench LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS lesionbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lesionbench)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

file(RELATIVE_PATH LB_PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/lesionbench.pc.in lesionbench.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lesionbench.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lesionbench)
install(EXPORT lesionbench NAMESPACE lesionbench:: FILE lesionbenchConfig.cmake DESTINATION ${package})
write_basic_package_version_file(lesionbenchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lesionbenchConfigVersion.cmake DESTINATION ${package})

add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt
  -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake VERBATIM)
