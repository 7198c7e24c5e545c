/* SPDX-License-Identifier: MIT */
/* The checks of an audit. */
#include "lesionbench/audit.h"

#include <math.h>
#include <stdio.h>

#include "audit_internal.h"
#include "lesionbench/grow.h"

const char *
lb_verdict_name(lb_verdict verdict)
{
    static const char *const NAMES[] = {"skipped", "pass", "warning", "fail"};
    return NAMES[verdict];
}

void
lb_audit_release(lb_audit *audit)
{
    lb_free(audit->checks);
    *audit = (lb_audit){.count = 0};
}

lb_check *
lb_audit_add(lb_audit *audit, char part, const char *name, const char *statistic, lb_error *err)
{
    lb_check *larger =
        lb_array_grow(audit->checks, audit->count, &audit->capacity, sizeof *larger, err);
    if (larger == NULL) {
        return NULL;
    }
    audit->checks = larger;
    lb_check *check = audit->checks + audit->count++;
    *check = (lb_check){.part = part,
                        .value = NAN,
                        .low = NAN,
                        .high = NAN,
                        .chance = NAN,
                        .limit = NAN,
                        .p = NAN,
                        .verdict = LB_VERDICT_PASS};
    snprintf(check->name, sizeof check->name, "%s", name);
    snprintf(check->statistic, sizeof check->statistic, "%s", statistic);
    return check;
}

size_t
lb_audit_tally(const lb_audit *audit, lb_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < audit->count; i++) {
        count += audit->checks[i].verdict == verdict;
    }
    return count;
}

bool
audit_enough_images(const audit_data *data)
{
    size_t size[2] = {0, 0};
    for (size_t i = 0; i < data->count; i++) {
        size[data->label[i]]++;
    }
    return size[0] >= AUDIT_MIN_IMAGES && size[1] >= AUDIT_MIN_IMAGES;
}
