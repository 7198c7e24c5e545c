/* SPDX-License-Identifier: MIT */
/* Settings that people write, in a study file or on the command line: one table for each set of
 * options gives the names, the ranges and the help of both. */
#ifndef LESIONBENCH_SETTINGS_H
#define LESIONBENCH_SETTINGS_H

#include "lesionbench/parse.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_setting_kind {
    LB_SETTING_FLAG,      /* bool; needs no value on the command line */
    LB_SETTING_SIZE,      /* size_t */
    LB_SETTING_U32,       /* uint32_t */
    LB_SETTING_U64,       /* uint64_t */
    LB_SETTING_REAL,      /* double */
    LB_SETTING_CHANNELS,  /* double[LB_INPUT_CHANNELS]: one number for all, or one for each */
    LB_SETTING_TEXT,      /* const char *, borrowed */
    LB_SETTING_LIST,      /* const char *, borrowed: items between commas */
    LB_SETTING_DEGREE,    /* lb_degree */
    LB_SETTING_OPTIMIZER, /* lb_optimizer_kind */
    LB_SETTING_CHOICE     /* size_t: index into choices */
} lb_setting_kind;

/* In the place of a number that is not given (NaN for an LB_SETTING_REAL): printed as "". */
#define LB_NOT_GIVEN SIZE_MAX

typedef struct lb_setting {
    const char *key; /* learning_rate in a study file, --learning-rate on the command line */
    lb_setting_kind kind;
    size_t offset;   /* of the value in its struct */
    double min, max; /* of numbers, both allowed */
    const char *help;
    const char *const *choices; /* of LB_SETTING_CHOICE, NULL-terminated */
} lb_setting;

typedef struct lb_setting_table {
    const lb_setting *settings;
    size_t count;
} lb_setting_table;

/* The table of an array of settings. */
#define LB_SETTING_TABLE(rows) ((lb_setting_table){(rows), sizeof(rows) / sizeof(rows)[0]})

/* Tables for lb_cohort_options, lb_lesion_options, lb_compose_options, lb_training_options and
 * lb_explain_options. */
lb_setting_table lb_cohort_settings(void);
lb_setting_table lb_lesion_settings(void);
lb_setting_table lb_compose_settings(void);
lb_setting_table lb_training_settings(void);
lb_setting_table lb_explain_settings(void);

/* Reads text into the setting's place in target. The message says what is allowed, and leaves it to
 * the caller to name the setting. Texts and lists are borrowed from `text`. */
lb_status lb_setting_read(void *target, const lb_setting *setting, const char *text, lb_error *err);
/* The value as lb_setting_read() would read it, in the caller's memory (lb_free). NULL with err
 * set. */
char *lb_setting_print(const void *target, const lb_setting *setting, lb_error *err);

/* Choices of an architecture: vgg11, vgg13, ...; NULL-terminated. */
extern const char *const LB_ARCHITECTURES[];
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

#ifdef __cplusplus
}
#endif

#endif
