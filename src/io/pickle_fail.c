/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "pickle_internal.h"

lb_status
lb_pickle_fail(lb_pickle_machine *machine, lb_status code, const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bool none = machine->opcode_at == 0 && code == LB_ERROR_FORMAT && !machine->nested;
    return lb_fail(machine->err, code, "%s: %sbyte %zu: %s", machine->name,
                   none ? "is not a pickle: " : "", machine->opcode_at, text);
}
