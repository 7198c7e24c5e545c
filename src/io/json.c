/* SPDX-License-Identifier: MIT */
#include "lesionbench/json.h"

#include <math.h>
#include <string.h>

void
lb_json_text(FILE *stream, const char *text, bool in_page)
{
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || (in_page && strchr("\"\\<>&", c) != NULL)) {
            fprintf(stream, "\\u%04x", c);
        } else {
            fputs(c == '"' || c == '\\' ? "\\" : "", stream);
            fputc(c, stream);
        }
    }
    fputc('"', stream);
}

void
lb_json_number(FILE *stream, double value, int digits)
{
    if (isfinite(value)) {
        fprintf(stream, "%.*g", digits, value);
    } else {
        fputs("null", stream);
    }
}
