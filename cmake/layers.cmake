# SPDX-License-Identifier: MIT
# One static library per folder of src/. Each sees only its own public headers and those of the layers it
# depends on, so that an include against the layering does not compile: every layer's headers are linked
# into a folder of their own in the build tree.

add_library(lb_flags INTERFACE)
target_compile_definitions(lb_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(lb_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wvla
  -Wstrict-prototypes -Wmissing-prototypes -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
  # A size that is an enumeration's constant, among floating-point numbers, is meant.
  target_compile_options(lb_flags INTERFACE -Wno-enum-float-conversion)
endif()
if(LB_STRICT)
  target_compile_options(lb_flags INTERFACE -Werror)
endif()
if(LB_SANITIZE STREQUAL thread)
  target_compile_options(lb_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(lb_flags INTERFACE -fsanitize=thread)
elseif(LB_SANITIZE)
  target_compile_options(lb_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  target_link_options(lb_flags INTERFACE -fsanitize=address,undefined)
endif()
if(LB_FUZZ)
  set(sanitizers -fsanitize=address,undefined,float-cast-overflow)
  target_compile_options(lb_flags INTERFACE ${sanitizers} -fsanitize=fuzzer-no-link
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(lb_flags INTERFACE ${sanitizers})
endif()

# lb_layer(NAME HEADERS a.h ... SOURCES a.c ... DEPENDS base ... LIBRARIES lib ... INTERNAL b.h ...
# USES other ...): INTERNAL are headers of the folder that other layers may include as "NAME/b.h" if
# they say USES NAME; they are not part of the interface.
function(lb_layer name)
  cmake_parse_arguments(LAYER "" "" "HEADERS;SOURCES;DEPENDS;LIBRARIES;INTERNAL;USES" ${ARGN})
  set(view ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${view}/lesionbench)
  foreach(header IN LISTS LAYER_HEADERS)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/lesionbench/${header}
      ${view}/lesionbench/${header} SYMBOLIC)
  endforeach()
  set(internal ${CMAKE_BINARY_DIR}/internal/${name})
  foreach(header IN LISTS LAYER_INTERNAL)
    file(MAKE_DIRECTORY ${internal}/${name})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${internal}/${name}/${header} SYMBOLIC)
  endforeach()
  add_library(lb_${name} STATIC ${LAYER_SOURCES})
  set_target_properties(lb_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
  target_include_directories(lb_${name} PUBLIC ${view} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(other IN LISTS LAYER_USES)
    target_include_directories(lb_${name} PRIVATE ${CMAKE_BINARY_DIR}/internal/${other})
  endforeach()
  list(TRANSFORM LAYER_DEPENDS PREPEND lb_)
  target_link_libraries(lb_${name} PUBLIC ${LAYER_DEPENDS} PRIVATE lb_flags ${LAYER_LIBRARIES})
endfunction()
