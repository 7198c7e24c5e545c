/* SPDX-License-Identifier: MIT */
/* Colour on a terminal, and sizes with their unit. */
#include <stdlib.h>
#include <string.h>

#include "base/platform.h"
#include "cli.h"

static bool
has_colours(void)
{
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return lb_platform_is_terminal(LB_STANDARD_OUTPUT) && (none == NULL || none[0] == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void
cli_print(cli_ink ink, int width, const char *text)
{
    static const char *const codes[] = {"", "\033[1m", "\033[32m", "\033[33m", "\033[1;31m"};
    bool coloured = ink != CLI_PLAIN && has_colours();
    printf("%s%-*s%s", coloured ? codes[ink] : "", width, text, coloured ? "\033[0m" : "");
}

void
cli_bytes(char *out, size_t size, double bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit < 4) {
        bytes /= 1000;
        unit++;
    }
    snprintf(out, size, bytes < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}
