/* SPDX-License-Identifier: MIT */
#ifndef LB_DATA_IMPORT_JOB_H
#define LB_DATA_IMPORT_JOB_H

#include "import_internal.h"
#include "import_writer.h"

/* Everything of one run. */
typedef struct import_job {
    lb_import_options options; /* complete: without zeros that stand for something */
    import_plan plan;
    import_people people;
    bool has_people;
    import_names skipped;
    lb_import_report report;
    import_writer *writer;
} import_job;

/* Writes the slices of an array's file (import_copy.c). */
lb_status import_copy_array(import_job *job, const import_item *item, const lb_context *context,
                            lb_error *err);

#endif
