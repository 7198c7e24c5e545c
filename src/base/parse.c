/* SPDX-License-Identifier: MIT */
#include "lesionbench/parse.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

lb_status
lb_parse_u64(uint64_t *out, const char *text, uint64_t min, uint64_t max, lb_error *err)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0') {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is not a whole number", text);
    }
    if (errno == ERANGE || value < min || value > max) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s is not within %" PRIu64 " and %" PRIu64, text,
                       min, max);
    }
    *out = value;
    return LB_OK;
}

lb_status
lb_parse_real(double *out, const char *text, double min, double max, lb_error *err)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || isspace((unsigned char)text[0]) || !isfinite(value)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is not a number", text);
    }
    if (value < min || value > max) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s is not within %g and %g", text, min, max);
    }
    *out = value;
    return LB_OK;
}
