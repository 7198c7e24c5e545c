/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <math.h>

#include "lesionbench/file_bytes.h"

void
html_text(FILE *page, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", page);
            break;
        case '<':
            fputs("&lt;", page);
            break;
        case '>':
            fputs("&gt;", page);
            break;
        case '"':
            fputs("&quot;", page);
            break;
        case '\'':
            fputs("&#39;", page);
            break;
        default:
            if ((unsigned char)*text >= 32 || *text == '\n' || *text == '\t') {
                fputc(*text, page);
            }
        }
    }
}

void
html_base64(FILE *page, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= i + 1 < count ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < count ? bytes[i + 2] : 0;
        fputc(digits[group >> 18], page);
        fputc(digits[group >> 12 & 63], page);
        fputc(i + 1 < count ? digits[group >> 6 & 63] : '=', page);
        fputc(i + 2 < count ? digits[group & 63] : '=', page);
    }
}

void
html_rate(FILE *page, double value)
{
    if (!isfinite(value)) {
        fputs("–", page);
    } else {
        fprintf(page, fabs(value) < 0.095 ? "%.3f" : "%.2f", value);
    }
}

lb_status
html_embed(FILE *page, const char *path, const char *type, lb_error *err)
{
    char *bytes = NULL;
    size_t count = 0;
    lb_status status = lb_file_read(&bytes, &count, path, err);
    if (status == LB_OK) {
        fprintf(page, "data:%s;base64,", type);
        html_base64(page, (const uint8_t *)bytes, count);
        lb_free(bytes);
    }
    return status;
}
