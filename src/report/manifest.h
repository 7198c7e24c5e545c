/* SPDX-License-Identifier: MIT */
/* A study's manifest.json: how it ran. */
#ifndef LB_REPORT_MANIFEST_H
#define LB_REPORT_MANIFEST_H

#include "lesionbench/base.h"

typedef struct stage {
    char *name;
    double seconds; /* NaN unknown */
    bool skipped;
} stage;

typedef struct manifest {
    char *version;               /* NULL unknown */
    double seconds, peak_memory; /* NaN unknown; bytes */
    stage *stages;
    size_t count;
} manifest;

lb_status run_record_read(manifest *out, const char *path, lb_error *err);
void run_record_release(manifest *m);

#endif
