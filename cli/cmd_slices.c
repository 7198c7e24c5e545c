/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/import.h"
#include "lesionbench/slices.h"

typedef struct options {
    lb_cohort_options cohort;
    const char *size, *output;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "size", size, LB_SETTING_TEXT, "rows x columns, like 260x311"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "slices.h5 to write"),
};

static lb_status
read_size(cli *self, size_t *out_height, size_t *out_width, const char *size, lb_error *err)
{
    char text[32];
    uint64_t height = 0, width = 0;
    snprintf(text, sizeof text, "%s", size);
    char *x = strchr(text, 'x');
    if (x != NULL) {
        *x = '\0';
    }
    if (x == NULL || lb_parse_u64(&height, text, 16, 4096, err) != LB_OK ||
        lb_parse_u64(&width, x + 1, 16, 4096, err) != LB_OK) {
        return opt_wrong(self, err, "--size: '%s' is not like 260x311 (16 to 4096)", size);
    }
    *out_height = (size_t)height;
    *out_width = (size_t)width;
    return LB_OK;
}

static lb_status
simulate(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.size = NULL};
    lb_cohort_defaults(&given.cohort);
    const opt_spec spec = {
        .usage = "lesionbench slices simulate --template NIFTI --subjects N [options] -o slices.h5",
        .help = "A cohort made from one real scan: each subject a smooth deformation of the volume "
                "with its\nown size, contrast, bias field and noise. Males' heads are larger.\n"
                "Without --voxel, a smaller grid has larger pixels and so shows the same.",
        .groups = {{lb_cohort_settings(), &given.cohort}, {LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    LB_TRY(opt_need(self, given.cohort.template_path, "--template", err));
    if (given.size != NULL) {
        LB_TRY(read_size(self, &given.cohort.height, &given.cohort.width, given.size, err));
    }
    if (!opt_given(argc, argv, "--voxel")) {
        given.cohort.voxel = lb_cohort_voxel(given.cohort.height, given.cohort.width);
    }
    LB_TRY(lb_slices_simulate(&given.cohort, given.output, &self->context, err));
    cli_result(self, "%s: %zu slices of %zu simulated subjects, %zu x %zu", given.output,
               given.cohort.subjects * given.cohort.slices_per_subject, given.cohort.subjects,
               given.cohort.height, given.cohort.width);
cleanup:
    return status;
}

typedef struct import_options {
    lb_import_options import;
    size_t axis, centre;
    const char *size, *positions, *volume, *output;
    bool all_slices;
} import_options;

static const char *const AXES[] = {"axial", "coronal", "sagittal", NULL};
static const char *const CENTRES[] = {"brain", "volume", NULL};

#define IMPORT(name, member, kind, min, max, help, choices) \
    {name, kind, offsetof(import_options, member), min, max, help, choices}

static const lb_setting IMPORT_ROWS[] = {
    IMPORT("participants", import.participants, LB_SETTING_TEXT, 0, 0,
           "TSV or CSV with sex and age, in place of the folders' own", NULL),
    IMPORT("masks", import.masks, LB_SETTING_TEXT, 0, 0, "folder with the brain masks", NULL),
    IMPORT("mask_suffix", import.mask_suffix, LB_SETTING_TEXT, 0, 0,
           "what their names end with, before .nii.gz", NULL),
    IMPORT("assume_brain", import.assume_brain, LB_SETTING_FLAG, 0, 0,
           "images without a mask are brains alone, whatever they look like", NULL),
    IMPORT("match", import.match, LB_SETTING_TEXT, 0, 0,
           "of a folder's images, only those with this in their names", NULL),
    IMPORT("orientation", import.orientation, LB_SETTING_TEXT, 0, 0,
           "of files that do not tell theirs, like RAS", NULL),
    IMPORT("volume", volume, LB_SETTING_TEXT, 0, 0,
           "of files with several volumes, which one; counted from 0", NULL),
    IMPORT("axis", axis, LB_SETTING_CHOICE, 0, 0, "the slices' kind", AXES),
    IMPORT("size", size, LB_SETTING_TEXT, 0, 0,
           "rows x columns, 260x311 unless given (arrays keep their own)", NULL),
    IMPORT("voxel", import.voxel, LB_SETTING_REAL, 0.1, 10,
           "side of a pixel in mm, 0.7 at 260x311, larger where there are fewer pixels", NULL),
    IMPORT("centre", centre, LB_SETTING_CHOICE, 0, 0, "what is in the middle of the slices",
           CENTRES),
    IMPORT("crop", import.crop, LB_SETTING_FLAG, 0, 0, "cut brains that do not fit the slices",
           NULL),
    IMPORT("minimum_brain", import.minimum_brain, LB_SETTING_REAL, 0, 0.99,
           "least share of brain pixels in a slice (arrays: only where given)", NULL),
    IMPORT("slices_per_subject", import.slices_per_subject, LB_SETTING_SIZE, 1, 1000000,
           "spread evenly over those (arrays: so many in a row are one subject, 1 unless given)",
           NULL),
    IMPORT("all_slices", all_slices, LB_SETTING_FLAG, 0, 0, "take all of those", NULL),
    IMPORT("positions", positions, LB_SETTING_LIST, 0, 0,
           "take these instead: world coordinates in mm along the axis", NULL),
    IMPORT("skip_bad", import.skip_bad, LB_SETTING_FLAG, 0, 0,
           "leave out files that cannot be used, and say so", NULL),
    IMPORT("output", output, LB_SETTING_TEXT, 0, 0, "slices.h5 to write", NULL),
};

/* Fills *out, which the caller frees. */
static lb_status
read_positions(cli *self, double **out, size_t *count, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    double *positions = NULL;
    if (lb_list_parse(&list, text, err) != LB_OK) {
        LB_TRY(opt_wrong(self, err, "--positions: '%.100s' has an empty item", text));
    }
    LB_ALLOC(positions, list.count);
    for (size_t i = 0; i < list.count; i++) {
        if (lb_parse_real(&positions[i], list.items[i], -1000, 1000, err) != LB_OK) {
            lb_error why = *err;
            LB_TRY(opt_wrong(self, err, "--positions: %s", why.message));
        }
    }
    *out = positions;
    *count = list.count;
    positions = NULL;
cleanup:
    lb_free(positions);
    lb_list_release(&list);
    return status;
}

/* Options that mean something else for arrays, or exclude each other. by_share, by_number: whether
 * --minimum-brain and --slices-per-subject were given. */
static lb_status
settle(cli *self, import_options *given, bool by_share, bool by_number, double **positions,
       lb_error *err)
{
    lb_import_options *o = &given->import;
    uint64_t volume = 0;
    o->axis = (lb_axis)given->axis;
    o->centre = (lb_import_centre)given->centre;
    o->array_minimum_brain = by_share ? o->minimum_brain : 0;
    o->array_slices_per_subject = by_number ? o->slices_per_subject : 1;
    if (given->positions != NULL && (by_share || by_number || given->all_slices)) {
        return opt_wrong(self, err,
                         "--positions leaves nothing to --minimum-brain, --slices-per-subject and "
                         "--all-slices");
    }
    if (given->all_slices && by_number) {
        return opt_wrong(self, err, "--all-slices and --slices-per-subject exclude each other");
    }
    o->slices_per_subject = given->all_slices ? 0 : o->slices_per_subject;
    if (given->volume != NULL) {
        if (lb_parse_u64(&volume, given->volume, 0, INT32_MAX, err) != LB_OK) {
            self->wrong_usage = true;
            return lb_fail_context(err, "--volume");
        }
        o->one_of_many = true;
        o->volume = (size_t)volume;
    }
    if (given->size != NULL && read_size(self, &o->height, &o->width, given->size, err) != LB_OK) {
        return err->code;
    }
    return given->positions == NULL
               ? LB_OK
               : read_positions(self, positions, &o->position_count, given->positions, err);
}

static void
tell(cli *self, const lb_import_report *report, double minimum_brain)
{
    cli_clear_progress(self);
    for (size_t i = 0; i < report->skipped_count; i++) {
        fprintf(stderr, "skipped: %s\n", report->skipped[i]);
    }
    if (report->skipped_count > 0) {
        fprintf(stderr, "skipped %zu of %zu files\n", report->skipped_count,
                report->skipped_count + report->volumes + report->arrays);
    }
    if (report->repeated > 0) {
        fprintf(stderr,
                "%zu files are named twice, or are links to or copies of another: each "
                "counts once\n",
                report->repeated);
    }
    if (report->unlisted > 0) {
        fprintf(stderr,
                "warning: %zu subjects are not in the table of participants, '%s' the first: their "
                "sex and age are unknown\n",
                report->unlisted, report->first);
    }
    if (report->few > 0) {
        fprintf(stderr,
                "warning: %zu of %zu volumes have fewer slices with %g of brain than were asked of "
                "them\n",
                report->few, report->volumes, minimum_brain);
    }
    if (report->empty > 0) {
        fprintf(stderr, "%zu slices of arrays have too little brain and were left out\n",
                report->empty);
    }
    printf("slices: %zu, subjects: %zu, files: %zu\n", report->slices, report->subjects,
           report->volumes + report->arrays);
}

static lb_status
import(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    double *positions = NULL;
    import_options given = {.output = NULL};
    lb_import_report report = {0};
    lb_import_defaults(&given.import);
    given.import.voxel = lb_cohort_voxel(260, 311);
    const opt_spec spec = {
        .usage = "lesionbench slices import PATH... [options] -o slices.h5",
        .help = "Slices of real scans. PATH: NIfTI files (.nii, .nii.gz, .hdr with .img), a BIDS "
                "folder, an HCP\nfolder, arrays of slices (.npy, slices_*.pkl), in any mixture.\n"
                "Volumes are turned to RAS and, unless their voxels fit already, resampled.",
        .groups = {{LB_SETTING_TABLE(IMPORT_ROWS), &given}},
        .max_operands = SIZE_MAX};
    bool by_share = opt_given(argc, argv, "--minimum-brain");
    bool by_number = opt_given(argc, argv, "--slices-per-subject");
    bool by_voxel = opt_given(argc, argv, "--voxel");
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    if (operands == 0) {
        LB_TRY(opt_wrong(self, err, "what to import is missing: %s", spec.usage));
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    LB_TRY(settle(self, &given, by_share, by_number, &positions, err));
    given.import.voxel = by_voxel ? given.import.voxel : 0;
    given.import.paths = (const char *const *)(argv + 1);
    given.import.path_count = operands;
    given.import.positions = positions;
    LB_TRY(lb_slices_import(&report, &given.import, given.output, &self->context, err));
    tell(self, &report, given.import.minimum_brain);
    cli_result(self, "%s: %zu slices of %zu subjects", given.output, report.slices,
               report.subjects);
cleanup:
    lb_import_report_release(&report);
    lb_free(positions);
    return status;
}

lb_status
cmd_slices(cli *self, int argc, char **argv, lb_error *err)
{
    static const char *const KINDS[] = {"simulate", "import"};
    if (argc < 2) {
        return opt_wrong(self, err, "slices: what to do is missing: simulate or import");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        lb_status status = simulate(self, argc, argv, err);
        putchar('\n');
        return status == LB_OK ? import(self, argc, argv, err) : status;
    }
    if (strcmp(argv[1], KINDS[0]) == 0) {
        return simulate(self, argc - 1, argv + 1, err);
    }
    if (strcmp(argv[1], KINDS[1]) == 0) {
        return import(self, argc - 1, argv + 1, err);
    }
    return opt_unknown(self, "kind of slices", argv[1], KINDS, 2, err);
}
