/* SPDX-License-Identifier: MIT */
/* The settings of an import: the options of `slices import`, and the keys of the section import of
 * study files. */
#ifndef LESIONBENCH_IMPORT_SETTINGS_H
#define LESIONBENCH_IMPORT_SETTINGS_H

#include "lesionbench/import.h"
#include "lesionbench/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_import_request {
    lb_import_options import; /* texts are borrowed; settled by lb_import_settle() */
    size_t axis, centre;
    const char *size, *positions, *volume;
    double minimum_brain, voxel; /* NaN: not given */
    size_t slices_per_subject;   /* LB_NOT_GIVEN: not given */
    bool all_slices;
    double *numbers; /* of positions, the request's own */
} lb_import_request;

void lb_import_request_defaults(lb_import_request *request);
lb_setting_table lb_import_settings(void);
/* Fills request->import from the settings, except its paths. *key: the setting that an error is
 * about. */
lb_status lb_import_settle(lb_import_request *request, const char **key, lb_error *err);
void lb_import_request_release(lb_import_request *request);

/* "260x311", sides of 16 to 4096. */
lb_status lb_parse_size(size_t *height, size_t *width, const char *text, lb_error *err);

/* Reports skipped files and doubtful facts, one line a call. */
void lb_import_report_say(const lb_import_report *report, const lb_import_options *options,
                          void (*say)(void *data, const char *line), void *data);

#ifdef __cplusplus
}
#endif

#endif
