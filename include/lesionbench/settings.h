/* SPDX-License-Identifier: MIT */
/* The settings of study files and of the command line. One table for each set of options has the
 * names, ranges and help for both. */
#ifndef LESIONBENCH_SETTINGS_H
#define LESIONBENCH_SETTINGS_H

#include "lesionbench/parse.h"
#include "lesionbench/setting.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The value of a number that is not given (NaN for LB_SETTING_REAL). Printed as "". */
#define LB_NOT_GIVEN SIZE_MAX

/* Tables of lb_cohort_options, lb_lesion_options, lb_compose_options and lb_training_options.
 * lb_explain_settings() (explain.h) is that of lb_explain_options. */
lb_setting_table lb_cohort_settings(void);
lb_setting_table lb_lesion_settings(void);
lb_setting_table lb_compose_settings(void);
lb_setting_table lb_training_settings(void);

/* Parses text into the setting's member of target. The message says what is allowed; the caller
 * adds the name of the setting. Strings and lists are borrowed from `text`. */
lb_status lb_setting_read(void *target, const lb_setting *setting, const char *text, lb_error *err);
/* Prints the value so that lb_setting_read() can parse it. The caller frees it (lb_free). NULL with
 * err set. */
char *lb_setting_print(const void *target, const lb_setting *setting, lb_error *err);

/* Choices of an architecture: vgg11, vgg13, ...; NULL-terminated. */
extern const char *const lb_architecture_names[];
enum { LB_DEFAULT_ARCHITECTURE = 2 }; /* vgg16 */

/* A list: items separated by commas, copied; blanks around items are dropped. */
typedef struct lb_list {
    size_t count;
    char **items;
} lb_list;

lb_status lb_list_parse(lb_list *out, const char *text, lb_error *err);
void lb_list_release(lb_list *list);
/* Integers in [min, max] and ranges of them: "0-4,9" is 0, 1, 2, 3, 4, 9. At least one. The caller
 * frees *out (lb_free). */
lb_status lb_parse_indices(size_t **out, size_t *count, const char *text, size_t min, size_t max,
                           lb_error *err);

/* The nearest name to a misspelt one; NULL if none is near. Borrowed from names. */
const char *lb_nearest(const char *text, const char *const *names, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
