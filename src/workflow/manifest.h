/* SPDX-License-Identifier: MIT */
/* A study's manifest.json: the files of its folder, and what each stage was made from. */
#ifndef LB_WORKFLOW_MANIFEST_H
#define LB_WORKFLOW_MANIFEST_H

#include "stages.h"

/* The contents of a manifest beside its stages. */
typedef struct manifest_facts {
    bool unreadable; /* a file is there, but holds no manifest */
    size_t peak;     /* bytes of memory, 0 unknown */
} manifest_facts;

/* Compares the list with manifest.json: a stage is STAGE_DONE where the key is the same and all
 * outputs are there in the same size, STAGE_CHANGED with a reason where something differs. A
 * manifest that is missing or unreadable knows no stage. */
lb_status manifest_read(manifest_facts *out, stage_list *list, lb_error *err);
/* Writes the stages that are done. */
lb_status manifest_write(const stage_list *list, size_t peak, lb_error *err);

#endif
