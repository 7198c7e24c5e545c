# SPDX-License-Identifier: MIT
# The libraries of Debian that the project stands on, each as an imported target.
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo cairo)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)

# These two ship no pkg-config file in Debian 12.
function(lb_find_library target header library)
  find_path(${target}_INCLUDE ${header} PATH_SUFFIXES nifti REQUIRED)
  find_library(${target}_LIBRARY ${library} REQUIRED)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
  target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
endfunction()
lb_find_library(dnnl dnnl.h dnnl)
lb_find_library(nifti nifti2_io.h nifti2)
