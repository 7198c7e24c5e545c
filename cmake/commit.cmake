# SPDX-License-Identifier: MIT
# cmake -DSOURCE=FOLDER -DOUT=FILE.c -P commit.cmake: the commit of the source as a C string, "unknown" where
# FOLDER has no .git. The file is left alone where it is right already, so that nothing is built again.
set(commit unknown)
if(EXISTS ${SOURCE}/.git)
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=12
      OUTPUT_VARIABLE described ERROR_QUIET RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed AND described MATCHES "^[-+._/0-9A-Za-z]+$")
      set(commit ${described})
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
extern const char lb_commit_text[];
const char lb_commit_text[] = "@commit@";
]] @ONLY)
