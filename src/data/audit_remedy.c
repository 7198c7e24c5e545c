/* SPDX-License-Identifier: MIT */
/* What passes the checks that a dataset fails. */
#include <stdio.h>
#include <string.h>

#include "lesionbench/audit.h"

static const char *
remedy_of_leak(const lb_audit *audit, const lb_check *check)
{
    if (strncmp(check->name, "holdout seen by", strlen("holdout seen by")) == 0) {
        return "pretrain --data with this dataset, then finetune again";
    }
    return lb_quirk_is_on(audit->quirks, LB_QUIRK_SLICES_SHARED_BETWEEN_SPLITS)
               ? LB_REMEDY_COMPOSE "--quirk slices_shared_between_splits=off"
               : "slices that name each person once, in one file for all splits; then compose "
                 "again";
}

static const char *
remedy_of_controls(const lb_audit *audit, bool fair)
{
    return !fair                    ? LB_REMEDY_COMPOSE "--protocol fair"
           : audit->distractors < 2 ? LB_REMEDY_COMPOSE "--distractors 2"
                                    : "compose with more --distractors";
}

static const char *
remedy_of(const lb_audit *audit, const lb_check *check)
{
    bool fair = strcmp(audit->protocol, "fair") == 0;
    switch (check->part) {
    case 'a':
    case 'c':
        return fair ? "lesions and distractors of one library of 'lesionbench lesions'"
                    : LB_REMEDY_COMPOSE "--protocol fair";
    case 'b':
        return lb_quirk_is_on(audit->quirks, LB_QUIRK_BOX_ARTEFACT)
                   ? LB_REMEDY_COMPOSE "--quirk box_artefact=off"
                   : "lesions whose intensity starts at 0 at their edges";
    case 'd':
        return remedy_of_leak(audit, check);
    case 'e':
        return "compose more images, or with another --first-seed";
    case 'f':
        return "leave these images out, or compose them again";
    case 'g':
        return remedy_of_controls(audit, fair);
    default:
        return "";
    }
}

void
lb_audit_advise(lb_audit *audit)
{
    for (size_t i = 0; i < audit->count; i++) {
        lb_check *check = audit->checks + i;
        bool amiss = check->verdict == LB_VERDICT_FAIL || check->verdict == LB_VERDICT_WARNING;
        snprintf(check->remedy, sizeof check->remedy, "%s", amiss ? remedy_of(audit, check) : "");
    }
}
