/* SPDX-License-Identifier: MIT */
/* Settings: one row for each, with its key in study files and on the command line, its range and
 * its help. The table of rows stands beside the struct that it describes. */
#ifndef LESIONBENCH_SETTING_H
#define LESIONBENCH_SETTING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

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

/* A row for a member of a struct. */
#define LB_SETTING_ROW(type, member, key, kind, min, max, help) \
    {key, kind, offsetof(type, member), min, max, help, NULL}
/* A row for a member that is the index of a choice. */
#define LB_SETTING_CHOICE_ROW(type, member, key, choices, help) \
    {key, LB_SETTING_CHOICE, offsetof(type, member), 0, 0, help, choices}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
