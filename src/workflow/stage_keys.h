/* SPDX-License-Identifier: MIT */
/* How stages are added to a list, and their keys made: for stages.c and stages_models.c. */
#ifndef LB_STUDY_STAGE_KEYS_H
#define LB_STUDY_STAGE_KEYS_H

#include "stages.h"

uint64_t key_add_text(uint64_t key, const char *text);
uint64_t key_add_key(uint64_t key, uint64_t input);
/* The value of every setting of a table but of those named; NULL ends the names. */
lb_status key_add_settings(uint64_t *key, const void *target, lb_setting_table table,
                           const char *const *but, lb_error *err);
/* The names, sizes and times of all files at or below a path, links followed; names that begin with
 * a dot are left out. Reading scans would take longer than importing them. */
lb_status key_add_tree(uint64_t *key, const char *path, unsigned depth, lb_error *err);
uint64_t key_of_stage(const stage_list *list, size_t index);

/* Appends a stage called kind/detail (detail may be ""), with its outputs in the study's folder
 * (second may be NULL). Its key starts from the program's version and the kind. */
lb_status stage_add(stage_list *list, const char *kind, const char *detail, stage_function run,
                    const char *first, const char *second, lb_error *err);
uint64_t stage_first_key(const char *kind);
/* The list's last stage. */
stage *stage_last(stage_list *list);

#endif
