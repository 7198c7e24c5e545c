/* SPDX-License-Identifier: MIT */
/* Settings that people write, in a study file or on the command line: one table for each set of
 * options gives the names, the ranges and the help of both. */
#ifndef LESIONBENCH_SETTINGS_H
#define LESIONBENCH_SETTINGS_H

#include "lesionbench/parse.h"
#include "lesionbench/setting.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* In the place of a number that is not given (NaN for an LB_SETTING_REAL): printed as "". */
#define LB_NOT_GIVEN SIZE_MAX

/* Tables for lb_cohort_options, lb_lesion_options, lb_compose_options and lb_training_options; that
 * of lb_explain_options is lb_explain_settings() (explain.h). */
lb_setting_table lb_cohort_settings(void);
lb_setting_table lb_lesion_settings(void);
lb_setting_table lb_compose_settings(void);
lb_setting_table lb_training_settings(void);

/* Reads text into the setting's place in target. The message says what is allowed, and leaves it to
 * the caller to name the setting. Texts and lists are borrowed from `text`. */
lb_status lb_setting_read(void *target, const lb_setting *setting, const char *text, lb_error *err);
/* The value as lb_setting_read() would read it, in the caller's memory (lb_free). NULL with err
 * set. */
char *lb_setting_print(const void *target, const lb_setting *setting, lb_error *err);

/* Choices of an architecture: vgg11, vgg13, ...; NULL-terminated. */
extern const char *const lb_architecture_names[];
enum { LB_DEFAULT_ARCHITECTURE = 2 }; /* vgg16 */

/* A copied list: items between commas, blanks around them dropped. */
typedef struct lb_list {
    size_t count;
    char **items;
} lb_list;

lb_status lb_list_parse(lb_list *out, const char *text, lb_error *err);
void lb_list_release(lb_list *list);
/* Whole numbers of [min, max] and ranges of them: "0-4,9" is 0, 1, 2, 3, 4, 9. At least one; the
 * caller frees *out. */
lb_status lb_parse_indices(size_t **out, size_t *count, const char *text, size_t min, size_t max,
                           lb_error *err);

/* The name that text was most likely meant to be, NULL where none is near. Borrowed from names. */
const char *lb_nearest(const char *text, const char *const *names, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
