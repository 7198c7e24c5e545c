/* SPDX-License-Identifier: MIT */
/* Writes JSON piece by piece. Whole documents are built and read with cJSON. */
#ifndef LESIONBENCH_JSON_H
#define LESIONBENCH_JSON_H

#include <stdio.h>

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a string in quotes, escaped. in_page: also escaped for a script element of an HTML
 * page. */
void lb_json_text(FILE *stream, const char *text, bool in_page);
/* Writes a number with at most that many digits; null if it is not finite. */
void lb_json_number(FILE *stream, double value, int digits);

#ifdef __cplusplus
}
#endif

#endif
