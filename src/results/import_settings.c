/* SPDX-License-Identifier: MIT */
#include "lesionbench/import_settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const AXES[] = {"axial", "coronal", "sagittal", NULL};
static const char *const CENTRES[] = {"brain", "volume", NULL};

#define ROW(name, member, kind, min, max, help, choices) \
    {name, kind, offsetof(lb_import_request, member), min, max, help, choices}

static const lb_setting rows[] = {
    ROW("participants", import.participants, LB_SETTING_TEXT, 0, 0,
        "TSV or CSV with sex and age, in place of the folders' own", NULL),
    ROW("masks", import.masks, LB_SETTING_TEXT, 0, 0, "folder with the brain masks", NULL),
    ROW("mask_suffix", import.mask_suffix, LB_SETTING_TEXT, 0, 0,
        "what their names end with, before .nii.gz", NULL),
    ROW("assume_brain", import.assume_brain, LB_SETTING_FLAG, 0, 0,
        "images without a mask count as skull-stripped, without a check", NULL),
    ROW("match", import.match, LB_SETTING_TEXT, 0, 0,
        "of a folder's images, only those with this in their names", NULL),
    ROW("orientation", import.orientation, LB_SETTING_TEXT, 0, 0,
        "of files without an orientation, like RAS", NULL),
    ROW("volume", volume, LB_SETTING_TEXT, 0, 0,
        "of files with several volumes, which one; counted from 0", NULL),
    ROW("axis", axis, LB_SETTING_CHOICE, 0, 0, "the slices' kind", AXES),
    ROW("size", size, LB_SETTING_TEXT, 0, 0,
        "rows x columns, 260x311 unless given (arrays keep their own)", NULL),
    ROW("voxel", voxel, LB_SETTING_REAL, 0.1, 10,
        "side of a pixel in mm; unless given 0.7 at 260x311, larger where there are fewer pixels",
        NULL),
    ROW("centre", centre, LB_SETTING_CHOICE, 0, 0, "what is in the middle of the slices", CENTRES),
    ROW("crop", import.crop, LB_SETTING_FLAG, 0, 0, "cut brains that do not fit the slices", NULL),
    ROW("minimum_brain", minimum_brain, LB_SETTING_REAL, 0, 0.99,
        "least share of brain pixels in a slice; 0.33 unless given (arrays: only where given)",
        NULL),
    ROW("slices_per_subject", slices_per_subject, LB_SETTING_SIZE, 1, 1000000,
        "spread evenly over those; 10 unless given (arrays: so many in a row are one subject, 1 "
        "unless given)",
        NULL),
    ROW("all_slices", all_slices, LB_SETTING_FLAG, 0, 0, "take all of those", NULL),
    ROW("positions", positions, LB_SETTING_LIST, 0, 0,
        "take these instead: world coordinates in mm along the axis", NULL),
    ROW("skip_bad", import.skip_bad, LB_SETTING_FLAG, 0, 0,
        "leave out files that cannot be used, and say so", NULL),
};

lb_setting_table
lb_import_settings(void)
{
    return LB_SETTING_TABLE(rows);
}

void
lb_import_request_defaults(lb_import_request *request)
{
    *request = (lb_import_request){
        .minimum_brain = (double)NAN, .voxel = (double)NAN, .slices_per_subject = LB_NOT_GIVEN};
    lb_import_defaults(&request->import);
}

lb_status
lb_parse_size(size_t *out_height, size_t *out_width, const char *text, lb_error *err)
{
    char copy[32];
    uint64_t height = 0, width = 0;
    snprintf(copy, sizeof copy, "%s", text);
    char *x = strchr(copy, 'x');
    if (x != NULL) {
        *x = '\0';
    }
    if (x == NULL || lb_parse_u64(&height, copy, 16, 4096, err) != LB_OK ||
        lb_parse_u64(&width, x + 1, 16, 4096, err) != LB_OK) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%.100s' is not like 260x311 (16 to 4096)", text);
    }
    *out_height = (size_t)height;
    *out_width = (size_t)width;
    return LB_OK;
}

static lb_status
read_positions(lb_import_request *request, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, request->positions, err));
    LB_ALLOC(request->numbers, list.count);
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(lb_parse_real(&request->numbers[i], list.items[i], -1000, 1000, err));
    }
    request->import.positions = request->numbers;
    request->import.position_count = list.count;
cleanup:
    lb_list_release(&list);
    return status;
}

/* Settings that exclude each other. */
static lb_status
check_choice_of_slices(const lb_import_request *r, const char **key, lb_error *err)
{
    bool by_number = r->slices_per_subject != LB_NOT_GIVEN;
    *key = "positions";
    if (r->positions != NULL && (!isnan(r->minimum_brain) || by_number || r->all_slices)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "leaves nothing to minimum_brain, slices_per_subject and all_slices");
    }
    *key = "all_slices";
    return r->all_slices && by_number
               ? lb_fail(err, LB_ERROR_ARGUMENT, "and slices_per_subject exclude each other")
               : LB_OK;
}

lb_status
lb_import_settle(lb_import_request *request, const char **key, lb_error *err)
{
    lb_status status = LB_OK;
    lb_import_options *o = &request->import;
    uint64_t volume = 0;
    bool by_share = !isnan(request->minimum_brain);
    bool by_number = request->slices_per_subject != LB_NOT_GIVEN;
    LB_TRY(check_choice_of_slices(request, key, err));
    o->axis = (lb_axis)request->axis;
    o->centre = (lb_import_centre)request->centre;
    o->voxel = isnan(request->voxel) ? 0 : request->voxel;
    o->minimum_brain = by_share ? request->minimum_brain : o->minimum_brain;
    o->slices_per_subject = by_number ? request->slices_per_subject : o->slices_per_subject;
    o->array_minimum_brain = by_share ? o->minimum_brain : 0;
    o->array_slices_per_subject = by_number ? o->slices_per_subject : 1;
    o->slices_per_subject = request->all_slices ? 0 : o->slices_per_subject;
    if (request->volume != NULL) {
        *key = "volume";
        LB_TRY(lb_parse_u64(&volume, request->volume, 0, INT32_MAX, err));
        o->one_of_many = true;
        o->volume = (size_t)volume;
    }
    if (request->size != NULL) {
        *key = "size";
        LB_TRY(lb_parse_size(&o->height, &o->width, request->size, err));
    }
    if (request->positions != NULL) {
        *key = "positions";
        LB_TRY(read_positions(request, err));
    }
cleanup:
    return status;
}

void
lb_import_request_release(lb_import_request *request)
{
    lb_free(request->numbers);
    request->numbers = NULL;
}

void
lb_import_report_say(const lb_import_report *report, const lb_import_options *options,
                     void (*say)(void *data, const char *line), void *data)
{
    char line[1200];
    for (size_t i = 0; i < report->skipped_count; i++) {
        snprintf(line, sizeof line, "skipped: %s", report->skipped[i]);
        say(data, line);
    }
    if (report->skipped_count > 0) {
        snprintf(line, sizeof line, "skipped %zu of %zu files", report->skipped_count,
                 report->skipped_count + report->volumes + report->arrays);
        say(data, line);
    }
    if (report->repeated > 0) {
        snprintf(
            line, sizeof line,
            "%zu files are named twice, or are links to or copies of another: each counts once",
            report->repeated);
        say(data, line);
    }
    if (report->other_tables != NULL) {
        snprintf(line, sizeof line,
                 "warning: none of the CSV files %.900s has the columns Subject and Gender: sexes "
                 "are unknown",
                 report->other_tables);
        say(data, line);
    }
    if (report->unlisted > 0) {
        snprintf(
            line, sizeof line,
            "warning: %zu subjects are not in the table of participants, '%s' the first: their "
            "sex and age are unknown",
            report->unlisted, report->first);
        say(data, line);
    }
    if (report->few > 0) {
        snprintf(
            line, sizeof line,
            "warning: %zu of %zu volumes have fewer slices with %g of brain than were asked of "
            "them",
            report->few, report->volumes, options->minimum_brain);
        say(data, line);
    }
    if (report->empty > 0) {
        snprintf(line, sizeof line, "%zu slices of arrays have too little brain and were left out",
                 report->empty);
        say(data, line);
    }
}
