/* SPDX-License-Identifier: MIT */
#include "diagnostics_columns.h"

#include <math.h>
#include <stdio.h>

#include "lesionbench/score.h"

typedef enum summary {
    SUMMARY_NONE,
    SUMMARY_GREATEST, /* NAME: the greatest, NAME_median: the median */
    SUMMARY_MEAN      /* NAME */
} summary;

/* Reals are NaN, counts are 0 where they say nothing. */
typedef struct column {
    const char *name;
    bool is_count;
    size_t offset; /* of a double, or a size_t */
    summary summary;
} column;

#define REAL(name, member, summary) {name, false, offsetof(lb_diagnostics, member), summary}
#define COUNT(name, member, summary) {name, true, offsetof(lb_diagnostics, member), summary}

static const column COLUMNS[] = {
    REAL("completeness_error", completeness_error, SUMMARY_GREATEST),
    REAL("attribution_sum", sum, SUMMARY_NONE),
    REAL("promised_sum", expected_sum, SUMMARY_NONE),
    REAL("nan_share", nan_share, SUMMARY_MEAN),
    REAL("zero_share", zero_share, SUMMARY_MEAN),
    COUNT("ties", ties, SUMMARY_GREATEST),
    COUNT("steps_used", steps, SUMMARY_GREATEST),
    REAL("gradient_error", gradient_error, SUMMARY_GREATEST),
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

const char *
diagnostics_column(size_t index)
{
    return index < COLUMN_COUNT ? COLUMNS[index].name : NULL;
}

double
diagnostics_get(const lb_diagnostics *diagnostic, size_t index)
{
    const void *place = (const char *)diagnostic + COLUMNS[index].offset;
    if (!COLUMNS[index].is_count) {
        return *(const double *)place;
    }
    size_t value = *(const size_t *)place;
    return value > 0 ? (double)value : NAN;
}

void
diagnostics_set(lb_diagnostics *diagnostic, size_t index, double value)
{
    void *place = (char *)diagnostic + COLUMNS[index].offset;
    if (!COLUMNS[index].is_count) {
        *(double *)place = value;
    } else {
        *(size_t *)place = value >= 1 && value <= UINT32_MAX ? (size_t)value : 0;
    }
}

/* values: count numbers that say something, which are reordered. */
static lb_status
save_summary(lb_h5 *file, const char *group, const column *what, double *values, size_t count,
             lb_error *err)
{
    lb_status status = LB_OK;
    char name[64];
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        mean += values[i] / (double)count;
    }
    if (what->summary == SUMMARY_MEAN) {
        LB_TRY(lb_h5_set_number(file, group, what->name, mean, err));
    } else if (what->summary == SUMMARY_GREATEST) {
        snprintf(name, sizeof name, "%s_median", what->name);
        LB_TRY(lb_h5_set_number(file, group, name, lb_quantile(values, count, 0.5), err));
        LB_TRY(lb_h5_set_number(file, group, what->name, lb_quantile(values, count, 1), err));
    }
cleanup:
    return status;
}

lb_status
diagnostics_save(lb_h5 *file, const char *group, const lb_diagnostics *diagnostics, size_t count,
                 lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    char name[128];
    LB_ALLOC(values, count);
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        size_t said = 0;
        for (size_t i = 0; i < count; i++) {
            values[i] = diagnostics_get(&diagnostics[i], c);
            said += isnan(values[i]) ? 0 : 1;
            if (isnan(values[i]) && COLUMNS[c].is_count) {
                values[i] = 0; /* says nothing, as NaN where there is one */
            }
        }
        if (said == 0) {
            continue;
        }
        snprintf(name, sizeof name, "%s/%s", group, COLUMNS[c].name);
        LB_TRY(lb_h5_reserve(file, name, COLUMNS[c].is_count ? LB_I32 : LB_F64, 1, &count, err));
        LB_TRY(lb_h5_write_rows(file, name, LB_F64, 0, count, values, err));
        said = 0;
        for (size_t i = 0; i < count; i++) {
            if (!isnan(values[i])) {
                values[said++] = values[i];
            }
        }
        LB_TRY(save_summary(file, group, &COLUMNS[c], values, said, err));
    }
cleanup:
    lb_free(values);
    return status;
}

lb_status
diagnostics_load(lb_diagnostics *diagnostics, size_t count, lb_h5 *file, const char *group,
                 lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    char name[128];
    size_t rank = 0, shape[LB_MAX_RANK];
    LB_ALLOC(values, count);
    for (size_t i = 0; i < count; i++) {
        diagnostics[i] = lb_no_diagnostics;
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        snprintf(name, sizeof name, "%s/%s", group, COLUMNS[c].name);
        if (!lb_h5_has(file, name)) {
            continue;
        }
        LB_TRY(lb_h5_shape(&rank, shape, file, name, err));
        if (rank != 1 || shape[0] != count) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' does not have one number for each map",
                           lb_h5_path(file), name));
        }
        LB_TRY(lb_h5_read_rows(file, name, LB_F64, 0, count, values, err));
        for (size_t i = 0; i < count; i++) {
            diagnostics_set(&diagnostics[i], c, values[i]);
        }
    }
cleanup:
    lb_free(values);
    return status;
}
